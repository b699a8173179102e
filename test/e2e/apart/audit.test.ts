import { expect } from 'chai';
import { after, before } from 'mocha';
import { audit, type AuditOptions } from '../../../src/cli/audit/audit.ts';
import { REPORT_APIS } from '../../../src/audit-report/report-apis.ts';
import { type Cluster, startCluster } from '../../cluster/cluster.ts';
import { deployment, pod, podSpec, type Manifest } from '../objects.ts';
import { reportDefinitions } from './report-definitions.ts';

const SPACES = ['audit', 'audit-off', 'audit-lab', 'imagegate'];
const POLICY = `rules:
  registry-allowlist: { options: { registries: [docker.io] } }
profiles:
  lab: { rules: { registry-allowlist: { action: off } } }
`;
const BAD = 'quay.io/acme/api:1';
const SAID = `denied: c0 image comes from an untrusted registry! (${BAD}). Only images from docker.io are allowed. [registry-allowlist]\n`;

describe('imagegate audit', () => {
  let cluster: Cluster;

  /** Creates an object, and returns the reference to it as a controller. */
  const created = async (namespace: string, manifest: Manifest): Promise<object> => {
    const input = JSON.stringify(manifest);
    const { code, stdout, stderr } = await cluster.kubectl(['-n', namespace, 'create', '-f', '-', '-o', 'json'], {
      input,
    });
    if (code !== 0) throw new Error(stderr);
    const { apiVersion, kind, metadata } = JSON.parse(stdout) as Manifest;
    return { apiVersion, kind, name: metadata['name'], uid: metadata['uid'], controller: true };
  };

  before(async () => {
    // Of its own: it is told what the gate's ConfigMap says, which other suites use.
    cluster = await startCluster();
    const labels = [{}, { 'imagegate/disable-filtering': 'true' }, { 'imagegate/profile': 'lab' }, {}];
    for (const [index, name] of SPACES.entries()) {
      // oxlint-disable-next-line no-await-in-loop -- each before what is in it
      await cluster.apply(
        JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: labels[index] } }),
      );
    }
    const data = { 'policy.yaml': POLICY, RULE_EMPTY_TAG: 'off' };
    const metadata = { name: 'imagegate-webhook-config', namespace: 'imagegate' };
    await cluster.apply(JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data }));
    const spec = podSpec(BAD);
    const ofDeployment = { ownerReferences: [await created('audit', deployment('api', spec))] };
    const { spec: replicated } = deployment('api', spec, 1);
    const set = {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: { name: 'api-1', ...ofDeployment },
      spec: replicated,
    };
    const ofSet = { ownerReferences: [await created('audit', set)] };
    const containers = [...(spec['containers'] as readonly object[]), { name: 'mesh', image: 'docker.io/mesh' }];
    await created('audit', pod('api-1-a', { containers }, { labels: { app: 'api' }, ...ofSet }));
    const status = {
      containerStatuses: [{ name: 'c0', image: BAD, imageID: `${BAD}@sha256:id`, ready: true, restartCount: 0 }],
    };
    await cluster.api.send('PATCH', '/api/v1/namespaces/audit/pods/api-1-a/status', { status });
    await created('audit-off', pod('off', podSpec(BAD)));
    await created('audit-lab', pod('lab', podSpec(BAD)));
  });

  after(async () => {
    await cluster.stop();
  });

  const audited = async (options: Partial<AuditOptions> = {}, input = '') => {
    const [out, err]: [string[], string[]] = [[], []];
    async function* stdin(): AsyncGenerator<Uint8Array> {
      yield new TextEncoder().encode(input);
    }
    const code = await audit({
      path: 'cluster',
      kubeconfig: cluster.kubeconfig,
      paths: [],
      stdin: stdin(),
      format: 'text',
      now: Date.now(),
      terminal: false,
      progress: false,
      env: {},
      write: (text) => void out.push(text),
      writeError: (text) => void err.push(text),
      ...options,
      ...(options.paths === undefined && { cluster: { kubeconfig: options.kubeconfig ?? cluster.kubeconfig } }),
    });
    return { code, stdout: out.join(''), stderr: err.join('') };
  };
  const FOUND = `Deployment audit/api: ${SAID}  One pod has it, as ${BAD}@sha256:id.\n`;

  it('tells what runs in one namespace, by the policy in force, and is told no more than it asks for', async () => {
    const { code, stdout, stderr } = await audited({ namespace: 'audit' });
    expect(stderr).to.equal('');
    expect(stdout).to.equal(`${FOUND}\n3 objects of 1 owner denied, 1 of kinds without pods.\n`);
    expect(code).to.equal(1);
  });

  it('leaves out exempt namespaces, and knows profiles', async () => {
    for (const [namespace, counts] of [
      ['audit-off', '0 objects denied, 1 in exempt namespaces, 1 of kinds without pods.\n'],
      ['audit-lab', '0 objects denied, 1 allowed, 1 of kinds without pods.\n'],
    ] as const) {
      // oxlint-disable-next-line no-await-in-loop -- one audit
      expect(await audited({ namespace })).to.deep.equal({ code: 0, stdout: counts, stderr: '' });
    }
  });

  it('says of the whole cluster what it says of all that kubectl writes', async () => {
    const whole = await audited();
    const kinds = 'ns,pods,podtemplates,rc,deploy,rs,sts,ds,jobs,cronjobs';
    const { stdout } = await cluster.kubectl(['get', kinds, '-A', '-o', 'json']);
    expect(whole.stdout).to.include(FOUND);
    expect(await audited({ paths: ['-'] }, stdout)).to.deep.equal(whole);
  });

  for (const api of ['openreports', 'wgpolicyk8s'] as const) {
    it(`writes reports that the API server takes, and removes stale ones: ${api}`, async () => {
      const { kinds } = REPORT_APIS[api];
      const options = { namespace: 'audit', report: { api } } as const;
      const missing = /found HTTP 404\. Install their CRDs, .* \[cluster-unreadable\]\n$/;
      expect((await audited(options)).stderr).to.match(missing);
      const definitions = reportDefinitions(api);
      await cluster.apply(definitions.map((definition) => JSON.stringify(definition)).join('\n'));
      const names = definitions.map(({ metadata }) => String(metadata['name']));
      await cluster.kubectl(['wait', '--for=condition=Established', ...names.map((name) => `crd/${name}`)]);
      /** What there is of them, as `kind namespace/name`, with the label. */
      const reports = async (): Promise<readonly string[]> => {
        const lines = ['{range .items[*]}{.kind} {.metadata.namespace}/{.metadata.name}', '{.metadata.labels}\n{end}'];
        const { stdout, stderr } = await cluster.kubectl([
          'get',
          names.join(),
          '-A',
          '-o',
          `jsonpath=${lines.join(' ')}`,
        ]);
        if (stderr !== '') throw new Error(stderr);
        return stdout.split('\n').filter((line) => line !== '');
      };
      const [of, ofCluster] = kinds;
      const has = (kind: string, namespace: string, at: number): string =>
        `${kind} ${namespace}/imagegate-audit {"imagegate/audit":"${at}"}`;
      const now = Date.now();

      // Strict, so that a field that the schema does not have is refused.
      const { stdout } = await audited({ ...options, now, report: { api, path: '-' } });
      const input = { input: stdout };
      const applied = await cluster.kubectl(['create', '--validate=strict', '-f', '-'], input);
      expect(applied.stderr).to.equal('');
      expect(await reports()).to.deep.equal([has(of, 'audit', now)]);

      for (const namespace of ['audit-lab', 'audit']) {
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        expect((await audited({ ...options, namespace, now: now + 1 })).stderr).to.equal('');
      }
      expect(await reports()).to.deep.equal([has(of, 'audit', now + 1)]);
      expect((await audited({ report: { api }, now: now + 2 })).stderr).to.equal('');
      expect(await reports()).to.include.members([has(of, 'audit', now + 2), has(ofCluster, '', now + 2)]);

      expect((await audited({ ...options, profile: 'lab', now: now + 3 })).stderr).to.equal('');
      const left = await reports();
      expect(left).to.include(has(ofCluster, '', now + 2));
      expect(left.filter((line) => line.includes(' audit/'))).to.deep.equal([]);
      const { stdout: summary } = await cluster.kubectl([
        'get',
        names[1]!,
        'imagegate-audit',
        '-o',
        'jsonpath={.summary}',
      ]);
      expect(JSON.parse(summary)).to.have.keys('pass', 'fail', 'warn', 'error', 'skip').and.to.include({ error: 0 });
    });
  }

  it('says to whom what may not be read', async () => {
    const { code, stderr } = await audited({
      path: undefined,
      kubeconfig: cluster.kubeconfigOf('node'),
      namespace: 'audit',
    });
    expect(stderr).to.match(
      /^https:.*: expected each PodTemplate, found HTTP 403, .*"system:node:node-1" cannot list .* Its user needs a role with the rule \{ apiGroups: \[""\], resources: \["podtemplates"\], verbs: \["list"\] \}\. \[cluster-unreadable\]$/m,
    );
    expect(code).to.equal(2);
    const refused = await audited({ kubeconfig: cluster.kubeconfigOf('node') });
    expect(refused.stderr).to.match(/^Nothing was audited: .*\n\n.*resources: \["deployments"\], verbs: \["get"\]/);
    expect([refused.code, refused.stdout]).to.deep.equal([2, '']);
  });
});
