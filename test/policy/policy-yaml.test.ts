import { expect } from 'chai';
import { stringify } from 'yaml';
import { DEFAULT_POLICY, type Policy, RESERVED_PROFILES } from '../../src/engine/policy.ts';
import { locationText, mistakeText } from '../../src/mistake/mistake.ts';
import { readPolicyYaml as readWritten } from '../../src/policy/policy-yaml.ts';
import { at, locationOf } from '../mistakes.ts';

const WHOLE = `contact: 'Ask #platform, or read https://wiki.example.com/images.'
rules:
  registry-allowlist:
    action: deny
    options: { registries: [docker.io, '*.gcr.io'], unqualified: docker.io }
  valid-reference: { action: audit }
namespaces:
  - names: [dev-*, sandbox]
    rules:
      blocked-tags: { action: off, options: { tags: [latest] } }
exemptions:
  - name: legacy-billing
    reason: They move in spring.
    owner: team-billing
    expires: 2027-03-31
    rules: [blocked-tags]
    namespaces: [billing, billing-*]
    images: [ghcr.io/acme/legacy/**]
    users: [ada@example.com]
    groups: [billing]
    serviceAccounts: [ci:deployer]
  - { name: forever, reason: It is so., owner: ops, expires: never, images: ['*.gcr.io/acme/*'] }
podSpecs:
  - { group: argoproj.io, kind: Rollout, path: spec.template.spec }
  - { group: example.com, kind: App, path: 'spec.workloads[*].parts[*].spec' }
  - { group: '', kind: Mine, path: spec }
`;

const readPolicyYaml = (text: string, name = 'policy.yaml') => readWritten({ text, source: { name } });

const OPTIONS = at('policy.yaml:5:16 rules.registry-allowlist.options.registries');

const POLICY: Policy = {
  enforcement: 'deny',
  decisionId: false,
  rewriteWarnings: false,
  profiles: new Map(),
  contact: 'Ask #platform, or read https://wiki.example.com/images.',
  rules: new Map([
    [
      'registry-allowlist',
      {
        action: 'deny',
        actionSource: at('policy.yaml:4:5 rules.registry-allowlist.action'),
        options: { registries: ['docker.io', '*.gcr.io'], unqualified: 'docker.io' },
        sources: {
          registries: OPTIONS,
          unqualified: at('policy.yaml:5:53 rules.registry-allowlist.options.unqualified'),
        },
        source: at('policy.yaml:3:3 rules.registry-allowlist'),
      },
    ],
    [
      'valid-reference',
      {
        action: 'audit',
        actionSource: at('policy.yaml:6:22 rules.valid-reference.action'),
        options: {},
        sources: {},
        source: at('policy.yaml:6:3 rules.valid-reference'),
      },
    ],
  ]),
  namespaces: [
    {
      names: ['dev-*', 'sandbox'],
      rules: new Map([
        [
          'blocked-tags',
          {
            action: 'off',
            actionSource: at('policy.yaml:10:23 namespaces[0].rules.blocked-tags.action'),
            options: { tags: ['latest'] },
            sources: { tags: at('policy.yaml:10:47 namespaces[0].rules.blocked-tags.options.tags') },
            source: at('policy.yaml:10:7 namespaces[0].rules.blocked-tags'),
          },
        ],
      ]),
    },
  ],
  exemptions: [
    {
      name: 'legacy-billing',
      reason: 'They move in spring.',
      owner: 'team-billing',
      expires: Date.UTC(2027, 3, 1),
      rules: ['blocked-tags'],
      ruleSources: [at('policy.yaml:16:13 exemptions[0].rules[0]')],
      namespaces: ['billing', 'billing-*'],
      images: ['ghcr.io/acme/legacy/**'],
      users: ['ada@example.com'],
      groups: ['billing'],
      serviceAccounts: ['ci:deployer'],
    },
    { name: 'forever', reason: 'It is so.', owner: 'ops', expires: Infinity, images: ['*.gcr.io/acme/*'] },
  ],
  podSpecPaths: new Map([
    ['argoproj.io/Rollout', ['spec', 'template', 'spec']],
    ['example.com/App', ['spec', 'workloads', '*', 'parts', '*', 'spec']],
    ['/Mine', ['spec']],
  ]),
};

