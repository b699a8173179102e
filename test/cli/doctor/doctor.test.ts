import { expect } from 'chai';
import { parse } from 'yaml';
import { createHash } from 'node:crypto';
import { doctor } from '../../../src/cli/doctor/doctor.ts';
import { type Diagnosis, type DiagnosisCode, SEVERITIES } from '../../../src/cli/doctor/diagnosis.ts';
import { webhookEntries } from '../../../src/certificates/webhook-entries.ts';
import { exportVap } from '../../../src/cli/export/export-vap.ts';
import { filesDigest } from '../../../src/ruleset/files-digest.ts';
import { makeCertificate } from '../../certificate.ts';
import { type StandInAnswer, standInApi } from '../../cluster/stand-in-api.ts';
import { manifests, manifestsOf } from '../../deploy/manifests.ts';
import { FAULTS, type Others } from './faults.ts';
import { installed, type Made, makeSecrets, mutatingWebhook, serverOf } from './installed.ts';
import { type Any, answerOf, World } from './world.ts';

/** What is said of an installation that nothing is wrong with. */
const FINE: readonly DiagnosisCode[] = ['certificate-lasts', 'certificate-lasts', 'label-writers'];
const NOTES = new Set<DiagnosisCode>([...FINE, 'replica-loaded']);

