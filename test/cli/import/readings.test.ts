import { expect } from 'chai';
import { clusterPolicy, constraint, rulesOn, tryImport } from './try-import.ts';

const ONE = 'containers: [{ image: "eu.foo.io/*" }]';
const pattern = (image: string): string =>
  clusterPolicy(`validate: { pattern: { spec: { containers: [{ image: "${image}" }] } } }`);
const each = (rest: string, list = 'containers'): string =>
  clusterPolicy(`validate:\n  foreach:\n    - list: request.object.spec.${list}\n      ${rest}`);
const condition = (key: string, operator: string, value: string): string =>
  `{ key: '{{ ${key} }}', operator: ${operator}, value: ${value} }`;
const denied = (conditions: string): string => clusterPolicy(`validate: { deny: { conditions: ${conditions} } }`);
const matched = (match: string, rest = ''): string =>
  clusterPolicy(`match: ${match}\n${rest}\nvalidate: { pattern: { spec: { ${ONE} } } }`);
const POD = '{ resources: { kinds: [Pod] } }';
const openshift = (sources: string, rest = ''): string =>
  `apiVersion: config.openshift.io/v1\nkind: Image\nmetadata: { name: cluster }\nspec:\n  registrySources: ${sources}\n${rest}`;
const replacing = (from: string, to: string, list = 'containers'): string =>
  clusterPolicy(
    `mutate:\n  foreach:\n    - list: request.object.spec.${list}\n      patchStrategicMerge: { spec: { ${list}: [{ name: '{{ element.name }}', image: "{{ regex_replace_all('${from}', '{{element.image}}', '${to}') }}" }] } }`,
  );

const FOO = { action: 'deny', options: { registries: ['eu.foo.io'] } };
const EU = { 'registry-allowlist': FOO };
const TAGS = { 'blocked-tags': { action: 'deny', options: { tags: ['latest'], digest: 'pass' } } };
const RULE = 'spec.rules[0]';