const EXEMPTION = { name: 'x', reason: 'Because.', owner: 'me', expires: 'never', namespaces: ['a'] };
const POD_SPEC = { group: 'example.com', kind: 'App', path: 'spec' };

/** What is told of a document, but for the codes. */
const told = (document: unknown): readonly string[] =>
  readPolicyYaml(stringify(document, { aliasDuplicateObjects: false })).mistakes.map((mistake) =>
    mistakeText(mistake).replace(/^policy\.yaml:\S+ /, ''),
  );

describe('readPolicyYaml', () => {
  it('reads all that a policy can say', () => {
    expect(readPolicyYaml(WHOLE)).to.deep.equal({ policy: POLICY, mistakes: [] });
  });

  for (const text of ['', '# nothing yet\n', '{}', '---\n', 'rules: {}\nnamespaces: []\nexemptions: []\n']) {
    it(`takes ${JSON.stringify(text)} for an empty policy`, () => {
      expect(readPolicyYaml(text)).to.deep.equal({ policy: DEFAULT_POLICY, mistakes: [] });
    });
  }

  describe('takes', () => {
    for (const document of [
      { contact: 'x'.repeat(256) },
      { rules: { 'my-own-2': { options: { anything: [{ at: 'all' }, 1, null] } } } },
      { rules: { a: {} } },
      { namespaces: [{ names: ['*'], rules: {} }] },
      { exemptions: [{ ...EXEMPTION, expires: '2028-02-29' }] },
      { exemptions: [{ ...EXEMPTION, expires: '2020-01-01' }] },
      { exemptions: [{ ...EXEMPTION, users: ['system:serviceaccount:kube-systemic:x'] }] },
      { exemptions: [{ ...EXEMPTION, groups: ['system:masters', 'system:serviceaccounts:ci'] }] },
      { exemptions: [{ ...EXEMPTION, namespaces: ['kube-*', '*-x', 'a*b'] }] },
      { exemptions: [{ ...EXEMPTION, rules: ['valid-reference-2'] }] },
      { rules: { a: [{}] } },
      {
        rules: {
          a: [{ action: 'warn', options: { x: 1 }, namespaces: ['dev-*'], images: ['**'], message: 'Ask.' }, {}],
        },
      },
      { rules: { 'valid-reference': { action: 'warn', message: 'Ask.' } } },
      { profiles: { 'prod-1': { rules: { a: [{}], b: {} } }, unknown2: {} }, decisionId: true },
      { podSpecs: [POD_SPEC, { ...POD_SPEC, kind: 'Deployment' }] },
    ]) {
      it(JSON.stringify(document).slice(0, 200), () => {
        expect(told(document)).to.deep.equal([]);
      });
    }
  });

  describe('refuses', () => {
    for (const [document, ...mistakes] of [
      ['text', /^expected an object, found "text"/],
      [[], /^expected an object/],
      [{ rule: {} }, /^rule: expected a key that the policy has there, found "rule"\. Did you mean rules\?/],
      [{ rules: null }, /^rules: expected an object, found null\./],
      [{ rules: [] }, /^rules: expected an object, found \[\]/],
      [{ contact: '' }, /^contact: expected text that is not empty, found ""/],
      [{ contact: 'a\nb' }, /^contact: expected one line of printable ASCII, found "a\\nb"/],
      [{ contact: 'é' }, /^contact: expected one line of printable ASCII/],
      [{ contact: 'x'.repeat(257) }, /^contact: expected at most 256 characters/],
      [{ contact: 7 }, /^contact: expected text, found 7\. Quote it/],
      [{ rules: { A: {} } }, /^rules\.A: expected a rule's name, in kebab-case, found "A"\. Did you mean a\?/],
      [{ rules: { ['x'.repeat(64)]: {} } }, /: expected at most 63 characters/],
      [
        { rules: { a: 'deny' } },
        /^rules\.a: expected a setting, such as { action: warn }, or a list of settings, found "deny"/,
      ],
      [{ rules: { a: 7 } }, /^rules\.a: expected a setting, .* found 7\. Write a: \{ action: deny \}\./],
      [{ rules: { a: [] } }, /^rules\.a: expected a list that is not empty, found \[\]/],
      [
        { rules: { a: [{}, 'deny', null] } },
        /^rules\.a\[1\]: expected an object/,
        /^rules\.a\[2\]: expected an object/,
      ],
      [{ rules: { a: [{ action: 'Warn' }] } }, /^rules\.a\[0\]\.action: .*Did you mean warn/],
      [{ rules: { a: [{ option: {} }] } }, /^rules\.a\[0\]\.option: .*Did you mean options/],
      [{ rules: { 'valid-reference': [{ action: 'warn' }] } }, /^rules\.valid-reference: expected an object, found \[/],
      [{ rules: { 'valid-reference': { images: ['**'] } } }, /^rules\.valid-reference\.images: expected a key that/],
      ...[{ a: [{ namespaces: ['Dev'] }] }, { a: { namespaces: ['Dev'] } }].map(
        (rules) => [{ rules }, /namespaces\[0\]: expected a pattern of namespaces/] as const,
      ),
      [
        { rules: { a: { namespaces: [], images: [] } } },
        /^rules\.a\.namespaces: .* not empty/,
        /^rules\.a\.images: .* not empty/,
      ],
      [{ rules: { a: { images: 'gcr.io/**' } } }, /^rules\.a\.images: expected a list/],
      [
        { rules: { a: [{ message: 'a\nb' }, { message: '' }] } },
        /^rules\.a\[0\]\.message: expected one line of printable/,
        /^rules\.a\[1\]\.message: expected text that is not empty/,
      ],
      [{ rules: { a: { message: 'x'.repeat(257) } } }, /^rules\.a\.message: expected at most 256/],
      [{ decisionId: 'yes' }, /^decisionId: expected true or false, found "yes"/],
      [{ profiles: [] }, /^profiles: expected an object, found \[\]/],
      [
        { profiles: Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`p${index}`, { rules: {} }])) },
        /^profiles: expected at most 16 keys, found /,
      ],
      [{ profiles: { lab: null } }, /^profiles\.lab: expected an object/],
      [{ profiles: { lab: { 'empty-tag': {} } } }, /^profiles\.lab\.empty-tag: expected a key .* Known: rules\./],
      [{ profiles: { lab: { rules: {}, names: ['a'] } } }, /^profiles\.lab\.names: expected a key that/],
      [{ profiles: { lab: { rules: { a: { action: 'x' } } } } }, /^profiles\.lab\.rules\.a\.action: /],
      ...[...RESERVED_PROFILES, 'Prod', 'a_b', '-a', 'a.b'].map(
        (name) =>
          [
            { profiles: { [name]: { rules: {} } } },
            /: expected a name in lower-case letters, digits and dashes, and none of unknown, policy, workloads, found ".*"\. It is the value of the label/,
          ] as const,
      ),
      [{ profiles: { ['x'.repeat(64)]: { rules: {} } } }, /: expected at most 63 characters/],
      [
        { rules: { a: { action: 'Warn' } } },
        /^rules\.a\.action: .* deny, warn, audit, off, found "Warn"\. Did you mean warn/,
      ],
      [{ rules: { a: { action: false } } }, /^rules\.a\.action: expected one of deny, .*, found false\./],
      [{ rules: { a: { actions: 'warn' } } }, /^rules\.a\.actions: .*Did you mean action\?/],
      [{ rules: { a: { options: [1] } } }, /^rules\.a\.options: expected an object, found \[1\]\. What the rule takes/],
      [
        { rules: { 'valid-reference': { action: 'off' } } },
        /^rules\.valid-reference\.action: .* never off; under audit/,
      ],
      [{ rules: { 'valid-reference': { options: {} } } }, /^rules\.valid-reference\.options: expected a key that/],
      [{ namespaces: {} }, /^namespaces: expected a list, found \{\}/],
      [
        { namespaces: [{ rules: {} }] },
        /^namespaces\[0\]: expected the key names, found none\. Patterns of namespaces/,
      ],
      [{ namespaces: [{ names: [], rules: {} }] }, /^namespaces\[0\]\.names: expected a list that is not empty/],
      [
        { namespaces: [{ names: ['Dev'], rules: {} }] },
        /^namespaces\[0\]\.names\[0\]: expected a pattern of namespaces/,
      ],
      [{ namespaces: [{ names: ['a_b', '-a', ''], rules: {} }] }, /names\[0\]/, /names\[1\]/, /names\[2\]/],
      [{ namespaces: [{ names: ['a'], rules: { b: { action: 'x' } } }] }, /^namespaces\[0\]\.rules\.b\.action: /],
      [{ namespaces: [null] }, /^namespaces\[0\]: expected an object, found null/],
      [
        { exemptions: [{}] },
        /namespaces or images, found neither/,
        /key name/,
        /key reason/,
        /key owner/,
        /key expires/,
      ],
      [
        { exemptions: [{ ...EXEMPTION, namespaces: undefined, rules: ['a'], users: ['u'] }] },
        /^exemptions\[0\]: expected the key namespaces or images, found neither\. Rules alone are not enough/,
      ],
      [{ exemptions: [{ ...EXEMPTION, name: 'Not Kebab' }] }, /^exemptions\[0\]\.name: expected a name in kebab-case/],
      [
        { exemptions: [EXEMPTION, EXEMPTION] },
        /^exemptions\[1\]\.name: expected a name that no other exemption has, found "x", as in policy\.yaml:2:5 exemptions\[0\]\.name\. .*\[exemption-invalid\]$/,
      ],
      [{ exemptions: [{ ...EXEMPTION, reason: ' ' }] }, /^exemptions\[0\]\.reason: expected words/],
      [{ exemptions: [{ ...EXEMPTION, reason: '' }] }, /^exemptions\[0\]\.reason: expected words, found ""/],
      [
        { exemptions: [{ ...EXEMPTION, owner: 7, name: 7 }] },
        /name: expected a name in kebab-case/,
        /owner: .*Quote it/,
      ],
      ...['rules', 'namespaces', 'images', 'users', 'groups', 'serviceAccounts'].map(
        (key) => [{ exemptions: [{ ...EXEMPTION, [key]: [''] }] }, new RegExp(`${key}\\[0\\]: .* found ""`)] as const,
      ),
      [
        { exemptions: [{ ...EXEMPTION, owner: null }] },
        /^exemptions\[0\]\.owner: expected text, found null\. Who answers/,
      ],
      ...[20270331, '20270331', '', false].map(
        (expires) =>
          [
            { exemptions: [{ ...EXEMPTION, expires }] },
            /^exemptions\[0\]\.expires: expected a date, YYYY-MM-DD, or never, found "?\w*"?\. The last day .*, such as 2027-03-31\./,
          ] as const,
      ),
      [
        { exemptions: [{ ...EXEMPTION, expires: '2027-3-31' }] },
        /^exemptions\[0\]\.expires: expected a date, YYYY-MM-DD, or never/,
      ],
      [{ exemptions: [{ ...EXEMPTION, expires: 'Never' }] }, /^exemptions\[0\]\.expires: expected a date/],
      [
        { exemptions: [{ ...EXEMPTION, expires: '2027-02-29' }] },
        /^exemptions\[0\]\.expires: expected a day that there is.*\[exemption-invalid\]$/,
      ],
      [
        { exemptions: [{ ...EXEMPTION, expires: '2027-13-01' }] },
        /^exemptions\[0\]\.expires: expected a day that there is/,
      ],
      [
        { exemptions: [{ ...EXEMPTION, rules: ['valid-reference'] }] },
        /rules\[0\]: expected the name of a rule other than valid-reference/,
      ],
      [{ exemptions: [{ ...EXEMPTION, rules: [] }] }, /rules: expected a list that is not empty/],
      [
        { exemptions: [{ ...EXEMPTION, namespaces: ['*', '**'] }] },
        /namespaces\[0\]: expected a pattern of namespaces that names some/,
        /namespaces\[1\]/,
      ],
      [
        { exemptions: [{ ...EXEMPTION, images: ['nginx', 'a.b/c', 'a.b/C'] }] },
        /images\[0\]: .*\[exemption-invalid\]$/,
        /images\[2\]: /,
      ],
      [{ exemptions: [{ ...EXEMPTION, images: [1] }] }, /images\[0\]: expected text, found 1\. Quote it/],
      [{ exemptions: [{ ...EXEMPTION, users: ['a*'] }] }, /users\[0\]: expected an exact user name/],
      [
        { exemptions: [{ ...EXEMPTION, users: ['system:serviceaccount:kube-system:x'] }] },
        /users\[0\]: .*of no service account of kube-system/,
      ],
      ...[
        'system:authenticated',
        'system:unauthenticated',
        'system:serviceaccounts',
        'system:serviceaccounts:kube-system',
        '*',
      ].map(
        (group) =>
          [{ exemptions: [{ ...EXEMPTION, groups: [group] }] }, /groups\[0\]: expected an exact group/] as const,
      ),
      ...['kube-system:x', 'x', 'a:b:c', 'a:*', 'system:serviceaccount:a:b'].map(
        (account) =>
          [
            { exemptions: [{ ...EXEMPTION, serviceAccounts: [account] }] },
            /serviceAccounts\[0\]: expected namespace:name, and not of kube-system/,
          ] as const,
      ),
      [{ exemptions: [{ ...EXEMPTION, until: 'never' }] }, /until: expected a key that/],
      [{ exemptions: [7] }, /^exemptions\[0\]: expected an object, found 7/],
      [
        { podSpecs: [{ ...POD_SPEC, path: 'spec.template' }] },
        /path: expected names with dots between them, the last one spec/,
      ],
      [{ podSpecs: [{ ...POD_SPEC, path: 'a[0].spec' }] }, /path: expected names with dots/],
      [{ podSpecs: [{ ...POD_SPEC, path: 'a..spec' }] }, /path: expected names with dots/],
      [{ podSpecs: [{ ...POD_SPEC, path: 'a.spec[*]' }] }, /path: expected names with dots/],
      [{ podSpecs: [{ ...POD_SPEC, group: 'example.com/v1' }] }, /group: expected an API group without a version/],
      [{ podSpecs: [{ ...POD_SPEC, kind: 'app' }] }, /kind: expected a kind/],
      [
        { podSpecs: [{ ...POD_SPEC, group: '', kind: 'Pod' }] },
        /^podSpecs\[0\]: expected a kind that is not built in, found "\/Pod"/,
      ],
      [
        { podSpecs: [{ ...POD_SPEC, group: 'batch', kind: 'CronJob' }] },
        /^podSpecs\[0\]: expected a kind that is not built in/,
      ],
      [
        { podSpecs: [POD_SPEC, POD_SPEC] },
        /^podSpecs\[1\]: expected each kind once, found "example.com\/App", as in policy\.yaml:2:5 podSpecs\[0\]/,
      ],
      [{ podSpecs: [POD_SPEC, POD_SPEC, POD_SPEC] }, /^podSpecs\[1\]/, /^podSpecs\[2\].* podSpecs\[0\]\. /],
      [{ podSpecs: [null] }, /^podSpecs\[0\]: expected an object/],
    ] as readonly (readonly [unknown, ...RegExp[]])[]) {
      it(JSON.stringify(document).slice(0, 160), () => {
        const texts = told(document);
        expect(texts, texts.join('\n')).to.have.lengthOf(mistakes.length);
        for (const [index, pattern] of mistakes.entries()) expect(texts[index]).to.match(pattern);
        for (const text of texts) expect(text).to.match(/, found .+\. \S.*[.?] \[(?:policy-yaml|exemption)-invalid\]$/);
      });
    }
  });

  it('tells all mistakes at once, from top to bottom, and says what could be understood for others to judge', () => {
    const text = `rules:
  blocked-tags: { action: warn, options: { tags: [1] }, x: 1 }
  a: { action: x, options: 3 }
  b: 3
namespaces:
  - { names: [A, b, 7], rules: { c: { options: { d: 1 } } } }
  - 7
exemptions:
  - { name: x, reason: Because., owner: me, expires: 2027-02-30, namespaces: [a] }
a: 1
a: 2
`;
    const { policy, mistakes } = readPolicyYaml(text);
    expect(mistakes.map((mistake) => `${locationText(mistake)} ${mistake.code}`)).to.deep.equal([
      'policy.yaml:2:57 rules.blocked-tags.x policy-yaml-invalid',
      'policy.yaml:3:8 rules.a.action policy-yaml-invalid',
      'policy.yaml:3:19 rules.a.options policy-yaml-invalid',
      'policy.yaml:4:3 rules.b policy-yaml-invalid',
      'policy.yaml:6:15 namespaces[0].names[0] policy-yaml-invalid',
      'policy.yaml:6:21 namespaces[0].names[2] policy-yaml-invalid',
      'policy.yaml:7:5 namespaces[1] policy-yaml-invalid',
      'policy.yaml:9:45 exemptions[0].expires exemption-invalid',
      'policy.yaml:10:1 a policy-yaml-invalid',
      'policy.yaml:11:1 a policy-yaml-unreadable',
    ]);
    expect([...policy.rules]).to.deep.equal([
      [
        'blocked-tags',
        {
          action: 'warn',
          actionSource: at('policy.yaml:2:19 rules.blocked-tags.action'),
          options: { tags: [1] },
          sources: { tags: at('policy.yaml:2:44 rules.blocked-tags.options.tags') },
          source: at('policy.yaml:2:3 rules.blocked-tags'),
        },
      ],
      ['a', { options: {}, sources: {}, source: at('policy.yaml:3:3 rules.a') }],
    ]);
    expect(policy.namespaces.map(({ names, rules }) => [names, [...rules.keys()]])).to.deep.equal([
      [['A', 'b'], ['c']],
      [[], []],
    ]);
    expect(policy.exemptions).to.deep.equal([]);
  });

  it('tells the mistakes of one line from left to right', () => {
    const { mistakes } = readPolicyYaml('{ a: 1, rules: {}, rules: {}, b: 1 }');
    expect(mistakes.map(({ source }) => source.column)).to.deep.equal([3, 20, 31]);
  });

  it('has the rules of exemptions for others to judge, whatever else is wrong, and covers nothing by them', () => {
    const text = `contact: 5
exemptions:
  - { name: x, reason: Because., owner: me, expires: never, namespaces: [a], rules: [emty-tag, 7, No, mine] }
  - { rules: [empty-tag], namespaces: 7 }
  - { rules: empty-tag }
  - { rules: [] }
  - 7
`;
    const { exemptions } = readPolicyYaml(text).policy;
    expect(exemptions.map(({ rules, ruleSources }) => [rules, ruleSources])).to.deep.equal([
      [
        ['emty-tag', 'mine'],
        [at('policy.yaml:3:86 exemptions[0].rules[0]'), at('policy.yaml:3:103 exemptions[0].rules[3]')],
      ],
      [['empty-tag'], [at('policy.yaml:4:15 exemptions[1].rules[0]')]],
    ]);
    expect(exemptions.every(({ expires }) => expires === 0)).to.equal(true);
    expect(readPolicyYaml('contact: 5\nexemptions: { rules: [a] }').policy.exemptions).to.deep.equal([]);
  });

  it('calls the text what it is told to', () => {
    const { mistakes } = readPolicyYaml('rules: []\n', 'pol/a.yaml');
    expect(mistakes.map(locationOf)).to.deep.equal([at('pol/a.yaml:1:1 rules')]);
    const many = readPolicyYaml(stringify({ exemptions: Array.from({ length: 60 }, () => 1) }), 'pol/a.yaml');
    expect(locationOf(many.mistakes.at(-1)!)).to.deep.equal(at('pol/a.yaml'));
  });

  it('takes no action for valid-reference that it cannot have', () => {
    const { policy } = readPolicyYaml('rules: { valid-reference: { action: off } }');
    expect(policy.rules.get('valid-reference')).to.deep.equal({
      options: {},
      sources: {},
      source: at('policy.yaml:1:10 rules.valid-reference'),
    });
  });

  it('tells no more than fifty mistakes', () => {
    const texts = told({ exemptions: Array.from({ length: 60 }, () => 1) });
    expect(texts).to.have.lengthOf(51);
    expect(texts[50]).to.match(/^policy\.yaml: expected a policy, found 10 more mistakes\. /);
  });

  it('has nothing of a text that is no YAML', () => {
    const { policy, mistakes } = readPolicyYaml('rules: {');
    expect(policy).to.deep.equal(DEFAULT_POLICY);
    expect(mistakes.map(({ code }) => code)).to.deep.equal(['policy-yaml-unreadable']);
  });
});
