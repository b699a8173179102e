import { expect } from 'chai';
import { runCertificates } from '../cluster/deploy-copy.ts';
import type { KubectlResult } from '../cluster/kubectl.ts';
import { CertificatesRun } from '../deploy/certificates-run.ts';
import { until } from '../until.ts';
import { metric, reviewsOf } from './metric.ts';
import { deployment, pod, podSpec } from './objects.ts';
import { blockedTag, denial, done, notCreated } from './sentences.ts';
import { behindTheGate } from './shared-installation.ts';

const policy = (...profiles: string[]): string => `profiles: { ${profiles.join(', ')} }`;
const PROD = 'prod: { rules: { require-digest: { action: deny } } }';
const LAB = 'lab: { rules: { blocked-tags: { action: warn } } }';

/** The labels of namespaces, one for each kind of entry, and one that is exempt. */
const NAMESPACES = {
  'profiles-prod': { 'imagegate/profile': 'prod' },
  'profiles-lab': { 'imagegate/profile': 'lab' },
  'profiles-other': { 'imagegate/profile': 'nobody-knows-this' },
  'profiles-empty': { 'imagegate/profile': '' },
  'profiles-exempt': { 'imagegate/profile': 'prod', 'imagegate/disable-filtering': 'true' },
};

const image = 'docker.io/x:latest';
const tag = blockedTag('c0', image);
const noDigest = `c0 image has no digest! (${image}). Only images with digests are allowed.`;
const asWithout = 'so its images are judged as those of a namespace without one. [imagegate]';
const ofNoKnownLabel = `The namespace's label imagegate/profile names no profile that the policy has, ${asWithout}`;
const created = (warnings: readonly string[] = []) => done('pod/c0 created (server dry run)', warnings);
const warned = (warning: string, result: KubectlResult) => ({
  ...result,
  stderr: `Warning: ${warning}\n${result.stderr}`,
});
const byUnknown = warned(ofNoKnownLabel, notCreated([tag], 'unknown.com.imagegate.webhook'));

/** What becomes of the same pod, whose name is its container's, in each of them, and how often the gate is asked about it. */
const verdicts: Readonly<Record<string, { readonly result: KubectlResult; readonly asked: number }>> = {
  profiles: { result: notCreated([tag]), asked: 1 },
  'profiles-prod': { result: notCreated([tag, noDigest], 'prod.com.imagegate.webhook'), asked: 1 },
  'profiles-lab': { result: created([`${tag} [imagegate: blocked-tags]`]), asked: 1 },
  'profiles-other': { result: byUnknown, asked: 1 },
  'profiles-empty': { result: byUnknown, asked: 1 },
  'profiles-exempt': { result: created(), asked: 0 },
};

