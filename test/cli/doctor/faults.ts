import type { DiagnosisCode } from '../../../src/cli/doctor/diagnosis.ts';
import { base64, type Made } from './installed.ts';
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
