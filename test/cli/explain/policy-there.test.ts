import { expect } from 'chai';
import { policyThere } from '../../../src/cli/explain/policy-there.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { tryCommand } from './try-command.ts';

const POLICY = `rules:
  registry-allowlist: { message: Everywhere., options: { registries: [docker.io], hints: true } }
  require-digest: { action: warn }
  blocked-tags:
    - { options: { tags: [latest] }, message: Ask. }
    - { action: off }
    - { action: warn, namespaces: [prod-*], images: [quay.io/**] }
  valid-reference: { action: warn }
  tag-pattern: { action: deny, namespaces: [prod-*] }
profiles:
  prod: { rules: { require-digest: { action: deny }, registry-allowlist: { options: { registries: [quay.io] } } } }
namespaces:
  - { names: [dev-*], rules: { registry-allowlist: { action: audit } } }
  - { names: [dev-a], rules: { registry-allowlist: { action: deny } } }
exemptions:
  - { name: bills, reason: r, owner: o, expires: never, rules: [blocked-tags], namespaces: [billing] }
  - { name: devs, reason: r, owner: o, expires: 2026-12-01, rules: [blocked-tags], namespaces: [dev-*] }
  - { name: all, reason: r, owner: o, expires: never, images: [quay.io/**], rules: [blocked-tags], users: [ann] }
`;

const OFF = (...names: readonly string[]): string =>
  names.map((name) => `    ${name}:\n      action: off # default\n`).join('');

const TAGS = `    blocked-tags:
      - action: deny # default
        options:
          tags: [ latest ] # x.yaml:5:20 rules.blocked-tags[0].options.tags
          implicitLatest: false # default
          digest: judge # default
        message: Ask. # x.yaml:5:38 rules.blocked-tags[0].message
      - action: off # x.yaml:6:9 rules.blocked-tags[1].action
`;

const FLAT =
  '{ kind: ConfigMap, data: { ENFORCEMENT: warn, DISABLE_EMPTY_TAG: "false", BLOCKED_TAGS: "a,b", RULE_TAG_PATTERN: audit } }\n';

const ALL = `  exemptions:
    - name: all
      reason: r
      owner: o
      expires: never
      images: [ quay.io/** ]
      rules: [ blocked-tags ]
      users: [ ann ]
`;

/** A policy, a place, and what holds there. */
const THERE: readonly (readonly [
  what: string,
  policy: string | undefined,
  place: { readonly namespace: string; readonly profile?: string },
  said: string,
])[] = [
  [
    'nothing is configured',
    undefined,
    { namespace: 'shop' },
    `In the namespace shop:

  rules:
    valid-reference:
      action: deny # default
    empty-tag:
      action: deny # default
    registry-allowlist:
      action: deny # default
      options:
        registries: [ docker.io, gcr.io ] # default
        unqualified: untrusted # default
        hints: false # default
    blocked-tags:
      action: deny # default
      options:
        tags: [ staging, latest ] # default
        implicitLatest: false # default
        digest: judge # default
${OFF('allowed-repositories', 'blocked-images', 'default-registry', 'registry-mirror', 'require-digest', 'required-pull-policy', 'tag-pattern')}`,
  ],
  [
    'keys are set',
    FLAT,
    { namespace: 'shop', profile: 'prdo' },
    `Warning: The policy has no profile prdo, so there holds what does without one.

In the namespace shop, with the profile prdo:

  rules:
    valid-reference:
      action: warn # ENFORCEMENT, in place of deny (default)
    empty-tag:
      action: off # DISABLE_EMPTY_TAG (ConfigMap)
    registry-allowlist:
      action: warn # ENFORCEMENT, in place of deny (default)
      options:
        registries: [ docker.io, gcr.io ] # default
        unqualified: untrusted # default
        hints: false # default
    blocked-tags:
      action: warn # ENFORCEMENT, in place of deny (default)
      options:
        tags: [ a, b ] # BLOCKED_TAGS (ConfigMap)
        implicitLatest: false # default
        digest: judge # default
${OFF('allowed-repositories', 'blocked-images', 'default-registry', 'registry-mirror', 'require-digest', 'required-pull-policy')}    tag-pattern:
      action: audit # RULE_TAG_PATTERN (ConfigMap)
      options:
        patterns: [] # default
        unqualified: docker.io # default
`,
  ],
  [
    'everywhere, a profile and the first of two overrides have each a part',
    POLICY,
    { namespace: 'dev-a', profile: 'prod' },
    `In the namespace dev-a, with the profile prod:

  rules:
    valid-reference:
      action: warn # x.yaml:8:22 rules.valid-reference.action
    empty-tag:
      action: deny # default
    registry-allowlist:
      action: audit # x.yaml:13:54 namespaces[0].rules.registry-allowlist.action
      options:
        registries: [ quay.io ] # x.yaml:11:87 profiles.prod.rules.registry-allowlist.options.registries
        unqualified: untrusted # default
        hints: true # x.yaml:2:83 rules.registry-allowlist.options.hints
      message: Everywhere. # x.yaml:2:25 rules.registry-allowlist.message
${TAGS}${OFF('allowed-repositories', 'blocked-images', 'default-registry', 'registry-mirror')}    require-digest:
      action: deny # x.yaml:11:38 profiles.prod.rules.require-digest.action
${OFF('required-pull-policy')}    tag-pattern: []

Exemptions that hold for more than 30 days:

${ALL}
Exemptions that end within 30 days:

  exemptions:
    - name: devs
      reason: r
      owner: o
      expires: 2026-12-01
      rules: [ blocked-tags ]
      namespaces: [ dev-* ]
`,
  ],
];

