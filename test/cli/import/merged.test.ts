import { expect } from 'chai';
import { clusterPolicy, constraint, tryImport } from './try-import.ts';

const repos = (name: string, list: string, match: string): string =>
  constraint('K8sAllowedRepos', `{ repos: ${list} }`, `match: ${match}`).replace('name: c', `name: ${name}`);
const tags = (exempt: string, match = '{}'): string =>
  constraint('K8sDisallowedTags', `{ tags: [latest], exemptImages: ${exempt} }`, `match: ${match}`);

const registries = (...list: string[]) => ({ action: 'deny', options: { registries: list } });
const OFF = { action: 'off' };
const EXEMPT = ['docker.io/library/a:1'];

/** Policies, and parts of what they become together. */
const MERGED: readonly (readonly [
  what: string,
  policies: readonly string[],
  parts: object,
  leftOut?: readonly string[],
])[] = [
  ['the same twice', [repos('a', '[a.io/]', '{}'), repos('b', '[a.io/]', '{}')], { rule: registries('a.io') }],
  [
    'two lists, both of which hold',
    [repos('a', '[a.io/]', '{}'), repos('b', '[b.io/]', '{ namespaces: [b] }')],
    { rule: [registries('a.io'), { ...registries('b.io'), namespaces: ['b'] }] },
  ],
  [
    'one that is excluded where the other is not',
    [repos('a', '[a.io/]', '{ excludedNamespaces: [kube-system] }'), repos('b', '[b.io/]', '{ namespaces: [b] }')],
    {
      rule: [registries('a.io'), { ...registries('b.io'), namespaces: ['b'] }],
      namespaces: [
        { names: ['kube-system'], rules: { 'registry-allowlist': [{ ...registries('b.io'), namespaces: ['b'] }] } },
      ],
    },
  ],
  [
    'excluded namespaces within others',
    [
      repos('a', '[a.io/]', '{ excludedNamespaces: [kube-*, x-*] }'),
      repos('b', '[b.io/]', '{ excludedNamespaces: [kube-system] }'),
    ],
    {
      rule: [registries('a.io'), registries('b.io')],
      namespaces: [
        { names: ['kube-system'], rules: { 'registry-allowlist': OFF } },
        { names: ['kube-*', 'x-*'], rules: { 'registry-allowlist': [registries('b.io')] } },
      ],
    },
  ],
  [
    'images that are exempt',
    [tags("['a:1']", '{ namespaces: [shop], excludedNamespaces: [lab] }')],
    {
      namespaces: [{ names: ['lab'], rules: { 'empty-tag': OFF, 'blocked-tags': OFF } }],
      exemptions: [
        {
          name: 'imported-1',
          reason: 'exemptImages of K8sDisallowedTags c',
          owner: 'to be named',
          expires: 'never',
          rules: ['empty-tag', 'blocked-tags'],
          namespaces: ['shop'],
          images: EXEMPT,
        },
      ],
    },
  ],
  [
    'images that are exempt from one of two that have the same rule',
    [tags("['a:1']"), clusterPolicy("validate: { pattern: { spec: { containers: [{ image: '*:*' }] } } }")],
    {},
    ['spec.parameters.exemptImages'],
  ],
];

describe('mergedPolicy', () => {
  for (const [what, policies, parts, left = []] of MERGED) {
    it(what, async () => {
      const { policy, leftOut } = await tryImport(policies.join('---\n'));
      const { rules, ...rest } = policy!;
      const rule = 'rule' in parts ? { rule: rules['registry-allowlist'] } : {};
      expect({ ...rule, ...rest }).to.deep.equal(parts);
      expect(leftOut).to.deep.equal(left);
    });
  }
});