/** A policy, the rules that it becomes, and the places of what is left out; of all of it, the rules are empty. */
const READ: readonly (readonly [what: string, manifest: string, rules: object, leftOut: readonly string[]])[] = [
  // Patterns of Kyverno.
  ['a registry', pattern('eu.foo.io/*'), EU, []],
  [
    'alternatives, and one that is none',
    pattern('eu.foo.io/* | a?'),
    EU,
    [`${RULE}.validate.pattern.spec.containers[0].image`],
  ],
  [
    'wildcards of hosts',
    pattern('*.foo.io/*'),
    { 'registry-allowlist': { action: 'deny', options: { registries: ['*.foo.io'] } } },
    [],
  ],
  [
    'a path',
    pattern('eu.foo.io/a/*'),
    { 'allowed-repositories': { action: 'deny', options: { repositories: ['eu.foo.io/a/**'] } } },
    [],
  ],
  [
    'no registry',
    pattern('acme/*'),
    {
      'allowed-repositories': {
        action: 'deny',
        options: { repositories: ['docker.io/acme/**'], unqualified: 'docker.io' },
      },
    },
    [],
  ],
  ['a tag', pattern('*:*'), { 'empty-tag': { action: 'deny' } }, []],
  ['a digest', pattern('*@sha256:*'), { 'require-digest': { action: 'deny' } }, []],
  ['no latest', pattern('!*:latest'), TAGS, []],
  [
    'tags with a star at the end',
    pattern('!*:dev*'),
    { 'blocked-tags': { action: 'deny', options: { tags: ['dev*'] } } },
    [],
  ],
  ['all of several', pattern('!*:latest & *:* & eu.foo.io/*'), { ...TAGS, 'empty-tag': { action: 'deny' }, ...EU }, []],
  [
    'an image that is denied',
    pattern('!eu.foo.io/a'),
    { 'blocked-images': { action: 'deny', options: { images: ['eu.foo.io/a'] } } },
    [],
  ],
  ['what is none of these', pattern('!a/* | b/*'), {}, [`${RULE}.validate`]],
  ['a number', pattern('1').replace('"1"', '1'), {}, [`${RULE}.validate`]],
  ['stars that follow each other', pattern('eu.foo.io/a/**'), {}, [`${RULE}.validate`]],
  [
    'every list',
    clusterPolicy(`validate: { pattern: { spec: { ${ONE}, '=(initContainers)': [{ image: 'eu.foo.io/*' }] } } }`),
    EU,
    [],
  ],
  [
    'lists that differ',
    clusterPolicy(`validate: { pattern: { spec: { ${ONE}, '=(initContainers)': [{ image: 'bar.io/*' }] } } }`),
    {},
    [RULE],
  ],
  [
    'a list that must be there',
    clusterPolicy(`validate: { pattern: { spec: { ${ONE}, initContainers: [{ image: '*:*' }] } } }`),
    {},
    [`${RULE}.validate.pattern.spec.initContainers`],
  ],
  [
    'a condition beside the image',
    clusterPolicy(`validate: { pattern: { spec: { containers: [{ (name): a, image: 'eu.foo.io/*' }] } } }`),
    {},
    [`${RULE}.validate.pattern.spec.containers[0]["(name)"]`],
  ],
  [
    'any of several patterns',
    clusterPolicy(
      `validate: { anyPattern: [{ spec: { ${ONE} } }, { spec: { containers: [{ image: 'bar.io/*' }] } }] }`,
    ),
    { 'registry-allowlist': { action: 'deny', options: { registries: ['eu.foo.io', 'bar.io'] } } },
    [],
  ],
  [
    'any of several patterns, one with more',
    clusterPolicy(`validate: { anyPattern: [{ spec: { ${ONE} } }, { spec: { ${ONE}, hostNetwork: false } }] }`),
    {},
    [`${RULE}.validate.anyPattern[1].spec.hostNetwork`],
  ],
  [
    'any pattern of each',
    each("anyPattern: [{ image: 'eu.foo.io/*' }, { image: 'bar.io/*' }]"),
    { 'registry-allowlist': { action: 'deny', options: { registries: ['eu.foo.io', 'bar.io'] } } },
    [],
  ],
  ['a list of something else', each("pattern: { image: '*:*' }", 'volumes'), {}, [`${RULE}.validate`]],
  // Conditions of Kyverno.
  [
    'each image',
    each(`deny: { conditions: { any: [${condition('element.image', 'NotEquals', "'eu.foo.io/*'")}] } }`),
    EU,
    [],
  ],
  [
    'each image, of several',
    each(
      `deny: { conditions: { all: [${condition('element.image', 'NotEquals', "'eu.foo.io/*'")}, ${condition('element.image', 'NotEquals', "'bar.io/*'")}] } }`,
    ),
    { 'registry-allowlist': { action: 'deny', options: { registries: ['eu.foo.io', 'bar.io'] } } },
    [],
  ],
  [
    'each image that is two things at once',
    each(
      `deny: { conditions: { all: [${condition('element.image', 'Equals', "'eu.foo.io/*'")}, ${condition('element.image', 'Equals', "'*:1'")}] } }`,
    ),
    {},
    [`${RULE}.validate.foreach[0].deny`],
  ],
  [
    'any and all',
    each(
      `deny: { conditions: { any: [${condition('element.image', 'Equals', "'a/*'")}], all: [${condition('element.image', 'Equals', "'b/*'")}] } }`,
    ),
    {},
    [`${RULE}.validate.foreach[0].deny`],
  ],
  [
    'registries of each',
    each(
      `deny: { conditions: { any: [${condition('images.containers."{{element.name}}".registry', 'NotIn', '[eu.foo.io]')}] } }`,
    ),
    { 'registry-allowlist': { action: 'deny', options: { registries: ['eu.foo.io'], unqualified: 'docker.io' } } },
    [],
  ],
  [
    'registries of all',
    denied(`{ any: [${condition('images.containers.*.registry || `[]`', 'AnyNotIn', '[eu.foo.io, eu.foo.io/a]')}] }`),
    { 'registry-allowlist': { action: 'deny', options: { registries: ['eu.foo.io'], unqualified: 'docker.io' } } },
    [`${RULE}.validate.deny.conditions.any[0].value[1]`],
  ],
  [
    'registries that are denied',
    denied(`[${condition('images.containers.*.registry', 'AnyIn', 'k8s.gcr.io')}]`),
    { 'blocked-images': { action: 'deny', options: { images: ['k8s.gcr.io/**'] } } },
    [],
  ],
  [
    'none of all registries',
    denied(`{ any: [${condition('images.containers.*.registry', 'AllNotIn', '[eu.foo.io]')}] }`),
    {},
    [`${RULE}.validate`],
  ],
  [
    'names',
    denied(`{ any: [${condition('images.[containers, initContainers][].*.name[]', 'AnyIn', '[tiller, a/b]')}] }`),
    { 'blocked-images': { action: 'deny', options: { images: ['**/tiller'] } } },
    [`${RULE}.validate.deny.conditions.any[0].value[1]`],
  ],
  [
    'tags',
    denied(`{ any: [${condition('images.containers.*.tag', 'AnyIn', "[latest, 'a b']")}] }`),
    { 'blocked-tags': { action: 'deny', options: { tags: ['latest'], implicitLatest: true } } },
    [`${RULE}.validate.deny.conditions.any[0].value[1]`],
  ],
  [
    'no tags',
    denied(`{ any: [${condition('images.containers.*.tag', 'AnyNotIn', '[v1]')}] }`),
    {},
    [`${RULE}.validate`],
  ],
  [
    'a variable',
    denied(`{ any: [${condition('images.containers.*.registry', 'AnyNotIn', "'{{ allowed }}'")}] }`),
    {},
    [
      `${RULE}.validate.deny.conditions.any[0].key`,
      `${RULE}.validate.deny.conditions.any[0].operator`,
      `${RULE}.validate.deny.conditions.any[0].value`,
    ],
  ],
  [
    'what is unknown',
    denied(`{ any: [${condition('request.object.spec.hostNetwork', 'Equals', 'true')}] }`),
    {},
    [`${RULE}.validate`],
  ],
  // Whom Kyverno judges, and what it does.
  [
    'namespaces',
    matched('{ resources: { kinds: [Pod], namespaces: [a, b-*] } }'),
    { 'registry-allowlist': { action: 'deny', namespaces: ['a', 'b-*'], options: FOO.options } },
    [],
  ],
  [
    'namespaces of several filters',
    matched(
      '{ any: [{ resources: { kinds: [v1/Pod], namespaces: [a] } }, { resources: { kinds: [Pod], namespaces: [b] } }] }',
    ),
    { 'registry-allowlist': { action: 'deny', namespaces: ['a', 'b'], options: FOO.options } },
    [],
  ],
  [
    'namespaces of one filter of two',
    matched(`{ any: [{ resources: { kinds: [Pod], namespaces: [a] } }, ${POD}] }`),
    EU,
    [],
  ],
  ['operations', matched('{ all: [{ resources: { kinds: [Pod], operations: [CREATE, UPDATE] } }] }'), EU, []],
  [
    'one operation',
    matched('{ resources: { kinds: [Pod], operations: [CREATE] } }'),
    {},
    [`${RULE}.match.resources.operations`],
  ],
  ['other kinds', matched('{ resources: { kinds: [Deployment] } }'), {}, [`${RULE}.match`]],
  [
    'labels',
    matched('{ resources: { kinds: [Pod], selector: { matchLabels: { a: b } } } }'),
    {},
    [`${RULE}.match.resources.selector`],
  ],
  [
    'a name of no namespace',
    matched("{ resources: { kinds: [Pod], namespaces: ['a?'] } }"),
    {},
    [`${RULE}.match.resources.namespaces`],
  ],
  ['two filters that both must match', matched(`{ all: [${POD}, ${POD}] }`), {}, [`${RULE}.match`]],
  [
    'who is excluded',
    matched(POD, 'exclude: { any: [{ subjects: [{ kind: User, name: a }] }] }'),
    {},
    [`${RULE}.exclude`],
  ],
  [
    'operations by conditions',
    matched(
      POD,
      "preconditions: { all: [{ key: '{{ request.operation || ''BACKGROUND'' }}', operator: NotEquals, value: DELETE }] }",
    ),
    EU,
    [],
  ],
  [
    'a condition that there are any',
    matched(
      POD,
      'preconditions: { all: [{ key: "{{ request.object.spec.initContainers[] || `[]` | length(@) }}", operator: GreaterThanOrEquals, value: 1 }] }',
    ),
    EU,
    [],
  ],
  [
    'other conditions',
    matched(POD, "preconditions: [{ key: '{{ request.operation }}', operator: Equals, value: CREATE }]"),
    {},
    [`${RULE}.preconditions`],
  ],
  [
    'audit, by default',
    pattern('eu.foo.io/*').replace('validationFailureAction: Enforce', 'background: true'),
    { 'registry-allowlist': { ...FOO, action: 'audit' } },
    [],
  ],
  [
    'audit with warnings',
    pattern('eu.foo.io/*').replace('validationFailureAction: Enforce', 'emitWarning: true'),
    { 'registry-allowlist': { ...FOO, action: 'warn' } },
    [],
  ],
  [
    'an action of its own',
    pattern('eu.foo.io/*').replace('validate: {', 'validate: { failureAction: Audit,'),
    { 'registry-allowlist': { ...FOO, action: 'audit' } },
    [],
  ],
  [
    'an action by namespace',
    pattern('eu.foo.io/*').replace(
      'validationFailureAction: Enforce',
      'validationFailureActionOverrides: [{ action: audit, namespaces: [a] }]',
    ),
    {},
    ['spec.validationFailureActionOverrides'],
  ],
  [
    'what an API server fills in',
    pattern('eu.foo.io/*')
      .replace('Enforce', 'Enforce\n  admission: true\n  background: true\n  emitWarning: false')
      .replace('validate: {', 'skipBackgroundRequests: true\n      validate: { allowExistingViolations: true,'),
    EU,
    [],
  ],
  [
    'the opposite of what it fills in',
    pattern('eu.foo.io/*')
      .replace('Enforce', 'Enforce\n  admission: false')
      .replace('validate: {', 'validate: { allowExistingViolations: false,'),
    {},
    ['spec.admission', `${RULE}.validate.allowExistingViolations`],
  ],
  [
    'what decides no verdict, and what does',
    pattern('eu.foo.io/*').replace('Enforce', 'Enforce\n  failurePolicy: Ignore\n  applyRules: One'),
    {},
    ['spec.applyRules'],
  ],
  [
    'a message',
    pattern('eu.foo.io/*').replace('validate: {', 'validate: { message: "Ask  us.",'),
    { 'registry-allowlist': { ...FOO, message: 'Ask us.' } },
    [],
  ],
  [
    'a message with variables',
    pattern('eu.foo.io/*').replace('validate: {', "validate: { message: '{{ x }}',"),
    EU,
    [`${RULE}.validate.message`],
  ],
  [
    'a Policy',
    pattern('eu.foo.io/*').replace(
      'ClusterPolicy\nmetadata: { name: p }',
      'Policy\nmetadata: { name: p, namespace: shop }',
    ),
    { 'registry-allowlist': { action: 'deny', namespaces: ['shop'], options: FOO.options } },
    [],
  ],
  ['signatures', clusterPolicy('verifyImages: [{ imageReferences: ["*"] }]'), {}, [`${RULE}.verifyImages`]],
  [
    'two conditions that there are any',
    matched(
      POD,
      `preconditions:\n  any:\n${'    - { key: "{{ request.object.spec.containers || `[]` | length(@) }}", operator: GreaterThanOrEquals, value: 1 }\n'.repeat(2)}`,
    ),
    {},
    [`${RULE}.preconditions`],
  ],
  [
    'two things that both must not be',
    each(
      `deny: { conditions: { all: [${condition('element.image', 'NotEquals', "'eu.foo.io/*'")}, ${condition('images.containers."{{element.name}}".registry', 'NotIn', '[bar.io]')}] } }`,
    ),
    {},
    [`${RULE}.validate.foreach[0].deny`],
  ],
  [
    'a patch of another list',
    clusterPolicy(
      "mutate:\n  foreach:\n    - list: request.object.spec.containers\n      patchesJson6902: |-\n        - op: replace\n          path: /spec/initContainers/{{ elementIndex }}/image\n          value: \"{{ regex_replace_all('^docker\\\\.io/(.*)$', '{{element.image}}', 'm.io/$1' )}}\"",
    ),
    {},
    [`${RULE}.mutate`],
  ],
  [
    'pods of another group',
    constraint('K8sImageDigests', '{}', 'match: { kinds: [{ apiGroups: [apps], kinds: [Pod] }] }'),
    {},
    ['spec.match'],
  ],
  // Rewriting.
  [
    'any registry',
    replacing('^(localhost/|(?:[a-z0-9]+\\\\.)+[a-z0-9]+/)?(.*)$', 'my.corp.com/$2'),
    { 'registry-allowlist': { action: 'warn', options: { registries: ['my.corp.com'] } } },
    [],
  ],
  [
    'one registry',
    replacing('^docker\\\\.io/(.*)$', 'my.corp.com/hub/$1'),
    {
      'registry-mirror': {
        action: 'rewrite',
        options: { mirrors: [{ registry: 'docker.io', mirror: 'my.corp.com/hub' }] },
      },
    },
    [],
  ],
  ['another group', replacing('^docker\\\\.io/(.*)$', 'my.corp.com/$2'), {}, [`${RULE}.mutate`]],
  ['another expression', replacing('^.*$', 'my.corp.com/$1'), {}, [`${RULE}.mutate`]],
  ['what is no registry', replacing('^docker/(.*)$', 'my.corp.com/$1'), {}, [`${RULE}.mutate`]],
  [
    'a JSON patch',
    clusterPolicy(
      "mutate:\n  foreach:\n    - list: request.object.spec.initContainers\n      patchesJson6902: |-\n        - op: replace\n          path: /spec/initContainers/{{ elementIndex }}/image\n          value: \"{{ regex_replace_all('^docker\\\\.io/(.*)$', '{{element.image}}', 'm.io/$1' )}}\"",
    ),
    { 'registry-mirror': { action: 'rewrite', options: { mirrors: [{ registry: 'docker.io', mirror: 'm.io' }] } } },
    [],
  ],
  // Gatekeeper.
  ['prefixes', constraint('K8sAllowedRepos', "{ repos: [eu.foo.io/, 'a*'] }"), EU, ['spec.parameters.repos[1]']],
  ['no prefix', constraint('K8sAllowedRepos', '{ repos: [] }'), {}, ['spec.parameters']],
  [
    'parameters that it does not have',
    constraint('K8sAllowedRepos', '{ repos: [eu.foo.io/], exemptImages: [a] }'),
    {},
    ['spec.parameters.exemptImages'],
  ],
  [
    'whole images',
    constraint('K8sAllowedReposv2', "{ allowedImages: ['eu.foo.io/a:1', 'eu.foo.io/*/b', ubuntu] }"),
    { 'allowed-repositories': { action: 'deny', options: { repositories: ['eu.foo.io/a:1'] } } },
    ['spec.parameters.allowedImages[1]', 'spec.parameters.allowedImages[2]'],
  ],
  [
    'denied prefixes',
    constraint('K8sDisallowedRepos', '{ repos: [gcr.io/a] }'),
    { 'blocked-images': { action: 'deny', options: { images: ['gcr.io/a*', 'gcr.io/a*/**'] } } },
    [],
  ],
  [
    'tags of Gatekeeper',
    constraint('K8sDisallowedTags', "{ tags: [latest, 'dev*'] }", 'enforcementAction: dryrun'),
    { 'empty-tag': { action: 'audit' }, 'blocked-tags': { action: 'audit', options: TAGS['blocked-tags'].options } },
    ['spec.parameters.tags[1]'],
  ],
  [
    'a warning',
    constraint('K8sImageDigests', '{}', 'enforcementAction: warn'),
    { 'require-digest': { action: 'warn' } },
    [],
  ],
  ['scoped actions', constraint('K8sImageDigests', '{}', 'enforcementAction: scoped'), {}, ['spec.enforcementAction']],
  [
    'pods among others',
    constraint(
      'K8sImageDigests',
      '{}',
      'match: { scope: Namespaced, kinds: [{ apiGroups: [""], kinds: [Pod] }, { apiGroups: [apps], kinds: [Deployment] }] }',
    ),
    { 'require-digest': { action: 'deny' } },
    [],
  ],
  [
    'no pods',
    constraint('K8sImageDigests', '{}', 'match: { kinds: [{ apiGroups: [apps], kinds: [Deployment] }, ~] }'),
    {},
    ['spec.match'],
  ],
  [
    'labels of namespaces',
    constraint('K8sImageDigests', '{}', 'match: { namespaces: [a], namespaceSelector: { matchLabels: { a: b } } }'),
    {},
    ['spec.match.namespaceSelector'],
  ],
  ['another constraint', constraint('K8sRequiredLabels', '{ labels: [a] }'), {}, ['spec']],
  ['a constraint like a property', constraint('toString', '{ labels: [a] }'), {}, ['spec']],
  // OpenShift.
  [
    'allowed registries',
    openshift("{ allowedRegistries: [quay.io, 'reg.io:5000', '*.foo.com'] }"),
    { 'registry-allowlist': { action: 'deny', options: { registries: ['quay.io', 'reg.io:5000', '*.foo.com'] } } },
    [],
  ],
  [
    'allowed repositories',
    openshift('{ allowedRegistries: [quay.io, reg.io/a/b, reg.io/a/c:1] }'),
    {
      'allowed-repositories': {
        action: 'deny',
        options: { repositories: ['quay.io/**', 'reg.io/a/b', 'reg.io/a/b/**', 'reg.io/a/c:1'] },
      },
    },
    [],
  ],
  [
    'blocked registries',
    openshift('{ blockedRegistries: [untrusted.com, reg.io/a] }'),
    { 'blocked-images': { action: 'deny', options: { images: ['untrusted.com/**', 'reg.io/a', 'reg.io/a/**'] } } },
    [],
  ],
  [
    'what is not about pods',
    openshift(
      '{ allowedRegistries: [quay.io], insecureRegistries: [a.b] }',
      '  allowedRegistriesForImport: [{ domainName: quay.io }]',
    ),
    { 'registry-allowlist': { action: 'deny', options: { registries: ['quay.io'] } } },
    ['spec.registrySources.insecureRegistries', 'spec.allowedRegistriesForImport'],
  ],
];