describe('profiles', () => {
  const suite = behindTheGate('profiles');
  const all = Object.keys(NAMESPACES);
  const dryRun = async (namespace: string, manifest: object = pod('c0', podSpec(image))) =>
    suite().cluster.kubectl(['-n', namespace, 'create', '-f', '-', '--dry-run=server'], {
      input: JSON.stringify(manifest),
    });
  const entryNames = async (): Promise<readonly string[]> => {
    const args = [
      'get',
      'validatingwebhookconfiguration',
      'com.imagegate.webhook',
      '-o',
      'jsonpath={.webhooks[*].name}',
    ];
    return (await suite().cluster.kubectl(args)).stdout.split(' ');
  };

  /** Resolves once the gate has loaded it. */
  const setPolicy = async (text: string | null): Promise<void> => {
    const { cluster, gate } = suite();
    const loads = async () => metric(gate, 'imagegate_ruleset_loads_total', { result: 'success' });
    const before = await loads();
    const patch = JSON.stringify({ data: { 'policy.yaml': text } });
    const args = ['-n', 'imagegate', 'patch', 'configmap', 'imagegate-webhook-config', '--patch', patch];
    expect(await cluster.kubectl(args)).to.include({ code: 0, stderr: '' });
    await gate.refreshVolumes();
    await until(async () => (await loads()) > before, 'the policy to be loaded');
  };

  const certificates = async (...flags: string[]): Promise<void> => {
    const { cluster, deploy } = suite();
    await runCertificates(deploy, flags);
    expect(await cluster.kubectl(['apply', '-f', 'secret.yaml'], { cwd: deploy })).to.include({ code: 0 });
  };

  /** As the page of operations has it; resolves once the API server asks so. */
  const setProfiles = async (flags: readonly string[], namespace: string, entry: string): Promise<void> => {
    await certificates(...flags);
    await suite().closeGate();
    const isAsked = async () => (await dryRun(namespace)).stderr.includes(`"${entry}"`);
    await until(isAsked, `${entry} to be asked about ${namespace}`);
  };

  before(async () => {
    for (const [name, labels] of Object.entries(NAMESPACES)) {
      // oxlint-disable-next-line no-await-in-loop -- a handful
      await suite().cluster.apply(JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } }));
    }
    await setPolicy(policy(PROD, LAB));
    await setProfiles(['--profile', 'prod', '--profile', 'lab'], 'profiles-prod', 'prod.com.imagegate.webhook');
  });

  after(async () => {
    await certificates('--drop-profile', 'prod');
    await setPolicy(null);
    await suite().cluster.kubectl(['delete', 'namespace', '--wait=false', ...all]);
  });

  for (const [namespace, { result, asked }] of Object.entries(verdicts)) {
    it(`judge the same pod by the label of ${namespace}, once`, async () => {
      const reviews = await reviewsOf(suite().gate, async () => {
        expect(await dryRun(namespace)).to.deep.equal(result);
      });
      expect(reviews).to.equal(asked);
    });
  }

  it('judge workloads as pods', async () => {
    const workload = deployment('web', podSpec(image));
    for (const [namespace, entry] of [
      ['profiles', 'workloads.com.imagegate.webhook'],
      ['profiles-prod', 'prod.workloads.com.imagegate.webhook'],
      ['profiles-other', 'unknown.workloads.com.imagegate.webhook'],
    ] as const) {
      // oxlint-disable-next-line no-await-in-loop -- a handful
      const { stderr } = await dryRun(namespace, workload);
      expect(stderr).to.include(denial([tag], entry));
      expect(stderr.includes(noDigest)).to.equal(namespace === 'profiles-prod');
      expect(stderr.includes(ofNoKnownLabel)).to.equal(namespace === 'profiles-other');
    }
    const { code, stderr } = await dryRun('profiles-lab', workload);
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: `Warning: ${tag} [imagegate: blocked-tags]\n` });
  });

  it('that nobody knows are counted and logged, and no others', async () => {
    const { gate } = suite();
    const unknown = async () => metric(gate, 'imagegate_unknown_profiles_total', { dry_run: 'true' });
    const before = await unknown();
    for (const namespace of Object.keys(verdicts)) {
      // oxlint-disable-next-line no-await-in-loop -- a handful
      await dryRun(namespace);
    }
    expect(await unknown()).to.equal(before + 2);
    const lines = () =>
      gate.log().filter(({ msg }) => msg === 'The policy has no such profile; judged as without one.');
    await until(() => lines().some(({ namespace }) => namespace === 'profiles-other'), 'the line about it');
    expect(lines().map(({ level, profile }) => `${String(level)} ${String(profile)}`)).to.include('warn unknown');
    const review = await until(
      () => gate.log().find(({ namespace, msg }) => namespace === 'profiles-prod' && msg === 'review'),
      'the line about a pod',
    );
    expect(review).to.include({ profile: 'prod' });
  });

  it('change with the label', async () => {
    const label = async (value: string) =>
      suite().cluster.kubectl(['label', '--overwrite', 'namespace', 'profiles-empty', `imagegate/profile${value}`]);
    await label('=lab');
    await until(async () => (await dryRun('profiles-empty')).code === 0, 'it to be judged by lab');
    await label('-');
    await until(
      async () => (await dryRun('profiles-empty')).stderr.includes('"com.imagegate'),
      'it to have no profile',
    );
    expect(await dryRun('profiles-empty')).to.deep.equal(verdicts['profiles']?.result);
  });

  it('that the policy has no more are judged as none, until their entries go', async () => {
    await setPolicy(policy(PROD));
    expect(await dryRun('profiles-lab')).to.deep.equal(
      warned(`ImageGate has no profile lab, ${asWithout}`, notCreated([tag], 'lab.com.imagegate.webhook')),
    );
    await setProfiles(['--drop-profile', 'lab'], 'profiles-lab', 'unknown.com.imagegate.webhook');
    expect(await entryNames()).to.have.members([
      'com.imagegate.webhook',
      'prod.com.imagegate.webhook',
      'unknown.com.imagegate.webhook',
      'workloads.com.imagegate.webhook',
      'prod.workloads.com.imagegate.webhook',
      'unknown.workloads.com.imagegate.webhook',
      'policy.com.imagegate.webhook',
    ]);
    expect(await dryRun('profiles-lab')).to.deep.equal(byUnknown);
  });

  it('may be sixteen, of any names: the API server takes the file', async () => {
    const names = [
      '0',
      '123',
      '1e3',
      '0x1',
      'no',
      'true',
      'null',
      'a-b',
      ...Array.from('abcdefgh', (one) => one.repeat(63)),
    ];
    const made = new CertificatesRun();
    try {
      made.succeed(...names.map((name) => `--profile=${name}`));
      const { code, stdout, stderr } = await suite().cluster.kubectl(
        [
          'apply',
          '--dry-run=server',
          '-o',
          'jsonpath={.webhooks[*].clientConfig.service.path}',
          '-f',
          'webhook-with-ca.yaml',
        ],
        { cwd: made.folder },
      );
      expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
      expect(stdout.split(' ')).to.include.members(names.map((name) => `/validate/${name}`));
    } finally {
      made.remove();
    }
  });
});
