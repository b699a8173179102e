import { expect } from 'chai';
import { temporaryFolder } from '../temporary-folder.ts';
import { NOW, tryTexts } from './try-policy.ts';

const OFF = [
  'allowed-repositories',
  'blocked-images',
  'default-registry',
  'registry-mirror',
  'require-digest',
  'required-pull-policy',
];
const off = (...but: readonly string[]): string =>
  [...OFF, 'tag-pattern']
    .filter((name) => !but.includes(name))
    .map((name) => `    ${name}: { action: off }\n`)
    .join('');

const manifest = (data: string): string => `kind: ConfigMap\ndata: ${data}\n`;

const registries = (list: string, hints = 'false', unqualified = 'untrusted', action = 'deny'): string =>
  `    registry-allowlist:
      action: ${action}
      options:
        registries: [ ${list} ]
        unqualified: ${unqualified}
        hints: ${hints}
`;

const tags = (list: string, action = 'deny'): string =>
  `    blocked-tags:
      action: ${action}
      options:
        tags: [ ${list} ]
        implicitLatest: false
        digest: judge
`;

/** A policy.yaml, and the sections about it. */
const REPORTS: readonly (readonly [what: string, policy: string, report: string])[] = [
  [
    'an empty policy by the defaults of the rules',
    '',
    `Everywhere:

  rules:
    valid-reference: { action: deny }
    empty-tag: { action: deny }
${registries('docker.io, gcr.io')}${tags('staging, latest')}${off()}`,
  ],
  [
    'flat keys, limited by ENFORCEMENT',
    manifest('{ ENFORCEMENT: warn, RULE_EMPTY_TAG: audit, BLOCKED_TAGS: "*-rc*", HINTS: "true" }'),
    `Everywhere:

  rules:
    valid-reference: { action: warn }
    empty-tag: { action: audit }
${registries('docker.io, gcr.io', 'true', 'untrusted', 'warn')}${tags("'*-rc*'", 'warn')}${off()}`,
  ],
  [
    'lists of settings without those that are off, and rules of the operator',
    manifest(
      JSON.stringify({
        'a-b.mjs':
          "export default { meta: { name: 'a-b', description: 'X.', schema: { type: 'object', additionalProperties: false, properties: { x: { type: 'integer', description: 'X.', default: 1 } } } }, check() {} };",
        'policy.yaml': `rules:
  valid-reference: { message: V. }
  empty-tag: { action: off }
  registry-allowlist: { action: off }
  a-b: { options: { x: 7 } }
  blocked-tags:
    - { options: { tags: [latest] }, message: Ask. }
    - { action: off, options: { tags: [never] } }
    - { action: warn, namespaces: [prod-*], images: [quay.io/**] }
    - { action: audit, options: { digest: pass } }
`,
      }),
    ),
    `Everywhere:

  rules:
    valid-reference: { action: deny, message: V. }
    empty-tag: { action: off }
    registry-allowlist: { action: off }
    blocked-tags:
      - action: deny
        options:
          tags: [ latest ]
          implicitLatest: false
          digest: judge
        message: Ask.
      - action: warn
        options:
          tags: [ staging, latest ]
          implicitLatest: false
          digest: judge
        namespaces: [ prod-* ]
        images: [ quay.io/** ]
      - action: audit
        options:
          tags: [ staging, latest ]
          implicitLatest: false
          digest: pass
    a-b:
      action: deny
      options: { x: 7 }
${off()}`,
  ],
  [
    'what differs by profile and namespace, each rule in full, and what only both together make',
    `rules:
  blocked-tags: { action: warn }
profiles:
  prod: { rules: { blocked-tags: { action: deny }, require-digest: { action: deny } } }
  lab: { rules: { registry-allowlist: { options: { hints: true } } } }
  same: { rules: { empty-tag: { action: deny } } }
namespaces:
  - { names: [dev-*, sandbox], rules: { registry-allowlist: { options: { registries: ['*'] } } } }
  - { names: [old], rules: { blocked-tags: { action: warn }, empty-tag: { action: off } } }
`,
    `Everywhere:

  rules:
    valid-reference: { action: deny }
    empty-tag: { action: deny }
${registries('docker.io, gcr.io')}${tags('staging, latest', 'warn')}${off()}
In the profile prod:

  rules:
${tags('staging, latest')}    require-digest: { action: deny }

In the profile lab:

  rules:
${registries('docker.io, gcr.io', 'true')}
In the profile same:

  rules: {}

In the namespaces dev-*, sandbox:

  rules:
${registries("'*'")}
In the namespaces old:

  rules:
    empty-tag: { action: off }

In the namespaces old of the profile prod:

  rules:
${tags('staging, latest', 'warn')}
In the namespaces dev-*, sandbox of the profile lab:

  rules:
${registries("'*'", 'true')}`,
  ],
];