describe('readings of policies', () => {
  for (const [what, manifest, rules, leftOut] of READ) {
    it(what, async () => {
      const found = await tryImport(manifest);
      expect(rulesOn(found.policy)).to.deep.equal(rules);
      expect(found.leftOut).to.have.members(leftOut);
      expect(found.code).to.equal(leftOut.length === 0 ? 0 : 1);
    });
  }
});

/** A policy, and words of what is said to differ. */
const DIFFERENCES: readonly (readonly [what: string, manifest: string, said: string])[] = [
  [
    'patterns of whole pods',
    clusterPolicy(
      `validate: { anyPattern: [{ spec: { ${ONE} } }, { spec: { containers: [{ image: 'bar.io/*' }] } }] }`,
    ),
    'A pod whose images fit different patterns of anyPattern is denied there, and allowed here.',
  ],
  [
    'some containers',
    pattern('eu.foo.io/*'),
    'Only containers are judged there; initContainers and ephemeralContainers',
  ],
  ['no registry', pattern('acme/*'), '"acme/*" is of Docker Hub here, so docker.io/acme/* and'],
  [
    'ports',
    constraint('K8sDisallowedRepos', '{ repos: [gcr.io] }'),
    'as gcr.io:5000 and gcr.io.example.com do, is not denied.',
  ],
  ['prefixes', constraint('K8sAllowedRepos', '{ repos: [docker.io/foo] }'), 'as docker.io/foobar does, is denied.'],
  ['nodes', openshift('{ allowedRegistries: [quay.io] }'), 'here its registry is not known, and it is denied.'],
  ['a mirror', replacing('^docker\\\\.io/(.*)$', 'my.corp.com/hub/$1'), 'It rewrites with the mutating webhook alone'],
  [
    'rewriting',
    replacing('^(localhost/|(?:[a-z0-9]+\\\\.)+[a-z0-9]+/)?(.*)$', 'my.corp.com/$2'),
    'Images are rewritten there, silently',
  ],
];

describe('differences of policies', () => {
  for (const [what, manifest, said] of DIFFERENCES) {
    it(`are told, in the policy too: ${what}`, async () => {
      const { stdout, stderr } = await tryImport(manifest);
      expect(stderr).to.include(said);
      expect(stdout).to.include(said);
    });
  }
});
