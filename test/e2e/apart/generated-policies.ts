import { REWRITING } from '../../../src/engine/policy.ts';
import type { Random } from '../../random.ts';

const HEX = 'ab'.repeat(32);
const REGISTRIES = [
  'docker.io',
  'gcr.io',
  'eu.gcr.io',
  'localhost:5000',
  'quay.io',
  'registry-1.docker.io',
  'quay.io:443',
];
const REPOSITORIES = ['acme/app', 'library/nginx', 'acme/team/app', 'nginx', 'acme/web-debug'];
const TAGS = ['1.2', '1.2.3', 'latest', 'staging', '2.0.0-rc1', 'v1.4.0'];

/** Patterns of images, in all purposes. */
const PATTERNS = [
  'docker.io/library/nginx',
  'docker.io/acme/**',
  'docker.io/*/app',
  'registry-1.docker.io/acme/app',
  '*.docker.io/library/*',
  'gcr.io/acme/app:1.2',
  'gcr.io/acme/*:latest',
  '*.gcr.io/**',
  'eu*.gcr.io/acme/app',
  'quay.io/acme/app:1.*@*',
  `quay.io/acme/app@sha256:${HEX}`,
  `@sha256:${HEX}`,
  '**/*-debug',
  '**',
  '**/nginx:1.*',
  'localhost:5000/**',
  'quay.io/**',
];
export const RANGES = ['docker.io/acme/app:>=1.2.0 <2', 'gcr.io/**:^1.4', '**/acme/*:<1.3'];
const REGISTRY_ENTRIES = [
  'docker.io',
  'gcr.io',
  '*.gcr.io',
  'gcr.io/acme',
  'localhost:5000',
  'docker.io/library',
  'quay.io:443',
  'registry-1.docker.io',
];
export const PLACES = [
  { namespace: 'vap-a' },
  { namespace: 'vap-b', profile: 'prod' },
  { namespace: 'vap-c', profile: 'unknown' },
] as const;

/** An image as one may write it, valid for the most part. */
export function someImage(random: Random): string {
  if (random.chance(0.1))
    return random.pick(['X', 'Foo/bar:1', 'foo_bar.com/x:1', 'nginx:', 'sha256:abc', 'a//b', '[::1]:5000/x:1']);
  const registry = random.chance(0.2) ? '' : `${random.pick(REGISTRIES)}/`;
  const tag = random.chance(0.2) ? '' : `:${random.pick(TAGS)}`;
  const digest = random.chance(0.3) ? `@sha256:${random.chance(0.5) ? HEX : '0'.repeat(64)}` : '';
  return `${registry}${random.pick(REPOSITORIES)}${tag}${digest}`;
}

/** A policy of all built-in rules; with ranges, which CEL cannot say, or without. */
export function somePolicy(random: Random, withRanges: boolean): object {
  const some = <T>(items: readonly T[], most = 4): readonly T[] => [
    ...new Set(Array.from({ length: 1 + random.below(most) }, () => random.pick(items))),
  ];
  const images = (): readonly string[] => some(withRanges ? [...PATTERNS, ...RANGES, ...RANGES] : PATTERNS);
  const unqualified = (): object =>
    random.chance(0.5) ? {} : { unqualified: random.pick(['docker.io', 'untrusted']) };
  const tags = (): object =>
    withRanges && random.chance(0.5) ? { semver: '>=1.2.3 <2' } : { tags: some(['1.*', '*', '1.2', '*-rc*', 'v*']) };
  const options: Readonly<Record<string, () => object>> = {
    'empty-tag': () => ({}),
    'require-digest': () => ({}),
    'registry-allowlist': () => ({ registries: random.chance(0.2) ? ['*'] : some(REGISTRY_ENTRIES), ...unqualified() }),
    'blocked-tags': () => ({
      tags: some(['latest', '*-rc*', '1.2', '*']),
      implicitLatest: random.chance(0.5),
      digest: random.pick(['judge', 'pass']),
    }),
    'allowed-repositories': () => ({ repositories: random.chance(0.1) ? [] : images(), ...unqualified() }),
    'blocked-images': () => ({ images: images(), ...unqualified() }),
    'default-registry': () => ({ registry: random.pick(['docker.io', 'gcr.io/acme', 'localhost:5000']) }),
    'registry-mirror': () => ({
      mirrors: random.pick([
        [{ registry: 'docker.io', mirror: 'quay.io/acme', digests: random.pick(['keep', 'refuse']) }],
        [
          { registry: 'quay.io', mirror: 'quay.io/acme', except: images() },
          { registry: 'gcr.io', mirror: 'localhost:5000' },
        ],
        [
          { registry: 'docker.io/acme', mirror: 'eu.gcr.io/acme', except: images() },
          { registry: 'docker.io', mirror: 'localhost:5000/library' },
          { registry: 'gcr.io/acme/app', mirror: 'eu.gcr.io/acme/app' },
        ],
      ]),
      ...unqualified(),
    }),
    'tag-pattern': () => ({
      patterns: [
        { images: images(), ...tags() },
        { images: images(), ...tags() },
      ],
      ...unqualified(),
    }),
    'required-pull-policy': () => ({
      policies: [
        { images: images(), policy: 'Always' },
        { images: images(), policy: 'IfNotPresent' },
      ],
    }),
  };
  const setting = (rule: string): object => ({
    action: random.pick(
      REWRITING.includes(rule) ? ['rewrite', 'rewrite', 'deny', 'off'] : ['deny', 'deny', 'deny', 'warn', 'off'],
    ),
    options: options[rule]!(),
    ...(random.chance(0.2) && { images: images() }),
  });
  const rules = (): object =>
    Object.fromEntries(
      some(Object.keys(options), 4).map((rule) => [
        rule,
        random.chance(0.3)
          ? [{ ...setting(rule), namespaces: [random.pick(['vap-a', 'vap-*'])] }, setting(rule)]
          : setting(rule),
      ]),
    );
  const listed = (): object => Object.fromEntries(some(Object.keys(options), 2).map((rule) => [rule, [setting(rule)]]));
  const exemption = (index: number): object => ({
    name: `exemption-${'abc'[index]}`,
    reason: 'r',
    owner: 'o',
    expires: 'never',
    ...(random.chance(0.5) && { rules: some(Object.keys(options), 3) }),
    ...(random.chance(0.5) ? { namespaces: [random.pick(['vap-a', 'vap-*', '*-c'])] } : { images: images() }),
    ...(random.chance(0.3) && { images: images() }),
    ...(random.chance(0.3) &&
      random.pick([
        { users: ['admin'] },
        { users: ['ann'] },
        { groups: ['system:masters'] },
        { serviceAccounts: ['a:b'] },
      ])),
  });
  return {
    rules: rules(),
    profiles: { prod: { rules: listed() } },
    ...(random.chance(0.7) && { namespaces: [{ names: [random.pick(['vap-a', '*-b', 'vap-*'])], rules: listed() }] }),
    ...(random.chance(0.6) && { exemptions: [0, 1].slice(random.below(2)).map(exemption) }),
  };
}