const exemption = (name: string, expires: string): string =>
  `  - { rules: [empty-tag], images: [ghcr.io/acme/**], name: ${name}, reason: 'R: r', owner: o, expires: ${expires} }\n`;

const exempted = (name: string, expires: string): string => `    - name: ${name}
      reason: 'R: r'
      owner: o
      expires: ${expires}
      rules: [ empty-tag ]
      images: [ ghcr.io/acme/** ]
`;

const EXEMPTIONS = {
  hold: 'Exemptions that hold for more than 30 days:\n\n  exemptions:\n',
  end: 'Exemptions that end within 30 days:\n\n  exemptions:\n',
  ended: 'Exemptions that have ended and cover nothing:\n\n  exemptions:\n',
};

/** Days of the ends of exemptions, and the sections about them; it is the 29th of November 2026, 14:00 UTC. */
const ENDS: readonly (readonly [days: readonly string[], sections: readonly string[]])[] = [
  [['never'], [EXEMPTIONS.hold, exempted('e0', 'never')]],
  [['2026-12-28'], [EXEMPTIONS.end, exempted('e0', '2026-12-28')]],
  [['2026-12-29'], [EXEMPTIONS.hold, exempted('e0', '2026-12-29')]],
  [['2026-11-29'], [EXEMPTIONS.end, exempted('e0', '2026-11-29')]],
  [['2026-11-28'], [EXEMPTIONS.ended, exempted('e0', '2026-11-28')]],
  [
    ['2020-01-01', '2026-12-01', '2027-03-31', 'never'],
    [
      `${EXEMPTIONS.hold}${exempted('e2', '2027-03-31')}`,
      exempted('e3', 'never'),
      `\n${EXEMPTIONS.end}`,
      exempted('e1', '2026-12-01'),
      `\n${EXEMPTIONS.ended}`,
      exempted('e0', '2020-01-01'),
    ],
  ],
];

describe('policyReport', () => {
  const folder = temporaryFolder();

  const report = async (policy: string): Promise<string> => {
    const { code, stdout, stderr } = await tryTexts(folder.path, policy);
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    const [head, ...sections] = stdout.split('\n\n');
    expect(head).to.equal('The gate would use the policy x.yaml.');
    return sections.join('\n\n');
  };

  for (const [what, policy, expected] of REPORTS) {
    it(`tells ${what}`, async () => {
      expect(await report(policy)).to.equal(expected);
    });
  }

  for (const [days, sections] of ENDS) {
    it(`tells exemptions by their ends: ${days.join(', ')}`, async () => {
      const lines = days.map((day, index) => exemption(`e${index}`, day));
      const said = await report(`exemptions:\n${lines.join('')}`);
      expect(said.slice(said.indexOf('\nExemptions') + 1)).to.equal(sections.join(''));
    });
  }

  it('takes the same moment as exemptions do', async () => {
    const policy = `exemptions:\n${exemption('e0', '2026-11-28')}`;
    const end = Date.parse('2026-11-29T00:00:00Z');
    const said = async (now: number) => (await tryTexts(folder.path, policy, undefined, { now })).stdout;
    expect(await said(end - 1)).to.include(EXEMPTIONS.end);
    expect(await said(end)).to.include(EXEMPTIONS.ended);
    expect(end).to.be.below(NOW);
  });

  it('can be used as policy.yaml', async () => {
    const policy = `rules:
  registry-allowlist: { options: { registries: ['*.gcr.io', 'localhost:5000'], unqualified: docker.io } }
  blocked-tags: [{ options: { tags: ['*'] }, message: "It's: so" }, { action: audit, images: ['**'] }]
  required-pull-policy: { action: warn, options: { policies: [{ images: ['**'], policy: Always }] } }
exemptions:
${exemption('e0', 'never')}`;
    const said = await report(policy);
    const again = said.replace(/^[^ \n].*$/gm, '').replaceAll(/^ {2}/gm, '');
    expect(again).to.not.equal(said);
    expect(await report(again)).to.equal(said);
  });
});