describe('imagegate policy', () => {
  const folder = temporaryFolder();

  for (const [what, policy, place, stdout] of THERE) {
    it(`says what holds in ${JSON.stringify(place)} where ${what}`, async () => {
      const said = await tryCommand(policyThere, folder.path, policy, place);
      expect(said).to.deep.equal({ code: 0, stdout, stderr: '' });
    });
  }

  it('has the namespaces and images of a setting that holds there', async () => {
    const { stdout } = await tryCommand(policyThere, folder.path, POLICY, { namespace: 'prod-a' });
    expect(stdout).to.include(`
      - action: off # x.yaml:6:9 rules.blocked-tags[1].action
      - action: warn # x.yaml:7:9 rules.blocked-tags[2].action
        options:
          tags: [ staging, latest ] # default
          implicitLatest: false # default
          digest: judge # default
        namespaces: [ prod-* ] # x.yaml:7:23 rules.blocked-tags[2].namespaces
        images: [ quay.io/** ] # x.yaml:7:45 rules.blocked-tags[2].images
    allowed-repositories:
`).and.to.include(`
    tag-pattern:
      action: deny # x.yaml:9:18 rules.tag-pattern.action
`);
  });

  it('has the same for programs', async () => {
    const options = { namespace: 'billing', format: 'json' } as const;
    const { code, stdout } = await tryCommand(policyThere, folder.path, POLICY, options);
    expect(code).to.equal(0);
    const said = JSON.parse(stdout) as { rules: Record<string, unknown>; exemptions: { name: string }[] };
    expect(Object.keys(said)).to.deep.equal(['namespace', 'rules', 'exemptions']);
    expect(said.exemptions.map(({ name }) => name)).to.deep.equal(['bills', 'all']);
    expect(said.rules['require-digest']).to.deep.equal([
      { action: { value: 'warn', from: 'x.yaml:3:21 rules.require-digest.action' } },
    ]);
    expect(said.rules['blocked-tags']).to.have.lengthOf(2);
    expect(said.rules['tag-pattern']).to.deep.equal([]);
  });

  it('says nothing of a policy that the gate would not use', async () => {
    const { code, stdout, stderr } = await tryCommand(policyThere, folder.path, 'x: 1\n', { namespace: 'a' });
    expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' });
    expect(stderr).to.include('x.yaml:1:1 x: ');
  });
});
