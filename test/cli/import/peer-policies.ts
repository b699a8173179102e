import { clusterPolicy, constraint } from './try-import.ts';

const everywhere = (pattern: string): string =>
  ['containers', 'initContainers', 'ephemeralContainers']
    .map((list) => `    - { list: request.object.spec.${list}, pattern: { image: '${pattern}' } }`)
    .join('\n');

const ALL = 'images.[containers, initContainers, ephemeralContainers][].*';
const EACH = '"request.object.spec.[initContainers, ephemeralContainers, containers][]"';

/** The policies behind the verdicts of test/docs/other-engines.ts, by engine and name, in the form of their projects. */
export const PEER_POLICIES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Kyverno: {
    'restrict-image-registries': clusterPolicy(
      "validate: { pattern: { spec: { containers: [{ image: 'eu.foo.io/* | bar.io/*' }] } } }",
    ),
    'allowed-image-repos': clusterPolicy(
      `validate: { deny: { conditions: { all: [{ key: '{{ ${ALL}.name[] }}', operator: AnyNotIn, value: [myknownimage, kyverno] }] } } }`,
    ),
    'restrict-deprecated-registry': clusterPolicy(
      `validate:\n  foreach:\n    - list: ${EACH}\n      deny: { conditions: { all: [{ key: '{{ element.image }}', operator: Equals, value: k8s.gcr.io/* }] } }`,
    ),
    'disallow-latest-tag': ['*:*', '!*:latest']
      .map((pattern) => clusterPolicy(`validate:\n  foreach:\n${everywhere(pattern)}`))
      .join('---\n'),
    'require-image-checksum': clusterPolicy(
      "validate: { pattern: { spec: { containers: [{ image: '*@*' }], '=(ephemeralContainers)': [{ image: '*@*' }], '=(initContainers)': [{ image: '*@*' }] } } }",
    ),
  },
  Gatekeeper: {
    'K8sAllowedRepos and K8sAllowedReposv2': constraint(
      'K8sAllowedRepos',
      "{ repos: [allowed, openpolicyagent/, myregistry.azurecr.io/, mydockerhub/, 'ubuntu', 123456789123.dkr.ecr.eu-west-1.amazonaws.com/postgres] }",
    ),
    K8sDisallowedRepos: constraint('K8sDisallowedRepos', '{ repos: [disallowed, registry.k8s.io/] }'),
    K8sDisallowedTags: constraint(
      'K8sDisallowedTags',
      "{ tags: [latest, testing], exemptImages: ['openpolicyagent/opa-exp:latest', 'openpolicyagent/opa-exp2:latest', 'exempt:*'] }",
    ),
    K8sImageDigests: constraint('K8sImageDigests', '{}'),
    'K8sImageDigests with exemptImages': constraint('K8sImageDigests', "{ exemptImages: ['denied/*'] }"),
  },
};

/** Where the verdict is another one here than there, and words of what the import says of that. */
export const DIFFERING: Readonly<Record<string, readonly (readonly [image: string, here: string, said: string])[]>> = {
  'restrict-deprecated-registry': [['k8s.gcr.io:443/busybox:1.35', 'denied', ':443']],
  'disallow-latest-tag': [['localhost:5000/app', 'denied', 'A port is no tag']],
  'require-image-checksum': [['ghcr.io/kyverno/test-busybox@sha256:c81e98c8', 'denied', 'all of its digits']],
  'K8sAllowedRepos and K8sAllowedReposv2': [
    ['allowed-by-nobody/nginx', 'denied', 'ends at a slash'],
    ['docker.io/allowed/nginx', 'allowed', 'docker.io/allowed'],
  ],
  K8sDisallowedRepos: [
    ['registry.k8s.io:443/kustomize/kustomize:v3.8.9', 'denied', ':443'],
    ['docker.io/disallowed/nginx', 'denied', 'Docker Hub'],
  ],
  K8sImageDigests: [
    ['allowed/unreg@multihash+base58:QmRZxt2b1FVZPNqd8hsiykDL3TdBDeTSPX9Kv46HmX4Gx8', 'denied', 'sha256'],
    ['allowed/unreg@sha256+b64u:LCa0a2j_xo_5m0U8HTBBNBNCLXBkg7-g-YpeiGJm564', 'denied', 'sha256'],
  ],
};
