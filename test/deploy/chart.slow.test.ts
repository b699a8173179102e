import { expect } from 'chai';
import { differences } from '../e2e/differences.ts';
import { skipWithout } from '../skip-without.ts';
import { CertificatesRun } from './certificates-run.ts';
import { Chart, keyOf, type Values } from './chart.ts';
import { at, type Manifest, manifests, manifestsOf } from './manifests.ts';

type Path = readonly (string | number)[];

const GIVEN = { mode: 'given', caBundle: '-----BEGIN CERTIFICATE-----\nQQ==\n-----END CERTIFICATE-----\n' };
const CERT_MANAGER = { certificates: { mode: 'cert-manager' }, webhook: { closed: true } };
const TOKEN = 'a'.repeat(64);
const DIGEST = `sha256:${'b'.repeat(64)}`;
const ALL_MONITORING = { podMonitor: true, prometheusRule: true, dashboard: true };

const DEPLOYMENT = 'Deployment imagegate-webhook';
const POD: Path = ['spec', 'template', 'spec'];
const IMAGE: Path = [...POD, 'containers', 0, 'image'];
const JOB_POD: Path = ['spec', 'jobTemplate', ...POD];
const POLICY = 'ConfigMap imagegate-webhook-config';
const ENTRIES = 'ConfigMap imagegate-webhook-entries';
const WEBHOOK = 'ValidatingWebhookConfiguration com.imagegate.webhook';
const MUTATING = 'MutatingWebhookConfiguration com.imagegate.webhook';
const REWRITES = { rewrite: { enabled: true } };

/** Values, and what must stand at a place of an object then; `undefined` for what must not be there. */
type Row = readonly [what: string, values: Values, object: string, path: Path, expected: unknown];

