import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { get } from 'node:https';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Cluster } from '../../cluster/cluster.ts';
import { beforeTheGate, runCertificates } from '../../cluster/deploy-copy.ts';
import { untilGateIs } from '../../cluster/installation.ts';
import { runKubectl, type KubectlResult } from '../../cluster/kubectl.ts';
import { buildHelm } from '../../helm/build-helm.ts';
import { ALERTS_FILE } from '../../prometheus/alerts.ts';
import { askPrometheus } from '../../prometheus/ask-prometheus.ts';
import { buildPrometheus } from '../../prometheus/build-prometheus.ts';
import { scrapeLoad } from '../../prometheus/scrape-load.ts';
import { skipWithout } from '../../skip-without.ts';
import { until } from '../../until.ts';
import { chartCluster, type ChartCluster } from './chart-cluster.ts';
import { certManagerIssues, certManagerKinds } from './stand-in-cert-manager.ts';
import { WEBHOOK_PATH } from './certificates-cluster.ts';
import { pod, podSpec } from '../objects.ts';
import type { StandInNode } from './stand-in-node.ts';
import { startLoad } from '../steady-load.ts';

const PODS = '/api/v1/namespaces/default/pods?dryRun=All';
const GOOD = pod('x', podSpec('docker.io/nginx:1'));
const BAD = pod('x', podSpec('nginx'));
/** Of these, one that the chart makes has imagegate in its name. */
const CLUSTER_KINDS = [
  'validatingwebhookconfigurations',
  'validatingadmissionpolicies',
  'validatingadmissionpolicybindings',
  'clusterroles',
  'clusterrolebindings',
].join(',');
const OUR_KINDS = [
  'deployments,pods,services,jobs,cronjobs,configmaps,secrets,serviceaccounts,roles,rolebindings',
  'networkpolicies,poddisruptionbudgets,resourcequotas',
].join(',');
const POLICY = `
policy:
  version: 0.1.0
  profiles:
    lab: { rules: { registry-allowlist: { action: 'off' } } }
`;