describe('imagegate doctor', () => {
  const api = standInApi();
  let made: Made;
  let others: Others;

  before(async () => {
    made = await makeSecrets();
    const misnamed = await serverOf(made.ca, 300, 'other.imagegate.svc');
    const [foreign, short] = [await serverOf(await makeCertificate(), 300), await serverOf(made.ca, 5)];
    others = { foreign: foreign.certificate, misnamed: misnamed.certificate, short: short.certificate };
  });

  const diagnosed = async (
    options: {
      readonly format?: 'text' | 'json';
      readonly terminal?: boolean;
      readonly env?: { readonly NO_COLOR?: string };
    } = {},
  ) => {
    const [out, err]: [string[], string[]] = [[], []];
    const code = await doctor({
      kubeconfig: api.kubeconfig,
      format: 'json',
      now: Date.now(),
      terminal: false,
      env: {},
      write: (text) => void out.push(text),
      writeError: (text) => void err.push(text),
      ...options,
    });
    expect(api.asked.filter((one) => !one.startsWith('GET '))).to.deep.equal([]);
    return { code, stdout: out.join(''), stderr: err.join('') };
  };
  const found = async () => {
    const { code, stdout, stderr } = await diagnosed();
    expect(stderr).to.equal('');
    const { diagnoses } = JSON.parse(stdout) as { readonly diagnoses: readonly Diagnosis[] };
    return { exit: code, diagnoses, codes: diagnoses.map((one) => one.code).toSorted() };
  };
  /** What a replica says of itself. */
  const told = (world: World, changes: Any = {}): StandInAnswer => ({
    body: {
      policy: { digest: filesDigest(world.get('ConfigMap', 'imagegate-webhook-config').data), ...changes.policy },
      certificate: { pem: changes.pem ?? made.server.certificate, problem: changes.problem },
      policyTokenHashes: ['an older one', changes.token ?? made.token].map((token) =>
        createHash('sha256').update(token).digest('hex'),
      ),
    },
  });
  const serve = (world: World, replica: (name: string) => StandInAnswer | undefined): void => {
    api.answer = (url) => {
      const [, name] = /\/pods\/http:([^:]+):8080\/proxy\/status$/.exec(url) ?? [];
      return name === undefined ? answerOf(world, url) : replica(name);
    };
  };
  const exitOf = (codes: readonly DiagnosisCode[]): number => {
    const severities = new Set(codes.map((code) => SEVERITIES[code]));
    return severities.has('error') ? 2 : Number(severities.has('warning'));
  };

  it('finds nothing in what is shipped', async () => {
    const world = new World(installed(made));
    serve(world, () => told(world));
    const { exit, codes } = await found();
    expect({ exit, codes }).to.deep.equal({
      exit: 0,
      codes: ['certificate-lasts', ...FINE, 'replica-loaded', 'replica-loaded'],
    });
  });

  for (const { name, code, said, also = [], breaks } of FAULTS) {
    it(`finds ${code}: ${name}`, async () => {
      const world = new World(installed(made));
      breaks(world, made, others);
      // Replicas are not asked, so that the Secret tells what they serve.
      serve(world, () => ({ status: 503, body: 'no route to host' }));
      const { exit, diagnoses, codes } = await found();
      expect(codes.filter((one) => one !== 'replica-unasked' && !FINE.includes(one))).to.deep.equal(
        [code, ...also].filter((one) => !FINE.includes(one)).toSorted(),
      );
      const texts = diagnoses
        .filter((one) => one.code === code)
        .map(({ where, what, remedy }) => `${where}: ${what} ${remedy}`);
      expect(
        texts.some((text) => said.test(text)),
        texts.join('\n'),
      ).to.equal(true);
      expect(exit).to.equal(exitOf(codes));
    });
  }

  const BUDGETS: readonly (readonly [spec: Any, blocks: boolean])[] = [
    [{ maxUnavailable: 1 }, false],
    [{ maxUnavailable: '1%' }, false],
    [{ maxUnavailable: '0%' }, true],
    [{ minAvailable: 1 }, false],
    [{ minAvailable: 2 }, true],
    [{ minAvailable: '50%' }, false],
    [{ minAvailable: '51%' }, true],
  ];
  for (const [spec, blocks] of BUDGETS) {
    it(`finds ${blocks ? 'that' : 'not that'} a drain is blocked by ${JSON.stringify(spec)} of two`, async () => {
      const world = new World(installed(made));
      const budget = world.get('PodDisruptionBudget', 'imagegate-webhook');
      budget.spec = { selector: budget.spec.selector, ...spec };
      serve(world, () => told(world));
      expect((await found()).codes.includes('budget-blocks')).to.equal(blocks);
    });
  }

  const STARTERS: readonly (readonly [spec: Any, role: string | undefined])[] = [
    [{ volumes: [{ hostPath: { path: '/opt/cni/bin' } }] }, 'network plugin'],
    [{ volumes: [{ hostPath: { path: '/etc/cni2' } }] }, undefined],
    [{ volumes: [{ hostPath: { path: '/var/lib/kubelet/plugins_registry' } }] }, 'storage'],
    [{ containers: [{ image: 'docker.io/a/b:1' }, { image: 'registry.k8s.io/coredns/coredns:v1.12.0' }] }, 'DNS'],
    [{ containers: [{ image: 'registry.k8s.io/kube-proxy:v1.37.2' }] }, 'Services'],
    [{ priorityClassName: 'system-node-critical' }, 'system-node-critical'],
    [{ priorityClassName: 'system-cluster-critical' }, undefined],
    [{}, undefined],
  ];
  for (const [spec, role] of STARTERS) {
    it(`takes for ${role ?? 'nothing that must start first'}: ${JSON.stringify(spec)}`, async () => {
      const world = new World(installed(made));
      for (const namespace of ['default', 'kube-system', 'imagegate']) {
        world.add({
          apiVersion: 'apps/v1',
          kind: 'StatefulSet',
          metadata: { name: 's', namespace },
          spec: { template: { spec } },
        });
      }
      serve(world, () => told(world));
      const { diagnoses } = await found();
      const said = diagnoses
        .filter(({ code }) => code === 'start-order')
        .map(({ where, what }) => [where, what.split('.', 1)[0]]);
      const what = `The gate is asked about what starts before it can: StatefulSet s (${role})`;
      expect(said).to.deep.equal(role === undefined ? [] : [['Namespace default', what]]);
    });
  }

  const SERVICES: readonly (readonly [what: string, spec: Any, port: number | undefined, said: string | undefined])[] =
    [
      ['its port', { ports: [{ port: 443 }] }, 443, undefined],
      ['its port, by default', { ports: [{ port: 80 }, { port: 443 }] }, undefined, undefined],
      [
        'another port',
        { ports: [{ port: 443 }] },
        8443,
        'port 8443 of the Service imagegate/imagegate-webhook, which has the ports 443.',
      ],
      ['any port of a host', { type: 'ExternalName', externalName: 'x' }, 8443, undefined],
    ];
  for (const [what, spec, port, said] of SERVICES) {
    it(`finds ${said === undefined ? 'nothing' : 'service-unknown'} where the webhook asks ${what}`, async () => {
      const world = new World(installed(made));
      world.get('Service', 'imagegate-webhook').spec = spec;
      for (const { clientConfig } of world.get('ValidatingWebhookConfiguration', 'com.imagegate.webhook').webhooks)
        clientConfig.service.port = port;
      serve(world, () => told(world));
      const { diagnoses } = await found();
      const texts = diagnoses.filter(({ code }) => code === 'service-unknown').map(({ what: text }) => text);
      const each = said === undefined ? [] : [said, said, said];
      expect(texts).to.deep.equal(each.map((text) => `It asks ${text}`));
    });
  }

  /** With a kind of the operator's, and the profile prod, as certificates.sh writes its entries. */
  const withProfiles = (): World => {
    const world = new World(installed(made));
    world.get('ConfigMap', 'imagegate-webhook-config').data['policy.yaml'] =
      'profiles: { prod: { rules: { empty-tag: { action: warn } } } }\npodSpecs: [{ group: acme.io, kind: Policy, path: spec }]';
    const webhook = world.get('ValidatingWebhookConfiguration', 'com.imagegate.webhook');
    const [pods, workloads, policy] = webhook.webhooks;
    workloads.rules.push({ apiGroups: ['acme.io'], apiVersions: ['v1'], operations: ['*'], resources: ['policies'] });
    const key = 'imagegate/profile';
    const profiles: readonly (readonly [name: string, path: string, expressions: readonly Any[]])[] = [
      ['', '/validate', [{ key, operator: 'DoesNotExist' }]],
      ['prod.', '/validate/prod', [{ key, operator: 'In', values: ['prod'] }]],
      [
        'unknown.',
        '/validate/unknown',
        [
          { key, operator: 'Exists' },
          { key, operator: 'NotIn', values: ['prod'] },
        ],
      ],
    ];
    const entries = profiles.flatMap(([name, path, expressions]) =>
      [pods, workloads].map((entry) => {
        const copy = structuredClone(entry);
        copy.name = `${name}${copy.name}`;
        copy.clientConfig.service.path = path;
        copy.namespaceSelector.matchExpressions.unshift(...expressions);
        return copy;
      }),
    );
    webhook.webhooks = [...entries, policy];
    return world;
  };

  it('finds nothing in profiles and kinds that the webhook has, and judges each namespace once', async () => {
    const world = withProfiles();
    const starter = { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: 's', namespace: 'default' } };
    world.add({ ...starter, spec: { template: { spec: { priorityClassName: 'system-node-critical' } } } });
    for (const labels of [{}, { 'imagegate/profile': 'prod' }, { 'imagegate/profile': 'pord' }]) {
      world.get('Namespace', 'default').metadata.labels = labels;
      serve(world, () => told(world));
      // oxlint-disable-next-line no-await-in-loop -- one world
      const { codes } = await found();
      expect(codes.filter((code) => !NOTES.has(code))).to.deep.equal(['start-order']);
    }
  });

  it('finds nothing in profiles of which one rewrites, and tells where another is rewritten by', async () => {
    const world = withProfiles();
    world.get('ConfigMap', 'imagegate-webhook-config').data['policy.yaml'] =
      'profiles: { prod: { rules: { registry-mirror: { action: rewrite, options: { mirrors: [{ registry: quay.io, mirror: m.example.com }] } } } } }';
    const mutating = mutatingWebhook(made);
    const bundle = made.ca.certificate;
    mutating.webhooks = structuredClone(webhookEntries(mutating.webhooks, ['prod'], { bundle, token: made.token }));
    world.add(mutating);
    for (const labels of [{}, { 'imagegate/profile': 'prod' }, { 'imagegate/profile': 'pord' }]) {
      world.get('Namespace', 'default').metadata.labels = labels;
      serve(world, () => told(world));
      // oxlint-disable-next-line no-await-in-loop -- one world
      const { codes } = await found();
      expect(codes.filter((code) => !NOTES.has(code))).to.deep.equal(['mirror-access']);
    }
    const [, prod] = world.get('MutatingWebhookConfiguration', 'com.imagegate.webhook').webhooks;
    prod.namespaceSelector.matchExpressions[0].values = ['pord'];
    for (const [label, codes] of [
      ['prod', ['mirror-access', 'rewrite-namespaces']],
      ['pord', ['mirror-access', 'rewrite-namespaces']],
      ['other', ['mirror-access']],
    ] as const) {
      world.get('Namespace', 'default').metadata.labels = { 'imagegate/profile': label };
      serve(world, () => told(world));
      // oxlint-disable-next-line no-await-in-loop -- one world
      const all = (await found()).codes.filter((code) => !NOTES.has(code));
      expect(all, label).to.deep.equal(codes);
    }
  });

  it('finds a namespace of an unknown profile about which nobody asks', async () => {
    const world = withProfiles();
    const webhook = world.get('ValidatingWebhookConfiguration', 'com.imagegate.webhook');
    webhook.webhooks = webhook.webhooks.filter(({ name }: Any) => !name.startsWith('unknown.'));
    world.get('Namespace', 'default').metadata.labels = { 'imagegate/profile': 'pord' };
    serve(world, () => told(world));
    const { codes } = await found();
    expect(codes.filter((code) => !NOTES.has(code))).to.deep.equal(['namespaces-unasked']);
  });

  it('finds a gate without replicas', async () => {
    const world = new World(installed(made));
    world.get('Deployment', 'imagegate-webhook').spec.replicas = 0;
    for (const name of ['gate-a', 'gate-b']) world.remove('Pod', name);
    serve(world, () => told(world));
    const { codes } = await found();
    expect(codes).to.include.members(['gate-down', 'replicas-few']);
  });

  /** What somebody did to a policy after it was exported. */
  const EDITS: Readonly<Record<string, (spec: Any) => void>> = {
    nothing: () => {},
    'what the API server fills in': (spec) => void (spec.matchConstraints.objectSelector = {}),
    'a validation less': (spec) => spec.validations.pop(),
    'a validation more': (spec) => spec.validations.push(spec.validations[0]),
    'another expression': (spec) => void (spec.validations.at(-1).expression = 'true'),
    'no list': (spec) => void (spec.variables = {}),
    'another failure policy': (spec) => void (spec.failurePolicy = 'Ignore'),
  };
  for (const [what, edit] of Object.entries(EDITS)) {
    const isSame = ['nothing', 'what the API server fills in'].includes(what);
    it(`finds ${isSame ? 'nothing' : 'exported-policy-differs'} in an exported policy with ${what}`, async () => {
      const world = new World(installed(made));
      serve(world, () => told(world));
      const out: string[] = [];
      const io = { write: (text: string) => void out.push(text), writeError: () => {} };
      const { kubeconfig } = api;
      await exportVap({ path: 'cluster', kubeconfig, isStatic: false, now: Date.now(), ...io });
      for (const object of manifestsOf(out.join(''))) world.add(object);
      edit(world.get('ValidatingAdmissionPolicy', 'imagegate-deny').spec);
      const { codes } = await found();
      expect(codes.filter((code) => !NOTES.has(code))).to.deep.equal(isSame ? [] : ['exported-policy-differs']);
    });
  }

  it('names who may label namespaces, but for parts of Kubernetes', async () => {
    const world = new World(installed(made));
    const [apiVersion, api1] = ['rbac.authorization.k8s.io/v1', 'rbac.authorization.k8s.io'];
    const bind = (name: string, rule: object, ...subjects: readonly object[]): void => {
      world.add({ apiVersion, kind: 'ClusterRole', metadata: { name }, rules: [rule] });
      const roleRef = { apiGroup: api1, kind: 'ClusterRole', name };
      world.add({ apiVersion, kind: 'ClusterRoleBinding', metadata: { name }, roleRef, subjects });
    };
    const [user, group] = ['User', 'Group'].map((kind) => (name: string) => ({ kind, name }));
    const account = (namespace: string, name: string) => ({ kind: 'ServiceAccount', namespace, name });
    const namespaces = { apiGroups: [''], resources: ['namespaces'] };
    const accounts = [account('tools', 'argo'), account('kube-system', 'ttl')];
    bind('a', { ...namespaces, verbs: ['get', 'patch'] }, group!('developers'), user!('system:apiserver'), ...accounts);
    bind('b', { ...namespaces, verbs: ['get', 'list', 'delete'] }, group!('readers'));
    bind('c', { apiGroups: ['*'], resources: ['*'], verbs: ['*'] }, group!('system:masters'), user!('admin'));
    bind('d', { ...namespaces, resources: ['pods'], verbs: ['*'] }, group!('pods'));
    bind('e', { ...namespaces, apiGroups: ['apps'], verbs: ['*'] }, group!('apps'));
    bind('f', { ...namespaces, resources: ['namespaces/finalize'], verbs: ['update'] }, user!('f'));
    serve(world, () => told(world));
    const { diagnoses } = await found();
    expect(diagnoses.find(({ code }) => code === 'label-writers')?.what).to.equal(
      "Of those who may label namespaces (Group developers, Group system:masters, ServiceAccount tools/argo, User admin, User f), only these groups may set it: ['system:masters', 'kubeadm:cluster-admins'].",
    );
  });

  it('reads no Secret where a replica tells what is in it', async () => {
    const world = new World(installed(made));
    serve(world, (name) => (name === 'gate-a' ? told(world) : { status: 503, body: 'no route to host' }));
    await found();
    expect(api.asked.filter((one) => one.includes('secrets'))).to.deep.equal([]);
    serve(world, () => ({ status: 503, body: 'no route to host' }));
    await found();
    expect(api.asked.filter((one) => one.includes('secrets'))).to.have.length(1);
  });

  /** As the component for cert-manager mounts it. */
  const byCertManager = (): World => {
    const world = new World(installed(made));
    const { data, ...secret } = world.get('Secret', 'imagegate-webhook-certificates');
    const [certificates] = manifests('components/cert-manager/kustomization.yaml') as Any[];
    const [, { value }] = parse(certificates.patches[0].patch);
    world.get('Deployment', 'imagegate-webhook').spec.template.spec.volumes[1] = value;
    world.get('Secret', 'imagegate-webhook-certificates').data = { 'policy-token': data['policy-token'] };
    const pair = { 'tls.crt': data['server.crt'], 'tls.key': data['server.key'], 'ca.crt': data['ca.crt'] };
    world.add({ ...secret, metadata: { ...secret.metadata, name: 'imagegate-webhook-tls' }, data: pair });
    return world;
  };

  it("looks at cert-manager's Secret, where the gate mounts that and no replica tells", async () => {
    const world = byCertManager();
    serve(world, () => ({ status: 503, body: 'no route to host' }));
    const { diagnoses, codes } = await found();
    expect(codes).to.deep.equal([...FINE, 'replica-unasked', 'replica-unasked']);
    expect(diagnoses.map(({ where }) => where)).to.include('Secret imagegate/imagegate-webhook-tls');
    world.remove('Secret', 'imagegate-webhook-tls');
    const { where, what } = (await found()).diagnoses.find(({ code }) => code === 'unreadable')!;
    expect(where).to.equal('Secret imagegate/imagegate-webhook-tls');
    expect(what).to.include('cannot be read, or is not there');
  });

  it('names the Secret of certificates.sh, where there is no Deployment', async () => {
    const world = new World(installed(made));
    world.remove('Deployment', 'imagegate-webhook');
    world.remove('Secret', 'imagegate-webhook-certificates');
    serve(world, () => ({ status: 503, body: 'no route to host' }));
    const { diagnoses } = await found();
    const { where } = diagnoses.find(({ code }) => code === 'unreadable')!;
    expect(where).to.equal('Secret imagegate/imagegate-webhook-certificates');
  });

  const REASONS: readonly (readonly [what: string, body: unknown, told: RegExp])[] = [
    [
      'the message of a Status alone',
      { kind: 'Status', message: 'address not allowed' },
      /: HTTP 400, address not allowed$/,
    ],
    ['a text', 'no route to host\n', /: HTTP 400, no route to host$/],
    ['what has no message', { kind: 'Status' }, /: HTTP 400, \{"kind":"Status"\}$/],
    ['what is cut off', '{"kind"', /: HTTP 400, \{"kind"$/],
  ];
  for (const [what, body, told400] of REASONS) {
    it(`says of a replica that cannot be asked why: ${what}`, async () => {
      serve(new World(installed(made)), () => ({ status: 400, body }));
      const { diagnoses } = await found();
      expect(diagnoses.find(({ code }) => code === 'replica-unasked')?.what).to.match(told400);
    });
  }

  it('tells neither key nor token', async () => {
    const world = new World(installed(made));
    const [, , entry] = world.get('ValidatingWebhookConfiguration', 'com.imagegate.webhook').webhooks;
    entry.clientConfig.service.path = `/validate-policy/${'0'.repeat(64)}`;
    serve(world, () => ({ status: 503, body: 'no route to host' }));
    const { stdout } = await diagnosed();
    expect(stdout).to.include('token-differs');
    for (const secret of [made.token, '0'.repeat(64), 'PRIVATE KEY']) expect(stdout).not.to.include(secret);
  });

  const REPLICAS: readonly (readonly [what: string, changes: Any, codes: readonly DiagnosisCode[]])[] = [
    ['another policy', { policy: { digest: 'sha256:0' } }, ['replica-differs']],
    ['a policy that it rejected', { policy: { problem: 'New policy rejected.' } }, ['replica-rejects']],
    ['a certificate that it rejected', { problem: 'New certificate rejected.' }, ['replica-rejects']],
    ['another token', { token: 'x' }, ['token-differs']],
  ];
  for (const [what, changes, codes] of REPLICAS) {
    it(`finds a replica with ${what}`, async () => {
      const world = new World(installed(made));
      serve(world, (name) => told(world, name === 'gate-b' ? changes : {}));
      const { diagnoses } = await found();
      const bad = diagnoses.filter(({ code }) => !NOTES.has(code));
      expect(bad.map(({ code, where }) => [code, where])).to.deep.equal(
        codes.map((code) => [code, 'Pod imagegate/gate-b']),
      );
    });
  }

  it('finds what a replica serves, whatever the Secret has', async () => {
    const world = new World(installed(made));
    serve(world, (name) => told(world, name === 'gate-b' ? { pem: others.foreign } : {}));
    const { diagnoses } = await found();
    const rejected = diagnoses.filter(({ code }) => code === 'certificate-rejected');
    expect(rejected.map(({ where }) => where)).to.deep.equal(['Pod imagegate/gate-b']);
  });

  it('says what it could not read, and finds nothing in that', async () => {
    const world = new World([]);
    api.answer = (url) =>
      /\/(?:apis?\/v1|apis\/[^/]+(?:\/v1)?)$/.test(url)
        ? answerOf(world, url)
        : { status: 403, body: { kind: 'Status', message: 'you may not' } };
    const { exit, diagnoses, codes } = await found();
    expect(exit).to.equal(1);
    expect(new Set(codes)).to.deep.equal(new Set(['unreadable']));
    const remedies = diagnoses.map(({ remedy }) => remedy).join('\n');
    for (const resource of ['pods', 'validatingwebhookconfigurations', 'clusterroles', 'configmaps'])
      expect(remedies).to.include(`resources: ["${resource}"]`);
  });

  it('finds nothing in a kind that the API server does not have', async () => {
    const world = new World(installed(made));
    serve(world, () => told(world));
    const { answer } = api;
    api.answer = (url, request) => {
      const said = answer(url, request);
      if (url !== '/apis/admissionregistration.k8s.io/v1') return said;
      const { resources } = said!.body as Any;
      return { body: { resources: resources.filter(({ kind }: Any) => kind !== 'MutatingAdmissionPolicy') } };
    };
    expect((await found()).exit).to.equal(0);
  });

  it('says that it looked at nothing where there is no cluster', async () => {
    api.answer = () => ({ body: 'hello' });
    const { code, stdout, stderr } = await diagnosed({ format: 'text' });
    expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' });
    expect(stderr).to.match(/^Nothing was looked at: one mistake\.\n\n.*\[cluster-unreachable\]\n/);
  });

  it('prints paragraphs, the worst first, with colours on a terminal alone', async () => {
    const world = new World(installed(made));
    world.remove('PodDisruptionBudget', 'imagegate-webhook');
    world.remove('Deployment', 'imagegate-webhook');
    serve(world, () => told(world));
    const plain = await diagnosed({ format: 'text' });
    expect(plain.stdout).to.match(
      /^error: Deployment imagegate\/imagegate-webhook \[gate-missing\]\n {2}It is not there\.\n {2}Run kubectl apply -k deploy\.\n\n/,
    );
    expect(plain.stdout).to.match(/\n\n1 error, 0 warnings, 6 notes\.\n$/);
    const colored = await diagnosed({ format: 'text', terminal: true });
    expect(colored.stdout.startsWith('\u001B[31merror\u001B[39m: ')).to.equal(true);
    expect((await diagnosed({ format: 'text', terminal: true, env: { NO_COLOR: '1' } })).stdout).to.equal(plain.stdout);
  });
});