const ROWS: readonly Row[] = [
  ['a repository', { image: { repository: 'r.example.com/g' } }, DEPLOYMENT, IMAGE, 'r.example.com/g:0.1.0'],
  ['a tag', { image: { tag: '7' } }, DEPLOYMENT, IMAGE, 'registry.example.com/imagegate-webhook:7'],
  ['a digest', { image: { digest: DIGEST } }, DEPLOYMENT, IMAGE, `registry.example.com/imagegate-webhook@${DIGEST}`],
  [
    'both, for the Jobs as well',
    { image: { tag: '7', digest: DIGEST } },
    'CronJob imagegate-certificates',
    [...JOB_POD, 'containers', 0, 'image'],
    `registry.example.com/imagegate-webhook:7@${DIGEST}`,
  ],
  ['a login', { imagePullSecrets: [{ name: 'x' }] }, DEPLOYMENT, [...POD, 'imagePullSecrets'], [{ name: 'x' }]],
  ['replicas', { replicas: 3 }, DEPLOYMENT, ['spec', 'replicas'], 3],
  [
    'resources',
    { resources: { limits: { memory: '512Mi' } } },
    DEPLOYMENT,
    [...POD, 'containers', 0, 'resources', 'limits', 'memory'],
    '512Mi',
  ],
  ['affinity', { affinity: { nodeAffinity: {} } }, DEPLOYMENT, [...POD, 'affinity'], { nodeAffinity: {} }],
  ['another priority', { priorityClassName: 'x' }, DEPLOYMENT, [...POD, 'priorityClassName'], 'x'],
  [
    'another priority, in its quota',
    { priorityClassName: 'x' },
    'ResourceQuota imagegate-webhook',
    ['spec', 'scopeSelector', 'matchExpressions', 0, 'values'],
    ['x'],
  ],
  ['no priority', { priorityClassName: '' }, DEPLOYMENT, [...POD, 'priorityClassName'], undefined],
  ['no priority, no quota', { priorityClassName: '' }, 'ResourceQuota imagegate-webhook', [], undefined],
  ['keys', { policyKeys: { HINTS: 'true' } }, POLICY, ['data'], { HINTS: 'true' }],
  [
    'a policy',
    { policy: { version: '0.1.0', contact: 'Ask us.' } },
    POLICY,
    ['data'],
    { 'policy.yaml': 'contact: Ask us.\nversion: 0.1.0' },
  ],
  ['a policy of yours', { policyConfigMap: { create: false } }, POLICY, [], undefined],
  ['no rules', {}, 'ConfigMap imagegate-webhook-rules', [], undefined],
  ['rules', { rules: { 'a.js': 'x\ny\n' } }, 'ConfigMap imagegate-webhook-rules', ['data'], { 'a.js': 'x\ny\n' }],
  [
    'profiles, those of the policy and others, for the Job',
    { policy: { profiles: { prod: {}, lab: {} } }, profiles: ['other', 'lab'] },
    ENTRIES,
    ['data', 'profiles'],
    'lab prod other',
  ],
  ['no profiles', {}, ENTRIES, ['data', 'profiles'], ''],
  ['entries, which the Job alone owns', {}, WEBHOOK, ['webhooks'], undefined],
  [
    'the failure policy of pods, which the Job may write then',
    { webhook: { failurePolicy: { pods: 'Ignore' } } },
    'ValidatingAdmissionPolicy guard-webhook.imagegate.com',
    ['spec', 'variables', 'failurePolicies', 'expression'],
    "['Ignore']",
  ],
  ['nothing that rewrites, if that is not asked for', {}, MUTATING, [], undefined],
  [
    'nor if a message speaks of it',
    { policy: { version: '0.1.0', rules: { 'registry-mirror': { message: 'Soon: action: rewrite' } } } },
    MUTATING,
    [],
    undefined,
  ],
  ['nor for the Job', {}, ENTRIES, ['data', 'mutating-webhook.yaml'], undefined],
  ['nor its guard', {}, 'ValidatingAdmissionPolicy guard-mutating-webhook.imagegate.com', [], undefined],
  [
    'no right to what rewrites',
    {},
    'ClusterRole imagegate-certificates',
    ['rules', 0, 'resources'],
    ['validatingwebhookconfigurations'],
  ],
  ['what rewrites without entries, which the Job alone owns', REWRITES, MUTATING, ['webhooks'], undefined],
  [
    'no more to rewrite than is judged, while the gate is open',
    { ...REWRITES, certificates: GIVEN, webhook: { closed: false } },
    MUTATING,
    ['webhooks'],
    undefined,
  ],
  [
    'the annotation for the CA injector where it rewrites',
    { ...REWRITES, ...CERT_MANAGER },
    MUTATING,
    ['metadata', 'annotations'],
    { 'cert-manager.io/inject-ca-from': 'imagegate/imagegate-webhook' },
  ],
  [
    'no CA there beside that of the injector',
    { ...REWRITES, ...CERT_MANAGER },
    MUTATING,
    ['webhooks', 'mutate.com.imagegate.webhook', 'clientConfig', 'caBundle'],
    undefined,
  ],
  ['an open gate', { certificates: GIVEN, webhook: { closed: false } }, WEBHOOK, ['webhooks'], undefined],
  [
    'the failure policies',
    { certificates: GIVEN, webhook: { closed: true, failurePolicy: { pods: 'Ignore', workloads: 'Fail' } } },
    WEBHOOK,
    ['webhooks', 'workloads.com.imagegate.webhook', 'failurePolicy'],
    'Fail',
  ],
  [
    'no token, no entry for the policy',
    { certificates: GIVEN, webhook: { closed: true } },
    WEBHOOK,
    ['webhooks', 'policy.com.imagegate.webhook'],
    undefined,
  ],
  [
    'a Secret of another name',
    { certificates: { ...GIVEN, secretName: 'x' }, webhook: { closed: true } },
    DEPLOYMENT,
    [...POD, 'volumes', 'certificates', 'secret', 'secretName'],
    'x',
  ],
  ['no Job without its mode', CERT_MANAGER, 'CronJob imagegate-certificates', [], undefined],
  [
    'the annotation for the CA injector',
    CERT_MANAGER,
    WEBHOOK,
    ['metadata', 'annotations'],
    { 'cert-manager.io/inject-ca-from': 'imagegate/imagegate-webhook' },
  ],
  [
    'no CA beside that of the injector',
    CERT_MANAGER,
    WEBHOOK,
    ['webhooks', 'com.imagegate.webhook', 'clientConfig', 'caBundle'],
    undefined,
  ],
  [
    'a token beside cert-manager',
    { ...CERT_MANAGER, certificates: { mode: 'cert-manager', policyToken: `${TOKEN}\n` } },
    'Secret imagegate-webhook-policy-token',
    ['stringData'],
    { 'policy-token': TOKEN },
  ],
  [
    'the namespaces that may ask for metrics',
    { monitoring: { namespaces: ['monitoring'] } },
    'NetworkPolicy imagegate-webhook',
    ['spec', 'ingress', 1, 'from'],
    [
      { namespaceSelector: { matchLabels: { 'imagegate/metrics': 'true' } } },
      {
        namespaceSelector: {
          matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values: ['monitoring'] }],
        },
      },
    ],
  ],
  ['no monitoring', {}, 'PodMonitor imagegate-webhook', [], undefined],
  [
    'labels by which the operator selects',
    { monitoring: { ...ALL_MONITORING, labels: { release: 'x' } } },
    'PrometheusRule imagegate-webhook',
    ['metadata', 'labels'],
    { 'app.kubernetes.io/name': 'imagegate-webhook', release: 'x' },
  ],
  [
    'a label for the sidecar',
    { monitoring: ALL_MONITORING },
    'ConfigMap imagegate-dashboard',
    ['metadata', 'labels'],
    { grafana_dashboard: '1' },
  ],
];

