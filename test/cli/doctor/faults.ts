import type { DiagnosisCode } from '../../../src/cli/doctor/diagnosis.ts';
import { base64, type Made, mutatingWebhook } from './installed.ts';
import type { Any, World } from './world.ts';

/** What is wrong with an installation, and what the doctor is to say of it. */
export interface Fault {
  readonly name: string;
  readonly code: DiagnosisCode;
  /** A part of what it says. */
  readonly said: RegExp;
  /** Others that come with it. */
  readonly also?: readonly DiagnosisCode[];
  readonly breaks: (world: World, made: Made, other: Others) => void;
}

/** Certificates that something is wrong with. */
export interface Others {
  readonly foreign: string;
  readonly misnamed: string;
  readonly short: string;
}

const MUTATING = 'MutatingWebhookConfiguration';
const MIRRORS =
  'registry-mirror: { action: rewrite, options: { mirrors: [{ registry: docker.io, mirror: m.example.com/hub }] } }';
/** A policy that rewrites, and what it takes. */
const rewrites = (world: World, made: Made): Any => {
  policyOf(world).data['policy.yaml'] = `rules: { ${MIRRORS} }`;
  world.add(mutatingWebhook(made));
  return world.get(MUTATING, 'com.imagegate.webhook').webhooks;
};
const webhookOf = (world: World): Any => world.get('ValidatingWebhookConfiguration', 'com.imagegate.webhook');
const podsEntry = (world: World): Any => webhookOf(world).webhooks[0];
const deploymentOf = (world: World): Any => world.get('Deployment', 'imagegate-webhook');
const policyOf = (world: World): Any => world.get('ConfigMap', 'imagegate-webhook-config');
const certified = (world: World, pem: string): void => {
  world.get('Secret', 'imagegate-webhook-certificates').data['server.crt'] = base64(pem);
};
/** A day so many days from now. */
const day = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
const exemptUntil = (expires: string): string =>
  JSON.stringify({
    exemptions: [
      {
        name: 'old',
        images: ['quay.io/a/**'],
        rules: ['registry-allowlist'],
        reason: 'It was there.',
        owner: 'team-a',
        expires,
      },
    ],
  });
const RULES = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'], scope: '*' }];
const hook = (kind: string, name: string): Any => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind,
  metadata: { name },
  webhooks: [
    {
      name: `${name}.example.com`,
      rules: RULES,
      clientConfig: { url: 'https://127.0.0.1:1/' },
      failurePolicy: 'Ignore',
      sideEffects: 'None',
      admissionReviewVersions: ['v1'],
      // Nobody is asked by it.
      objectSelector: { matchLabels: { asked: 'never' } },
    },
  ],
});
const policy = (name: string): Any => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicy',
  metadata: { name },
  spec: { matchConstraints: { resourceRules: RULES }, validations: [{ expression: 'true' }] },
});
const starter = (name: string, path: string): Any => {
  const labels = { app: name };
  const volumes = [
    { name: 'own', emptyDir: {} },
    { name: 'host', hostPath: { path } },
  ];
  const spec = { containers: [{ name, image: `docker.io/acme/${name}:1` }], volumes };
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name, namespace: 'net' },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  };
};

