import { expect } from 'chai';
import { MistakesError, mistakeText } from '../../src/mistake/mistake.ts';
import { newerVersion, VERSION } from '../../src/policy/policy-version.ts';
import { loadRuleset } from '../../src/ruleset/load-ruleset.ts';
import { at } from '../mistakes.ts';
import { BUILT_IN } from '../ruleset.ts';

const [major = 0, minor = 0, patch = 0] = VERSION.split('.').map(Number);
const NEWER = [`${major + 1}.0.0`, `${major}.${minor + 1}.0`, `${major}.${minor}.${patch + 1}`, '999999999.0.0'];
/** A number of more digits than semver reads is no version. */
const NONE = [
  VERSION,
  '0.0.0',
  '0.0.9',
  `v${NEWER[0]}`,
  '9.0',
  '9',
  '',
  '9.0.0-rc1',
  '09.0.0',
  '1234567890.0.0',
  9,
  null,
];

const SAID = (version: string): string =>
  `version: expected a policy for ImageGate ${VERSION}, which this is, or older, found "${version}". What this gate does not know, that version may: update the gate, or take it out of the policy. [policy-version-newer]`;
const UNKNOWN_RULE =
  /^policy\.yaml:2:19 rules\.later\.action: expected the name of a rule that is loaded, .*\[rule-unknown\]$/;

/** What is told of keys of the policy. */
async function told(keys: Readonly<Record<string, string>>, mistakes: readonly object[] = []): Promise<string[]> {
  const values = Object.entries(keys).map(([key, text]) => [key, { text, source: { name: key } }] as const);
  const policy = { keys: new Map(values), mistakes: [] };
  const loadCustomRules = async () => Promise.resolve({ rules: [], mistakes: mistakes as never });
  const ruleFiles = [{ name: 'x', path: 'x', realpath: 'x' }];
  try {
    await loadRuleset({ builtIn: BUILT_IN, environment: {}, loadCustomRules }, { policy, ruleFiles });
    return [];
  } catch (error) {
    if (!(error instanceof MistakesError)) throw error;
    return error.mistakes.map(mistakeText);
  }
}

describe('the version of a policy', () => {
  for (const version of NEWER) {
    it(`${version} is newer than this gate`, () => {
      expect(mistakeText(newerVersion(version, at('version'))!)).to.equal(SAID(version));
    });

    it(`${version} is no mistake where this gate knows all that the policy says`, async () => {
      expect(
        await told({ 'policy.yaml': `version: ${version}\nrules: { blocked-tags: { action: warn } }\n` }),
      ).to.deep.equal([]);
    });
  }

  for (const version of NONE) {
    it(`${JSON.stringify(version)} is none that is newer`, () => {
      expect(newerVersion(version, at('version'))).to.equal(undefined);
    });
  }

  describe('newer than the gate is told first, beside', () => {
    const version = NEWER[1]!;
    const head = `policy.yaml:1:1 ${SAID(version)}`;
    for (const [what, keys, pattern] of [
      ['an unknown key', { 'policy.yaml': `version: ${version}\nlater: {}\n` }, /^policy\.yaml:2:1 later: .*"later"/],
      ['an unknown flat key', { LATER: 'x' }, /^LATER: .*\[policy-key-unknown\]$/],
      [
        'an unknown rule',
        { 'policy.yaml': `version: ${version}\nrules: { later: { action: warn } }\n` },
        UNKNOWN_RULE.source,
      ],
      [
        'an unknown option',
        { 'policy.yaml': `version: ${version}\nrules: { blocked-tags: { options: { later: 1 } } }\n` },
        /later: expected an option that the rule has, .*\[option-invalid\]$/,
      ],
      [
        'an unknown action',
        { 'policy.yaml': `version: ${version}\nrules: { blocked-tags: { action: later } }\n` },
        /action: expected one of .*\[policy-yaml-invalid\]$/,
      ],
      [
        'another form',
        { 'policy.yaml': `version: ${version}\nrules: { blocked-tags: 7 }\n` },
        /blocked-tags: expected a setting.*\[policy-yaml-invalid\]$/,
      ],
    ] as const) {
      it(what, async () => {
        const lines = await told({ 'policy.yaml': `version: ${version}\n`, ...keys });
        expect(lines).to.have.lengthOf(2);
        expect(lines[0]).to.equal(head);
        expect(lines[1]).to.match(new RegExp(pattern));
        const older = await told({
          'policy.yaml': `version: ${VERSION}\n`,
          ...Object.fromEntries(Object.entries(keys).map(([key, text]) => [key, text.replace(version, VERSION)])),
        });
        expect(older).to.deep.equal(lines.slice(1));
      });
    }

    it('no lack of memory, which a retry may end', async () => {
      const lack = { code: 'rule-file-unloadable', ...at('x'), expected: 'e', found: 'f', remedy: 'R.', mayPass: true };
      const policy = { 'policy.yaml': `version: ${version}\n` };
      expect(await told(policy, [lack])).to.deep.equal(['x: expected e, found f. R. [rule-file-unloadable]']);
      expect(await told(policy, [lack, { ...lack, mayPass: undefined }])).to.have.lengthOf(3);
    });
  });

  for (const [version, found] of [
    ['0.2', '0.2'],
    ['1', '1'],
    ["'0.2'", '"0.2"'],
    ['v1.2.3', '"v1.2.3"'],
    ['01.2.3', '"01.2.3"'],
    ['1.2.3-rc1', '"1.2.3-rc1"'],
    ['latest', '"latest"'],
    ['null', 'null'],
  ] as const) {
    it(`is not ${version}`, async () => {
      const expected = version === 'null' ? 'text' : 'a version of three numbers';
      expect(await told({ 'policy.yaml': `version: ${version}\n` })).to.deep.equal([
        `policy.yaml:1:1 version: expected ${expected}, found ${found}. The version of ImageGate that the policy is written for, such as 0.2.0. An older gate names it where it knows less. [policy-yaml-invalid]`,
      ]);
    });
  }
});