describe('the chart in a cluster', function () {
  this.timeout(300_000);
  let there: ChartCluster;
  let cluster: Cluster;
  let node: StandInNode;
  let deploy: string;
  let prometheus: string;

  before(async function () {
    this.timeout(20 * 60_000);
    prometheus = (await buildPrometheus()) ?? skipWithout('go', this);
    there = await chartCluster((await buildHelm()) ?? skipWithout('go', this));
    ({ cluster, node } = there);
    deploy = join(there.checkout, 'deploy');
    await writeFile(join(there.checkout, 'policy.yaml'), POLICY);
  });
  after(async () => {
    await there?.remove();
  });

  const helm = async (...args: readonly string[]): Promise<KubectlResult> => {
    const [verb = '', ...rest] = args;
    const chart = ['install', 'upgrade'].includes(verb) ? ['deploy/chart'] : [];
    const all = [verb, 'imagegate', ...chart, '--namespace', 'imagegate', ...rest];
    return runKubectl('helm', all, there.environment, { cwd: there.checkout, timeoutMs: 240_000 });
  };
  const succeeds = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await helm(
      ...args,
      ...(args[0] === 'uninstall' ? [] : ['--wait-for-jobs']),
      '--wait',
    );
    expect(code, `${args.join(' ')}: ${stdout}${stderr}`).to.equal(0);
    return stdout;
  };
  const post = async (object: unknown): Promise<number> => (await cluster.api.send('POST', PODS, object)).status;
  const read = async (path: string) => JSON.parse((await cluster.api.send('GET', path)).text);
  const entries = async (): Promise<readonly string[]> =>
    ((await read(WEBHOOK_PATH)).webhooks ?? []).map(({ name }: { readonly name: string }) => name);
  const named = async (kinds: string): Promise<readonly string[]> => {
    const { stdout } = await cluster.kubectl(['-n', 'imagegate', 'get', kinds, '-o', 'name']);
    return stdout.split('\n').filter((name) => name !== '');
  };
  /** Has pods judged while it works, all of them so. */
  const underLoad = async (work: () => Promise<unknown>, object = GOOD, status = '201'): Promise<void> => {
    const load = startLoad(cluster.keepAliveApi(10), PODS, object, 10);
    await work();
    const enough = load.verdicts.length + 20;
    await until(() => load.verdicts.length > enough, 'some more pods');
    await load.stop();
    expect(load.verdicts.map(({ text }) => text).filter((text) => !text.startsWith(status))).to.deep.equal([]);
  };
  /** Nothing of it is left but what is not the chart's, and any pod can be made. */
  const expectGone = async (left: readonly string[]): Promise<void> => {
    await untilGateIs(cluster, 'open');
    expect((await named(CLUSTER_KINDS)).filter((name) => name.includes('imagegate'))).to.deep.equal([]);
    let pods: readonly string[] = [];
    await until(
      async () => (pods = await named('pods')).length === 0,
      () => `the pods to go. There were ${pods.join(', ')}`,
    );
    expect(await named(OUR_KINDS)).to.have.members(['serviceaccount/default', ...left]);
    await until(() => node.gates.size === 0, 'the gates to go');
  };
  const imageOf = async (): Promise<string> =>
    (await read('/apis/apps/v1/namespaces/imagegate/deployments/imagegate-webhook')).spec.template.spec.containers[0]
      .image;

  describe('with certificates by the Job', () => {
    it('installs, and closes the gate once it is ready', async () => {
      await succeeds('install', '--create-namespace', '--set', 'replicas=1');
      expect(await entries()).to.have.length(3);
      await untilGateIs(cluster, 'closed');
      expect(await post(GOOD)).to.equal(201);
    });

    it('denies a kubectl run, and what it counts raises an alert', async () => {
      const { stderr } = await cluster.kubectl(['run', 'nginx', '--image=docker.io/nginx:latest']);
      expect(stderr).to.match(/denied the request: nginx image has a non-allowed tag! /);
      const [gate] = node.gates.values();
      const scrape = async (): Promise<string> => (await gate!.ops('/metrics'))!.text;
      const before = await scrape();
      expect(await statusOf(`https://localhost:${gate!.port}/nowhere`)).to.equal(404);
      const queries = ['sum(imagegate_reviews_total{verdict="denied"})'];
      const load = scrapeLoad([before, await scrape()]);
      const { cases } = await askPrometheus(prometheus, ALERTS_FILE, [{ load, at: 12 * 60, queries }]);
      expect(cases[0]!.alerts.map(({ name }) => name)).to.deep.equal(['ImageGateBadRequests']);
      expect(Number(cases[0]!.results[0]!.samples[0]!.value)).to.be.above(0);
    });

    it('takes no policy back of which the values say nothing', async () => {
      const patch = ['-n', 'imagegate', 'patch', 'configmap', 'imagegate-webhook-config', '--patch'];
      expect(await cluster.kubectl([...patch, '{"data":{"BLOCKED_TAGS":"live"}}'])).to.include({ code: 0 });
      await succeeds('upgrade', '--reset-then-reuse-values', '--set', 'resources.requests.cpu=200m');
      const { data } = await read('/api/v1/namespaces/imagegate/configmaps/imagegate-webhook-config');
      expect(data).to.include({ BLOCKED_TAGS: 'live' });
    });

    it('changes image, policy and profile at once, and no pod fails', async () => {
      await underLoad(async () =>
        succeeds(
          'upgrade',
          '--reset-then-reuse-values',
          '--values',
          'policy.yaml',
          '--set',
          'image.tag=0.2.0',
          '--set',
          'replicas=2',
        ),
      );
      expect(await imageOf()).to.equal('registry.example.com/imagegate-webhook:0.2.0');
      expect(await entries()).to.include.members([
        'lab.com.imagegate.webhook',
        'unknown.workloads.com.imagegate.webhook',
      ]);
      await cluster.apply(
        '{ apiVersion: v1, kind: Namespace, metadata: { name: lab, labels: { imagegate/profile: lab } } }',
      );
      const untrusted = pod('x', podSpec('quay.io/acme/shop:1'));
      const path = '/api/v1/namespaces/lab/pods?dryRun=All';
      await until(async () => (await cluster.api.send('POST', path, untrusted)).status === 201, 'the profile to hold');
      expect(await post(untrusted)).to.equal(403);
    });

    it('goes back, and no pod fails', async () => {
      await underLoad(async () => succeeds('rollback', '1'));
      expect(await entries()).to.have.length(3);
      expect(await imageOf()).to.match(/:0\.1\.0$/);
      expect(await post(BAD)).to.equal(403);
    });

    it('stays open where somebody has opened it, until the next upgrade', async () => {
      await cluster.api.send('DELETE', WEBHOOK_PATH);
      await untilGateIs(cluster, 'open');
      const job = ['create', 'job', '--from=cronjob/imagegate-certificates', 'by-hand'];
      expect(await cluster.kubectl(['-n', 'imagegate', ...job])).to.include({ code: 0 });
      const failed = ['wait', '--for=jsonpath={.status.failed}=1', 'job/by-hand'];
      expect(await cluster.kubectl(['-n', 'imagegate', ...failed, '--timeout=50s'])).to.include({ code: 0 });
      expect(await post(BAD)).to.equal(201);
      await cluster.kubectl(['-n', 'imagegate', 'delete', 'job', 'by-hand']);
      await succeeds('upgrade', '--reset-then-reuse-values');
      await untilGateIs(cluster, 'closed');
    });

    it('goes, the webhook first, and no pod fails', async () => {
      let said = '';
      await underLoad(async () => {
        const { code, stderr } = await helm('uninstall', '--wait', '--debug');
        expect(code, stderr).to.equal(0);
        said = stderr;
      });
      expect(/Starting delete for .*/.exec(said)?.[0]).to.equal(
        'Starting delete for "com.imagegate.webhook" ValidatingWebhookConfiguration',
      );
      await expectGone([]);
    });
  });

  describe('with certificates that are given', () => {
    before(async () => {
      await runCertificates(deploy);
      await cluster.apply(await readFile(join(deploy, 'secret.yaml'), 'utf8'));
    });
    const given = (...more: readonly string[]): readonly string[] => [
      '--set',
      'certificates.mode=given,replicas=1',
      '--set-file',
      'certificates.policyToken=deploy/policy-token,certificates.caBundle=deploy/bundle.crt',
      ...more,
    ];

    it('stays open until it is told to close', async () => {
      await writeFile(join(deploy, 'bundle.crt'), await readFile(join(deploy, 'ca.crt')));
      expect(await succeeds('install', ...given('--set', 'webhook.closed=false'))).to.include('THE GATE IS OPEN');
      expect(await entries()).to.deep.equal([]);
      expect(await post(BAD)).to.equal(201);
      await succeeds('upgrade', ...given('--set', 'webhook.closed=true'));
      await untilGateIs(cluster, 'closed');
    });

    it('has a bad policy refused, with the words of the gate', async () => {
      const bad = await helm('upgrade', ...given('--set', 'webhook.closed=true,policyKeys.RULE_BLOCKED_TAGS=wran'));
      expect(bad.code).to.equal(1);
      expect(bad.stderr).to.include('found "wran". Did you mean warn? [policy-action-invalid]');
    });

    it('changes image, policy, certificate and profile at once, and no pod fails', async () => {
      await runCertificates(deploy, ['--new-ca']);
      const cas = await Promise.all(['ca.crt', 'ca-old.crt'].map(async (name) => readFile(join(deploy, name), 'utf8')));
      await writeFile(join(deploy, 'bundle.crt'), cas.join(''));
      const secret = await readFile(join(deploy, 'secret.yaml'), 'utf8');
      await cluster.apply(secret.replace('name: imagegate-webhook-certificates', '$&-2'));
      const values = 'webhook.closed=true,image.tag=0.2.0,certificates.secretName=imagegate-webhook-certificates-2';
      const [old] = node.gates.keys();
      await underLoad(async () => {
        await succeeds('upgrade', ...given('--values', 'policy.yaml', '--set', values));
        await until(() => node.gates.size === 1 && !node.gates.has(old ?? ''), 'the old gate to go');
      });
      expect(await entries()).to.include('lab.com.imagegate.webhook');
      expect(await post(BAD)).to.equal(403);
    });

    it('goes, and leaves what is yours', async () => {
      await succeeds('uninstall');
      await expectGone(['secret/imagegate-webhook-certificates', 'secret/imagegate-webhook-certificates-2']);
    });
  });

  describe('where certificates have come from elsewhere', () => {
    before(async () => {
      await runCertificates(deploy);
      const apply = async (...what: readonly string[]): Promise<void> => {
        expect(await cluster.kubectl(['apply', ...what], { cwd: deploy })).to.include({ code: 0 });
      };
      await apply(...beforeTheGate);
      await apply('-k', '.');
      const ready = ['-n', 'imagegate', 'rollout', 'status', 'deployment/imagegate-webhook'];
      expect(await cluster.kubectl(ready)).to.include({ code: 0 });
      await apply('-f', 'webhook-with-ca.yaml');
      await untilGateIs(cluster, 'closed');
    });

    it('takes over from manifests, and no pod fails or gets past it', async () => {
      await underLoad(async () => succeeds('install', '--take-ownership', '--set', 'replicas=1'), BAD, '403');
      await underLoad(async () => succeeds('upgrade', '--reset-then-reuse-values', '--set', 'image.tag=0.2.0'));
      expect(await entries()).to.have.length(3);
    });

    it('goes to mode given, and no pod fails or gets past it', async () => {
      const { data } = await read('/api/v1/namespaces/imagegate/secrets/imagegate-webhook-certificates');
      await writeFile(join(deploy, 'given.crt'), Buffer.from(data['ca.crt'], 'base64'));
      const given = ['--set', 'certificates.mode=given,webhook.closed=true,replicas=1'];
      const bundle = ['--set-file', 'certificates.caBundle=deploy/given.crt'];
      await underLoad(async () => succeeds('upgrade', ...given, ...bundle), BAD, '403');
      expect(await post(GOOD)).to.equal(201);
    });

    it('goes back to mode job, and is closed again at its end', async () => {
      await underLoad(async () => succeeds('upgrade', '--reset-values', '--set', 'replicas=1'));
      await untilGateIs(cluster, 'closed');
      await succeeds('uninstall');
      await cluster.kubectl(['delete', 'namespace', 'imagegate']);
      await untilGateIs(cluster, 'open');
      await cluster.apply('{ apiVersion: v1, kind: Namespace, metadata: { name: imagegate } }');
    });
  });

  describe('with certificates by cert-manager', () => {
    const values = (closed: boolean): readonly string[] => [
      '--set',
      `certificates.mode=cert-manager,replicas=1,webhook.closed=${closed}`,
    ];
    /** What its injector does, by the annotation. */
    const inject = async (ca: string): Promise<void> => {
      const { webhooks = [], metadata } = await read(WEBHOOK_PATH);
      expect(metadata.annotations).to.include({ 'cert-manager.io/inject-ca-from': 'imagegate/imagegate-webhook' });
      for (const { clientConfig } of webhooks) clientConfig.caBundle = Buffer.from(ca).toString('base64');
      await cluster.api.send('PATCH', WEBHOOK_PATH, { webhooks });
    };
    let ca: string;

    before('its kinds, and what it makes of its Certificate', async () => {
      await certManagerKinds(cluster);
      ({ ca } = await certManagerIssues(cluster));
    });

    it('closes when it is told to, with the CA that cert-manager has made, and no pod fails', async () => {
      await succeeds('install', ...values(false));
      await inject(ca);
      expect(await post(BAD)).to.equal(201);
      await underLoad(async () => succeeds('upgrade', ...values(true)));
      await untilGateIs(cluster, 'closed');
    });

    it('keeps what the injector has written, and no pod fails where profiles come', async () => {
      await inject(`${ca}\n${ca}`);
      await underLoad(async () => succeeds('upgrade', ...values(true), '--values', 'policy.yaml'));
      expect(await entries()).to.include('lab.com.imagegate.webhook');
    });

    it('goes, and leaves what cert-manager has made', async () => {
      await succeeds('uninstall');
      await expectGone(['secret/imagegate-webhook-tls']);
    });
  });
});

/** What a stranger is answered. */
async function statusOf(url: string): Promise<number | undefined> {
  const [response] = (await once(get(url, { rejectUnauthorized: false, agent: false }), 'response')) as [
    IncomingMessage,
  ];
  response.resume();
  return response.statusCode;
}