/** Each thing that is found from what the API server has, and at least one way to it. */
export const FAULTS: readonly Fault[] = [
  {
    name: 'no webhook',
    code: 'webhook-missing',
    said: /every image passes/,
    breaks: (world) => world.remove('ValidatingWebhookConfiguration', 'com.imagegate.webhook'),
  },
  {
    name: 'another Service',
    code: 'service-unknown',
    said: /Service imagegate\/other, which is not there/,
    also: ['certificate-rejected'],
    breaks: (world) => void (podsEntry(world).clientConfig.service.name = 'other'),
  },
  {
    name: 'another path',
    code: 'path-unknown',
    said: /\/validated, where the gate answers 404/,
    also: ['pods-unasked', 'workloads-unasked'],
    breaks: (world) => void (podsEntry(world).clientConfig.service.path = '/validated'),
  },
  {
    name: 'no ephemeral containers',
    code: 'pods-unasked',
    said: /about pods\/ephemeralcontainers: their/,
    breaks: (world) => void podsEntry(world).rules.pop(),
  },
  {
    name: 'no updates of pods',
    code: 'pods-unasked',
    said: /about pods: their/,
    breaks: (world) => void (podsEntry(world).rules[0].operations = ['CREATE']),
  },
  {
    name: 'no jobs',
    code: 'workloads-unasked',
    said: /about jobs, cronjobs:/,
    breaks: (world) => void webhookOf(world).webhooks[1].rules.splice(1, 1),
  },
  {
    name: 'no kind of podSpecs',
    code: 'workloads-unasked',
    said: /about argoproj.io\/Rollout:/,
    breaks: (world) =>
      void (policyOf(world).data['policy.yaml'] =
        'podSpecs: [{ group: argoproj.io, kind: Rollout, path: spec.template.spec }]'),
  },
  {
    name: 'Ignore',
    code: 'fails-open',
    said: /every pod passes while the gate is down/,
    breaks: (world) => void (podsEntry(world).failurePolicy = 'Ignore'),
  },
  {
    name: 'its own namespace',
    code: 'own-namespace-asked',
    said: /cannot come back/,
    breaks: (world) => void (podsEntry(world).namespaceSelector.matchExpressions[1].values = ['kube-system']),
  },
  {
    name: 'kube-system',
    code: 'system-namespace-asked',
    said: /needs to start/,
    breaks: (world) => void (podsEntry(world).namespaceSelector.matchExpressions[1].values = ['imagegate']),
  },
  {
    name: 'a namespace that is exempt',
    code: 'namespaces-exempt',
    said: /nobody asks about them, .*: default\./,
    breaks: (world) =>
      void (world.get('Namespace', 'default').metadata.labels = { 'imagegate/disable-filtering': 'true' }),
  },
  {
    name: 'a namespace that is left out',
    code: 'namespaces-unasked',
    said: /No entry selects them, .*: default\./,
    breaks: (world) => podsEntry(world).namespaceSelector.matchExpressions[1].values.push('default'),
  },
  {
    name: 'a profile that the policy lost',
    code: 'profile-unknown',
    said: /the profile prod, which/,
    breaks: (world) =>
      webhookOf(world).webhooks.push({
        ...podsEntry(world),
        name: 'prod.com.imagegate.webhook',
        clientConfig: {
          ...podsEntry(world).clientConfig,
          service: { ...podsEntry(world).clientConfig.service, path: '/validate/prod' },
        },
      }),
    also: ['workloads-unasked'],
  },
  {
    name: 'a profile without entries',
    code: 'profile-unasked',
    said: /for the profile lab of the policy/,
    breaks: (world) =>
      void (policyOf(world).data['policy.yaml'] = 'profiles: { lab: { rules: { empty-tag: { action: off } } } }'),
  },
  {
    name: 'a certificate of another CA',
    code: 'certificate-rejected',
    said: /\[certificate-untrusted\]/,
    breaks: (world, _made, { foreign }) => certified(world, foreign),
  },
  {
    name: 'a certificate for another name',
    code: 'certificate-rejected',
    said: /\[certificate-name-mismatch\]/,
    breaks: (world, _made, { misnamed }) => certified(world, misnamed),
  },
  {
    name: 'a certificate that ends',
    code: 'certificate-expires',
    said: /in [45] days/,
    breaks: (world, _made, { short }) => certified(world, short),
  },
  {
    name: 'another token',
    code: 'token-differs',
    said: /is not that of the webhook/,
    breaks: (world) =>
      void (webhookOf(world).webhooks[2].clientConfig.service.path = `/validate-policy/${'0'.repeat(64)}`),
  },
  {
    name: 'no entry for the policy',
    code: 'token-differs',
    said: /No entry asks about the ConfigMaps/,
    breaks: (world) => void webhookOf(world).webhooks.pop(),
  },
  {
    name: 'no Deployment',
    code: 'gate-missing',
    said: /not there/,
    breaks: (world) => world.remove('Deployment', 'imagegate-webhook'),
  },
  {
    name: 'a single replica',
    code: 'replicas-few',
    said: /has 1 replica, and/,
    breaks: (world) => void (deploymentOf(world).spec.replicas = 1),
  },
  {
    name: 'one of two is ready',
    code: 'replicas-unready',
    said: /1 of 2 replicas are ready/,
    breaks: (world) => void (world.get('Pod', 'gate-a').status.conditions[0].status = 'False'),
  },
  {
    name: 'none is ready',
    code: 'gate-down',
    said: /0 of 2/,
    breaks: (world) => {
      for (const name of ['gate-a', 'gate-b']) world.get('Pod', name).status.conditions[0].status = 'False';
    },
  },
  {
    name: 'no budget',
    code: 'budget-missing',
    said: /may take all at once/,
    breaks: (world) => world.remove('PodDisruptionBudget', 'imagegate-webhook'),
  },
  {
    name: 'a budget of nothing',
    code: 'budget-blocks',
    said: /waits for ever/,
    breaks: (world) => void (world.get('PodDisruptionBudget', 'imagegate-webhook').spec.maxUnavailable = 0),
  },
  {
    name: 'a bad policy',
    code: 'policy-invalid',
    said: /\[policy-action-invalid\]/,
    breaks: (world) => void (policyOf(world).data['RULE_BLOCKED_TAGS'] = 'wran'),
  },
  {
    name: 'no policy',
    code: 'policy-invalid',
    said: /imagegate-webhook-config .* found HTTP 404/,
    breaks: (world) => world.remove('ConfigMap', 'imagegate-webhook-config'),
  },
  {
    name: 'an exemption that ends',
    code: 'exemption-ends',
    said: /in [45] days; .* team-a/,
    breaks: (world) => void (policyOf(world).data['policy.yaml'] = exemptUntil(day(4))),
  },
  {
    name: 'an exemption that has ended',
    code: 'exemption-ended',
    said: /covers nothing/,
    breaks: (world) => void (policyOf(world).data['policy.yaml'] = exemptUntil(day(-4))),
  },
  {
    name: 'a policy exported long ago',
    code: 'exported-policy-differs',
    said: /imagegate-deny/,
    breaks: (world) => world.add(policy('imagegate-deny')),
  },
  {
    name: 'a network plugin that waits',
    code: 'start-order',
    said: /DaemonSet cni \(network plugin\), DaemonSet csi \(storage\)\. .* namespace net /,
    breaks: (world) => {
      world.add({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'net' } });
      world.add(starter('cni', '/etc/cni/net.d'));
      world.add(starter('csi', '/var/lib/kubelet/plugins/acme'));
    },
  },
  {
    name: 'a webhook that changes pods',
    code: 'other-webhooks',
    said: /in this order and before the gate .*: a.example.com of a, b.example.com of b\./,
    breaks: (world) => {
      world.add(hook('MutatingWebhookConfiguration', 'b'));
      world.add(hook('MutatingWebhookConfiguration', 'a'));
    },
  },
  {
    name: 'a webhook that judges pods',
    code: 'other-webhooks',
    said: /at the same time as the gate: c.example.com of c\./,
    breaks: (world) => world.add(hook('ValidatingWebhookConfiguration', 'c')),
  },
  {
    name: 'a policy that rewrites, and nothing else that is wrong',
    code: 'mirror-access',
    said: /^policy.yaml, mirrors: Images are rewritten to m\.example\.com\/hub\./,
    breaks: (world, made) => void rewrites(world, made),
  },
  {
    name: 'no webhook that rewrites',
    code: 'rewrite-missing',
    said: /the policy rewrites images: each that should be rewritten is denied/,
    also: ['mirror-access'],
    breaks: (world, made) => {
      rewrites(world, made);
      world.remove(MUTATING, 'com.imagegate.webhook');
    },
  },
  {
    name: 'one that rewrites nothing',
    code: 'rewrite-unneeded',
    said: /the policy rewrites nothing/,
    breaks: (world, made) => {
      rewrites(world, made);
      delete policyOf(world).data['policy.yaml'];
    },
  },
  {
    name: 'a policy that only warns of what it would rewrite',
    code: 'rewrite-unneeded',
    said: /the policy rewrites nothing/,
    breaks: (world, made) => {
      rewrites(world, made);
      policyOf(world).data['ENFORCEMENT'] = 'warn';
    },
  },
  {
    name: 'another path to rewrite at',
    code: 'path-unknown',
    said: /^MutatingWebhookConfiguration .* It asks at \/validate, where the gate rewrites nothing/,
    also: ['mirror-access', 'rewrite-unasked'],
    breaks: (world, made) => void (rewrites(world, made)[0].clientConfig.service.path = '/validate'),
  },
  {
    name: 'another Service to rewrite by',
    code: 'service-unknown',
    said: /^MutatingWebhookConfiguration .* Service imagegate\/other, which is not there/,
    also: ['certificate-rejected', 'mirror-access'],
    breaks: (world, made) => void (rewrites(world, made)[0].clientConfig.service.name = 'other'),
  },
  {
    name: 'a CA that is not that of what rewrites',
    code: 'certificate-rejected',
    said: /caBundle of entry mutate\.com\.imagegate\.webhook.*\[certificate-untrusted\]/,
    also: ['mirror-access'],
    breaks: (world, made, { foreign }) => void (rewrites(world, made)[0].clientConfig.caBundle = base64(foreign)),
  },
  {
    name: 'a profile that nothing rewrites for',
    code: 'rewrite-unasked',
    said: /No entry asks for the profile lab, where the policy rewrites/,
    also: ['mirror-access', 'profile-unasked'],
    breaks: (world, made) => {
      rewrites(world, made);
      policyOf(world).data['policy.yaml'] = `profiles: { lab: { rules: { ${MIRRORS} } } }`;
    },
  },
  {
    name: 'a profile to rewrite for that the policy lost',
    code: 'profile-unknown',
    said: /the profile prod, which the policy does not have: it rewrites/,
    also: ['mirror-access'],
    breaks: (world, made) => {
      const entries = rewrites(world, made);
      const copy = structuredClone(entries[0]);
      copy.name = `prod.${copy.name}`;
      copy.clientConfig.service.path = '/mutate/prod';
      entries.push(copy);
    },
  },
  ...(
    [
      ['no update of pods', (entry) => void (entry.rules[0].operations = ['CREATE']), /about UPDATE of pods:/],
      ['no ephemeral containers', (entry) => void entry.rules.pop(), /about UPDATE of pods\/ephemeralcontainers:/],
    ] as readonly (readonly [string, (entry: Any) => void, RegExp])[]
  ).map(([name, change, said]): Fault => ({
    name: `${name} to rewrite`,
    code: 'rewrite-unasked',
    said,
    also: ['mirror-access'],
    breaks: (world, made) => change(rewrites(world, made)[0]),
  })),
  {
    name: 'Fail for what rewrites',
    code: 'rewrite-fails-closed',
    said: /stops pods that need no rewriting/,
    also: ['mirror-access'],
    breaks: (world, made) => void (rewrites(world, made)[0].failurePolicy = 'Fail'),
  },
  {
    name: 'Never for what rewrites',
    code: 'rewrite-once',
    said: /a later webhook sets is not rewritten/,
    also: ['mirror-access'],
    breaks: (world, made) => void (rewrites(world, made)[0].reinvocationPolicy = 'Never'),
  },
  {
    name: 'a namespace in which nothing is rewritten',
    code: 'rewrite-namespaces',
    said: /these namespaces: default\./,
    also: ['mirror-access'],
    breaks: (world, made) => rewrites(world, made)[0].namespaceSelector.matchExpressions[1].values.push('default'),
  },
  {
    name: 'a namespace in which nothing is judged that is rewritten',
    code: 'rewrite-namespaces',
    said: /these namespaces: kube-system\./,
    also: ['mirror-access'],
    breaks: (world, made) =>
      void (rewrites(world, made)[0].namespaceSelector.matchExpressions[1].values = ['imagegate']),
  },
  {
    name: 'a webhook after what rewrites',
    code: 'webhooks-after',
    said: /after the gate has rewritten them: z\.example\.com of z\. /,
    also: ['mirror-access', 'other-webhooks'],
    breaks: (world, made) => {
      rewrites(world, made);
      for (const name of ['z', 'a']) world.add(hook(MUTATING, name));
    },
  },
  {
    name: 'a policy that judges pods',
    code: 'other-policies',
    said: /before the gate is asked: no-pods\./,
    breaks: (world) => world.add(policy('no-pods')),
  },
  {
    name: 'a policy that changes pods',
    code: 'other-policies',
    said: /^MutatingAdmissionPolicies: They may change pods, .*: side-car\./,
    breaks: (world) => {
      const applyConfiguration = { expression: 'Object{}' };
      const { spec } = policy('side-car');
      world.add({
        ...policy('side-car'),
        kind: 'MutatingAdmissionPolicy',
        spec: {
          matchConstraints: spec.matchConstraints,
          mutations: [{ patchType: 'ApplyConfiguration', applyConfiguration }],
          reinvocationPolicy: 'Never',
        },
      });
    },
  },
  {
    name: 'a guard that is not bound',
    code: 'label-unguarded',
    said: /may exempt one/,
    breaks: (world) => world.remove('ValidatingAdmissionPolicyBinding', 'guard-label.imagegate.com'),
  },
];