/** Values that are refused, and in which words. */
const MISTAKES: readonly (readonly [values: Values, says: string])[] = [
  [{ replica: 2 }, "at '': additional properties 'replica' not allowed"],
  [{ replicas: 0 }, "at '/replicas': minimum: got 0, want 1"],
  [{ image: { digest: 'latest' } }, "at '/image/digest': 'latest' does not match pattern"],
  [
    { certificates: { mode: 'certmanager' } },
    "at '/certificates/mode': value must be one of 'job', 'cert-manager', 'given'",
  ],
  [{ certificates: { policyToken: 'x' } }, "at '/certificates/policyToken': 'x' does not match pattern"],
  [{ certificates: { caBundle: 'x' } }, "at '/certificates/caBundle': 'x' does not match pattern"],
  [{ webhook: { failurePolicy: { pods: 'Fial' } } }, "pods': value must be one of 'Fail', 'Ignore'"],
  [{ policyKeys: { HINTS: true } }, "at '/policyKeys/HINTS': got boolean, want string"],
  [{ policy: { profiles: { Prod: {} } } }, "'Prod' does not match pattern"],
  [{ rewrite: { enabled: 'always' } }, "at '/rewrite/enabled': got string, want boolean"],
  [
    { policy: { version: '0.1.0', rules: { 'registry-mirror': { action: 'rewrite' } } } },
    'rewrite.enabled: expected true, since the policy has action: rewrite, found false.',
  ],
  [
    { policyKeys: { RULE_DEFAULT_REGISTRY: 'rewrite' } },
    'rewrite.enabled: expected true, since the policy has action: rewrite, found false.',
  ],
  [{ profiles: ['unknown'] }, "at '/profiles/0': 'not' failed"],
  [{ rules: { 'a.txt': 'x' } }, "'a.txt' does not match pattern"],
  [
    { certificates: { mode: 'cert-manager' } },
    'webhook.closed: expected true or false, since certificates.mode is cert-manager, found nothing.',
  ],
  [
    { webhook: { closed: true } },
    'webhook.closed: expected nothing, since certificates.mode is job, whose Job closes the gate, found a value.',
  ],
  [
    { certificates: { mode: 'given' }, webhook: { closed: true } },
    "certificates.caBundle: expected the CA of the gate's certificate in PEM, for webhook.closed, found nothing.",
  ],
];

