const DIGEST = `sha256:${'9b2c13d0'.repeat(8)}`;

/** What the policies below are asked about, in each of these namespaces. */
export const IMAGES = [
  'nginx',
  'nginx:1.27',
  'docker.io/nginx:latest',
  `docker.io/library/nginx:1.27.1@${DIGEST}`,
  'docker.io/acme/app:1.4-rc1',
  'gcr.io/acme/app:v2',
  'eu.gcr.io/acme/team/app:staging',
  'ghcr.io/acme/legacy/app:1',
  'quay.io/evil/miner:1',
  'registry-1.docker.io/library/redis:7',
  'DOCKER.IO/nginx:1',
] as const;
export const NAMESPACES = ['shop', 'dev-1', 'billing'] as const;

/** A policy as 951f9a1 takes it, and its verdicts there: a word a namespace, a letter an image (A allowed, W with warnings, D denied). */
export interface OlderPolicy {
  readonly keys: Readonly<Record<string, string>>;
  readonly verdicts: string;
}

/** All that a policy could say then. */
export const OLDER_POLICIES: Readonly<Record<string, OlderPolicy>> = {
  nothing: { keys: {}, verdicts: 'DDDAAADDDDD DDDAAADDDDD DDDAAADDDDD' },
  'flat keys': {
    keys: {
      ALLOWED_REGISTRIES: 'docker.io, *.gcr.io; ghcr.io/acme',
      BLOCKED_TAGS: 'latest|*-rc*',
      DISABLE_EMPTY_TAG: 'false',
      RULE_REQUIRE_DIGEST: 'audit',
      RULE_BLOCKED_TAGS: 'warn',
    },
    verdicts: 'DDWAWDAADDD DDWAWDAADDD DDWAWDAADDD',
  },
  'flat keys, rehearsed': {
    keys: { ENFORCEMENT: 'warn', RULE_VALID_REFERENCE: 'audit' },
    verdicts: 'WWWAAAWWWWA WWWAAAWWWWA WWWAAAWWWWA',
  },
  'options of the rules that are on': {
    keys: {
      'policy.yaml': `contact: 'Ask #platform.'
rules:
  valid-reference: { action: warn }
  empty-tag: { action: off, options: {} }
  registry-allowlist:
    action: deny
    options: { registries: [docker.io/library, gcr.io], unqualified: docker.io, hints: true }
  blocked-tags: { action: deny, options: { tags: [latest, '*-rc*'], implicitLatest: true } }
`,
    },
    verdicts: 'DADADADDDDW DADADADDDDW DADADADDDDW',
  },
  'the other rules': {
    keys: {
      ALLOWED_REGISTRIES: '*',
      'policy.yaml': `rules:
  allowed-repositories:
    action: warn
    options: { repositories: ['docker.io/library/*', 'gcr.io/acme/**', '*.gcr.io/**'], unqualified: docker.io }
  blocked-images: { action: deny, options: { images: [docker.io/library/nginx, 'quay.io/evil/**'], unqualified: untrusted } }
  registry-mirror:
    action: deny
    options: { mirrors: [{ registry: ghcr.io, mirror: mirror.example.com/ghcr }], unqualified: untrusted }
  require-digest: { action: audit, options: {} }
  tag-pattern:
    action: deny
    options:
      patterns:
        - { images: ['gcr.io/acme/**'], tags: ['v*'] }
        - { images: [docker.io/library/redis], semver: '>=1 <2' }
      unqualified: docker.io
`,
    },
    // To 951f9a1 registry-1.docker.io was no name of Docker Hub, so that the last but one was W.
    verdicts: 'DADDWADDDDD DADDWADDDDD DADDWADDDDD',
  },
  'the same with the other choices': {
    keys: {
      'policy.yaml': `rules:
  registry-allowlist: { options: { unqualified: untrusted } }
  allowed-repositories: { action: audit, options: { repositories: ['docker.io/**'], unqualified: untrusted } }
  blocked-images: { action: warn, options: { images: [docker.io/library/nginx], unqualified: docker.io } }
  registry-mirror:
    action: warn
    options: { mirrors: [{ registry: gcr.io, mirror: mirror.example.com/gcr }], unqualified: docker.io }
  tag-pattern:
    action: deny
    options: { patterns: [{ images: [docker.io/acme/*], tags: ['*'] }], unqualified: untrusted }
`,
    },
    verdicts: 'DDDWAWDDDDD DDDWAWDDDDD DDDWAWDDDDD',
  },
  'namespaces, exemptions and further kinds': {
    keys: {
      BLOCKED_TAGS: 'latest',
      'policy.yaml': `namespaces:
  - names: [dev-*, sandbox]
    rules:
      blocked-tags: { action: warn, options: { tags: [staging, '1*'] } }
      empty-tag: { action: off }
      registry-allowlist: { options: { registries: ['*'] } }
  - names: ['*-1']
    rules: { empty-tag: { action: deny } }
exemptions:
  - name: legacy
    reason: They move in spring.
    owner: team-billing
    expires: 2027-03-31
    rules: [registry-allowlist]
    namespaces: [billing, billing-*]
    images: ['ghcr.io/acme/legacy/**', docker.io/library/nginx, docker.io/library/redis]
    users: [jane]
    groups: [billing]
    serviceAccounts: ['billing:deployer']
  - { name: past, reason: It was so., owner: ops, expires: 2020-01-01, images: ['quay.io/**'] }
  - { name: forever, reason: It is so., owner: ops, expires: never, namespaces: [billing], rules: [empty-tag] }
podSpecs:
  - { group: argoproj.io, kind: Rollout, path: spec.template.spec }
`,
    },
    verdicts: 'DDDAAADDDDD AWAWWAWWWAD DDDAAADADDD',
  },
};
