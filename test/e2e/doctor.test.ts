import { expect } from 'chai';
import { mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { doctor } from '../../src/cli/doctor/doctor.ts';
import type { Diagnosis, DiagnosisCode } from '../../src/cli/doctor/diagnosis.ts';
import { rehearse } from '../../src/cli/rehearsal/rehearse.ts';
import type { RehearsalReport } from '../../src/cli/rehearsal/rehearsal.ts';
import { makeCertificate } from '../certificate.ts';
import { FAULTS, type Others } from '../cli/doctor/faults.ts';
import { gatePod, installed, type Made, makeSecrets, serverOf } from '../cli/doctor/installed.ts';
import { type Any, pathOf, World } from '../cli/doctor/world.ts';
import { type Cluster, startCluster } from '../cluster/cluster.ts';
import { type Components, startComponents } from '../cluster/components.ts';
import { createGatePod, type GatePod } from '../cluster/gate-pod.ts';
import { skipWithout } from '../skip-without.ts';
import { until } from '../until.ts';
import { deployment, pod, podSpec } from './objects.ts';
import { behindRules } from './rules-gate.ts';

const keyOf = ({ apiVersion, kind, metadata }: Any): string =>
  `${pathOf(apiVersion, kind, metadata.namespace)}/${metadata.name}`;

/** Makes an API server have an object, or have it no more. */
async function put({ api }: Cluster, object: Any): Promise<void> {
  const path = keyOf(object);
  const { text, status: found } = await api.send('GET', path);
  const send = async (method: string, to: string, sent: Any, expected: number): Promise<void> => {
    const answer = await api.send(method, to, sent);
    if (answer.status !== expected) throw new Error(`${method} ${to}: ${answer.status} ${answer.text}`);
  };
  if (found === 404) await send('POST', path.slice(0, path.lastIndexOf('/')), object, 201);
  else if (object.kind !== 'Pod') {
    const { resourceVersion } = JSON.parse(text).metadata;
    await send('PUT', path, { ...object, metadata: { ...object.metadata, resourceVersion } }, 200);
  }
  // Of a pod nothing else changes here.
  if (object.kind === 'Pod') await send('PATCH', `${path}/status`, { status: object.status }, 200);
}

async function remove({ api }: Cluster, object: Any): Promise<void> {
  const { status, text } = await api.send('DELETE', `${keyOf(object)}?gracePeriodSeconds=0`);
  if (status >= 300) throw new Error(`DELETE ${keyOf(object)}: ${status} ${text}`);
}

/** Makes what is in one world be in the API server, where the other was. */
async function change(cluster: Cluster, from: World, to: World): Promise<void> {
  const [before, after] = [from, to].map(({ objects }) => new Map(objects.map((object) => [keyOf(object), object])));
  // oxlint-disable no-await-in-loop -- each before what is in it
  for (const [key, object] of after!) if (!isDeepStrictEqual(object, before!.get(key))) await put(cluster, object);
  // A namespace only ends when a controller says so.
  for (const [key, object] of before!)
    if (!after!.has(key) && object.kind !== 'Namespace') await remove(cluster, object);
  // oxlint-enable no-await-in-loop
}

async function doctored(kubeconfig: string) {
  const [out, err]: [string[], string[]] = [[], []];
  const io = { write: (text: string) => void out.push(text), writeError: (text: string) => void err.push(text) };
  const code = await doctor({ kubeconfig, format: 'json', now: Date.now(), terminal: false, env: {}, ...io });
  const { diagnoses } = JSON.parse(out.join('')) as { readonly diagnoses: readonly Diagnosis[] };
  return { exit: code, diagnoses, codes: diagnoses.map((one) => one.code), stderr: err.join('') };
}

describe('imagegate doctor', () => {
  let cluster: Cluster;
  let made: Made;
  let others: Others;
  let whole: World;
  let fine: readonly DiagnosisCode[];

  before(async () => {
    cluster = await startCluster();
    made = await makeSecrets();
    const misnamed = await serverOf(made.ca, 300, 'other.imagegate.svc');
    const [foreign, short] = [await serverOf(await makeCertificate(), 300), await serverOf(made.ca, 5)];
    others = { foreign: foreign.certificate, misnamed: misnamed.certificate, short: short.certificate };
    whole = new World(installed(made));
    // The API server finds nobody there, at once.
    whole.get('Service', 'imagegate-webhook').spec = {
      type: 'ExternalName',
      externalName: '127.0.0.1',
      ports: [{ port: 443 }],
    };
    await change(cluster, new World([]), whole);
  });

  after(async () => cluster?.stop());

  it('finds nothing wrong in what is shipped, but that no pod runs', async () => {
    const { exit, codes, stderr } = await doctored(cluster.kubeconfig);
    fine = codes;
    expect({ exit, stderr }).to.deep.equal({ exit: 1, stderr: '' });
    expect(codes.toSorted()).to.deep.equal([
      'certificate-lasts',
      'certificate-lasts',
      'label-writers',
      'replica-unasked',
      'replica-unasked',
    ]);
  });

  for (const { name, code, said, also = [], breaks } of FAULTS) {
    it(`finds ${code}: ${name}`, async () => {
      const broken = new World(whole.objects);
      breaks(broken, made, others);
      await change(cluster, whole, broken);
      try {
        const { diagnoses, codes } = await doctored(cluster.kubeconfig);
        const isNew = (one: DiagnosisCode): boolean => !fine.includes(one);
        expect(codes.filter(isNew).toSorted()).to.deep.equal([code, ...also].filter(isNew).toSorted());
        const texts = diagnoses
          .filter((one) => one.code === code)
          .map(({ where, what, remedy }) => `${where}: ${what} ${remedy}`);
        expect(
          texts.some((text) => said.test(text)),
          texts.join('\n'),
        ).to.equal(true);
      } finally {
        await change(cluster, broken, whole);
      }
    });
  }

  it('says what it may not read, to whom', async () => {
    const { exit, codes, diagnoses } = await doctored(cluster.kubeconfigOf('node'));
    expect(exit).to.equal(1);
    expect(codes).to.include('unreadable').and.not.include('webhook-missing');
    const remedies = diagnoses.map(({ remedy }) => remedy).join('\n');
    expect(remedies).to.include(
      'a role with the rule { apiGroups: ["admissionregistration.k8s.io"], resources: ["validatingwebhookconfigurations"], verbs: ["list"] }',
    );
  });

  it('finds no change by an export that is not old', async () => {
    const { exportVap } = await import('../../src/cli/export/export-vap.ts');
    const out: string[] = [];
    const io = { write: (text: string) => void out.push(text), writeError: () => {} };
    await exportVap({
      path: 'cluster',
      kubeconfig: cluster.kubeconfig,
      isStatic: false,
      namespaces: ['shop'],
      now: Date.now(),
      ...io,
    });
    await cluster.apply(out.join(''));
    expect((await doctored(cluster.kubeconfig)).codes).not.to.include('exported-policy-differs');
    const stricter = new World(whole.objects);
    stricter.get('ConfigMap', 'imagegate-webhook-config').data['BLOCKED_TAGS'] = 'dev';
    await change(cluster, whole, stricter);
    expect((await doctored(cluster.kubeconfig)).codes).to.include('exported-policy-differs');
    await change(cluster, stricter, whole);
    await cluster.kubectl(['delete', 'validatingadmissionpolicy,validatingadmissionpolicybinding', 'imagegate-deny']);
  });

  describe('with a pod that runs', () => {
    const NAME = 'gate-c';
    let components: Components;
    let gate: GatePod;

    before(async function () {
      // The API server sends nobody to loopback.
      const address = Object.values(networkInterfaces())
        .flat()
        .find((one) => one?.internal === false && one.family === 'IPv4');
      if (address === undefined) return skipWithout('an address beside loopback', this);
      const folder = await mkdtemp(join(tmpdir(), 'imagegate-doctor-'));
      components = startComponents(folder);
      gate = await createGatePod(cluster, components, join(folder, 'pod'));
      await gate.start();
      const running = gatePod(NAME);
      running.spec.containers[0].ports = [{ name: 'ops', containerPort: gate.opsPort }];
      running.status = { ...running.status, podIP: address.address, podIPs: [{ ip: address.address }] };
      await put(cluster, running);
    });

    after(async () => components?.stop());

    /** What is said of it, once that is so. */
    const untilSaid = async (...codes: readonly DiagnosisCode[]): Promise<void> => {
      let said: readonly Diagnosis[] = [];
      await until(
        async () => {
          said = (await doctored(cluster.kubeconfig)).diagnoses.filter(
            ({ where }) => where === `Pod imagegate/${NAME}`,
          );
          return isDeepStrictEqual(said.map(({ code }) => code).toSorted(), codes.toSorted());
        },
        () => `the doctor to say ${codes.join(', ')} of it. It says ${JSON.stringify(said)}`,
      );
    };

    it('finds nothing wrong with it', async () => untilSaid('certificate-lasts', 'replica-loaded'));

    it('finds that it does not judge by what is written yet, and that it does', async () => {
      const broken = new World(whole.objects);
      broken.get('ConfigMap', 'imagegate-webhook-config').data['BLOCKED_TAGS'] = 'dev';
      await change(cluster, whole, broken);
      await untilSaid('certificate-lasts', 'replica-differs');
      await gate.refreshVolumes();
      await untilSaid('certificate-lasts', 'replica-loaded');
      await change(cluster, broken, whole);
      await gate.refreshVolumes();
    });

    it('finds that it rejects what is written', async () => {
      const broken = new World(whole.objects);
      broken.get('ConfigMap', 'imagegate-webhook-config').data['RULE_BLOCKED_TAGS'] = 'wran';
      await change(cluster, whole, broken);
      await gate.refreshVolumes();
      await untilSaid('certificate-lasts', 'replica-rejects');
      await change(cluster, broken, whole);
      await gate.refreshVolumes();
    });

    it('finds another token', async () => {
      const broken = new World(whole.objects);
      const [, , entry] = broken.get('ValidatingWebhookConfiguration', 'com.imagegate.webhook').webhooks;
      entry.clientConfig.service.path = `/validate-policy/${'0'.repeat(64)}`;
      await change(cluster, whole, broken);
      await untilSaid('certificate-lasts', 'replica-loaded', 'token-differs');
      await change(cluster, broken, whole);
    });
  });
});

describe('imagegate doctor --rehearsal', () => {
  const gate = behindRules('rehearsal');
  const server = createServer();

  /** A stand-in for the kubelet that the API server asks for logs. */
  before(async () => {
    const { certificate: cert, key } = await makeCertificate();
    server.setSecureContext({ cert, key });
    server.on('request', (request, response) => {
      const isAsked = request.url?.startsWith('/containerLogs/imagegate/gate-a/imagegate-webhook');
      const lines = gate()
        .log()
        .map((line) => `${JSON.stringify(line)}\n`);
      response.writeHead(isAsked ? 200 : 404, { 'content-type': 'text/plain' }).end(isAsked ? lines.join('') : '');
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const { cluster } = gate();
    const { port } = server.address() as AddressInfo;
    await cluster.api.create('/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: 'logs' } });
    const addresses = [{ type: 'InternalIP', address: '127.0.0.1' }];
    await cluster.api.send('PATCH', '/api/v1/nodes/logs/status', {
      status: { addresses, daemonEndpoints: { kubeletEndpoint: { Port: port } } },
    });
    const running = gatePod('gate-a');
    running.spec.nodeName = 'logs';
    await put(cluster, running);
  });

  after(async () => {
    await gate().cluster.api.send('DELETE', '/api/v1/namespaces/imagegate/pods/gate-a?gracePeriodSeconds=0');
    await gate().cluster.api.send('DELETE', '/api/v1/nodes/logs');
    await new Promise((resolve) => server.close(resolve));
  });

  it('tells what a rule that warns would have denied, from what the replicas logged', async () => {
    const create = async (manifest: object): Promise<void> => {
      const { cluster, namespace } = gate();
      const args = ['--namespace', namespace, 'create', '-f', '-'];
      const { code: exit, stderr: said } = await cluster.kubectl(args, { input: JSON.stringify(manifest) });
      if (exit !== 0) throw new Error(said);
    };
    await gate().change({ RULE_EMPTY_TAG: 'warn', RULE_REGISTRY_ALLOWLIST: 'off' });
    const controller = {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      name: 'web-6cb5b7df55',
      uid: 'x',
      controller: true,
    };
    await create(pod('web-1', podSpec('nginx'), { ownerReferences: [controller] }));
    // A controller, if other suites have started one, makes no ReplicaSet of it.
    const web = deployment('web', podSpec('nginx'));
    await create({ ...web, spec: { ...(web.spec as object), paused: true } });
    await gate().dryRun(pod('dry', podSpec('nginx')));
    const read = async (): Promise<{ code: number; report: RehearsalReport; stderr: string }> => {
      const [out, err]: [string[], string[]] = [[], []];
      async function* stdin(): AsyncGenerator<Uint8Array> {}
      const io = { write: (text: string) => void out.push(text), writeError: (text: string) => void err.push(text) };
      const code = await rehearse({
        kubeconfig: gate().cluster.kubeconfig,
        paths: [],
        stdin: stdin(),
        format: 'json',
        ...io,
      });
      return { code, report: JSON.parse(out.join('')) as RehearsalReport, stderr: err.join('') };
    };
    // Lines come a second late.
    const { code, report, stderr } = await until(async () => {
      const found = await read();
      return found.report.rules.some(({ requests }) => requests >= 2) && found;
    }, 'the lines of both requests');
    expect({ code, stderr }).to.deep.equal({ code: 1, stderr: '' });
    const rule = report.rules.find((one) => one.rule === 'empty-tag');
    expect(rule).to.deep.include({
      actions: ['warn'],
      namespaces: [{ namespace: 'rehearsal', owners: { 'Deployment/web': 2 } }],
    });
  });
});