describe('deploy/chart', function () {
  this.timeout(600_000); // helm is built
  let chart: Chart;
  before(async function () {
    chart = (await Chart.open()) ?? skipWithout('go', this);
  });

  it('has nothing for helm lint to say but that there is no icon', () => {
    const { code, stdout, stderr } = chart.lint();
    expect({ code, said: stdout.match(/^\[.*$/gm) }, stderr).to.deep.equal({
      code: 0,
      said: ['[INFO] Chart.yaml: icon is recommended'],
    });
  });

  it('says what deploy/ and its component for certificates say, but for what Helm needs otherwise', () => {
    const shipped = [
      ...['namespace.yaml', 'policy/configmap.yaml', 'deployment.yaml'].flatMap(manifests),
      ...['account', 'guard-webhook', 'jobs'].flatMap((file) => manifests(`components/certificates-job/${file}.yaml`)),
      ...manifests('components/certificates-job-rewriting/guard-mutating-webhook.yaml'),
    ];
    const { release } = chart.objects(REWRITES);
    const all = Object.fromEntries(shipped.map((object) => [keyOf(object), object]));
    const {
      [ENTRIES]: entries,
      [WEBHOOK]: webhook,
      [MUTATING]: mutating,
      ...rendered
    } = Object.fromEntries(release) as Record<string, Manifest>;
    const image = 'registry.example.com/imagegate-webhook';
    const tag = `spec.containers[0].image: "${image}" -> "${image}:0.1.0"`;
    expect(differences(all, rendered)).to.have.members([
      // Helm makes it (--create-namespace).
      `Namespace imagegate: ${JSON.stringify(all['Namespace imagegate'])} -> nothing`,
      // The Job has the revision in its name.
      `Job imagegate-certificates: ${JSON.stringify(all['Job imagegate-certificates'])} -> nothing`,
      `Job imagegate-certificates-1: nothing -> ${JSON.stringify(rendered['Job imagegate-certificates-1'])}`,
      // Here kustomization.yaml has the tag.
      `CronJob imagegate-certificates.spec.jobTemplate.spec.template.${tag}`,
      // Here the component for those who rewrite has it.
      'ClusterRole imagegate-certificates.rules[0].resources[1]: nothing -> "mutatingwebhookconfigurations"',
      // The chart makes the webhooks.
      'ClusterRole imagegate-certificates.rules[0].verbs[1]: "create" -> "patch"',
      'ClusterRole imagegate-certificates.rules[0].verbs[2]: "patch" -> nothing',
    ]);
    expect(differences(all['Job imagegate-certificates'], rendered['Job imagegate-certificates-1'])).to.deep.equal([
      'metadata.name: "imagegate-certificates" -> "imagegate-certificates-1"',
      `spec.template.${tag}`,
    ]);
    for (const made of [webhook, mutating]) expect(made).to.have.all.keys('apiVersion', 'kind', 'metadata');
    for (const file of ['webhook.yaml', 'mutating-webhook.yaml']) {
      const [given] = manifestsOf(String(at(entries, ['data', file])));
      expect(differences(manifests(file)[0], given), file).to.deep.equal([]);
    }
  });

  for (const [what, values, object, path, expected] of ROWS) {
    it(`has ${what}`, () => {
      expect(at(chart.objects(values).release.get(object), path)).to.deep.equal(expected);
    });
  }

  for (const [values, says] of MISTAKES) {
    it(`refuses ${JSON.stringify(values)}`, () => {
      const { code, stderr } = chart.template(values);
      expect(code).to.equal(1);
      expect(stderr).to.include(says);
    });
  }

  it('refuses another namespace', () => {
    const { code, stderr } = chart.template({}, 'default');
    expect(code).to.equal(1);
    expect(stderr).to.include(
      'The namespace: expected imagegate, which certificates and webhook name, found default. Add --namespace imagegate.',
    );
  });

  it('has the entries of profiles that certificates.sh makes', () => {
    const deploy = new CertificatesRun();
    try {
      deploy.firstRun();
      deploy.succeed('--profile', 'lab', '--profile', 'prod', '--profile', '7');
      const [judging] = manifestsOf(deploy.read('webhook-with-ca.yaml'));
      const [rewriting] = manifestsOf(deploy.read('mutating-webhook-with-ca.yaml'));
      const certificates = {
        mode: 'given',
        caBundle: deploy.read('ca.crt'),
        policyToken: deploy.read('policy-token'),
      };
      const policy = { version: '0.1.0', profiles: { prod: {}, lab: {} } };
      const { release } = chart.objects({
        ...REWRITES,
        certificates,
        policy,
        profiles: ['7'],
        webhook: { closed: true },
      });
      expect(differences(judging, release.get(WEBHOOK))).to.deep.equal([]);
      expect(differences(rewriting, release.get(MUTATING))).to.deep.equal([]);
    } finally {
      deploy.remove();
    }
  });

  it("mounts cert-manager's pair as the component for it does, and the token if there is one", () => {
    const [patched] = manifests('components/cert-manager/kustomization.yaml') as unknown as [
      { readonly patches: readonly [{ readonly patch: string }] },
    ];
    const [{ patch }] = patched.patches;
    const { value } = (manifestsOf(patch) as unknown as [readonly { readonly value: unknown }[]])[0].at(-1)!;
    const path = [...POD, 'volumes', 'certificates'];
    const withToken = { ...CERT_MANAGER, certificates: { mode: 'cert-manager', policyToken: TOKEN } };
    expect(differences(value, at(chart.objects(withToken).release.get(DEPLOYMENT), path))).to.deep.equal([
      'projected.sources[1].secret.name: "imagegate-webhook-certificates" -> "imagegate-webhook-policy-token"',
    ]);
    const sources = at(value, ['projected', 'sources']) as readonly unknown[];
    const without = at(chart.objects(CERT_MANAGER).release.get(DEPLOYMENT), [...path, 'projected', 'sources']);
    expect(without).to.deep.equal([sources[0]]);
    const { release } = chart.objects(CERT_MANAGER);
    for (const object of manifests('components/cert-manager/issuer.yaml')) {
      expect(release.get(keyOf(object))).to.deep.equal(object);
    }
  });

  it('has what deploy/monitoring has, if that is asked for', () => {
    const { release } = chart.objects({ monitoring: ALL_MONITORING });
    for (const file of ['pod-monitor', 'prometheus-rule']) {
      const [object] = manifests(`monitoring/${file}.yaml`);
      expect(release.get(keyOf(object!))).to.deep.equal(object);
    }
  });

  it('has the webhook as a hook too, as it is, so that it goes first, and in mode job the Secret, so that it goes', () => {
    const shape = (values: Values) =>
      chart.objects(values).hooks.map((hook) => [keyOf(hook), at(hook, ['metadata', 'annotations', 'helm.sh/hook'])]);
    expect(shape({})).to.have.deep.members([
      [WEBHOOK, 'pre-delete'],
      ['Secret imagegate-webhook-certificates', 'post-delete'],
    ]);
    expect(shape(CERT_MANAGER)).to.deep.equal([[WEBHOOK, 'pre-delete']]);
    // What rewrites goes after that, with the rest.
    expect(shape({ ...REWRITES, ...CERT_MANAGER })).to.deep.equal([[WEBHOOK, 'pre-delete']]);
    const { release, hooks } = chart.objects(CERT_MANAGER);
    expect(at(hooks[0], ['webhooks'])).to.deep.equal(at(release.get(WEBHOOK), ['webhooks']));
  });
});
