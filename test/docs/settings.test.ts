import { expect } from 'chai';
import { environmentHelp } from '../../src/cli/environment-help.ts';
import { DEFAULT_POLICY, VALID_REFERENCE } from '../../src/engine/policy.ts';
import { loadSettings, SETTINGS } from '../../src/gate/settings.ts';
import { actionsOf, ENFORCEMENT, flatKeys, POLICY_YAML } from '../../src/policy/flat-keys.ts';
import { ENFORCEMENT_ACTIONS } from '../../src/rule/rule.ts';
import { BUILT_IN } from '../ruleset.ts';
import { codesIn, plain, readPage, rowsUnder } from './tables.ts';

/** What `--help` says of a variable. */
const help = new Map(
  [...environmentHelp().matchAll(/^ {2}(\S+) .*\(default: (.*)\)$/gm)].map(
    ([, name = '', byDefault = '']) => [name, byDefault] as const,
  ),
);

describe('the settings in docs/operations.md', () => {
  const rows = rowsUnder(readPage('docs/operations.md'), 'variable');

  it('are those of the process, in their order, each with its default', () => {
    expect(rows.map(([name, , byDefault]) => [plain(name), plain(byDefault)])).to.deep.equal(
      SETTINGS.map(({ name, byDefault }) => [name, byDefault]),
    );
  });

  for (const { name, byDefault } of SETTINGS.filter((setting) => !/^(?:none|any)$/.test(setting.byDefault))) {
    it(`have the default of ${name}: to write it out changes nothing`, () => {
      const [elsewhere = '', onTerminal = elsewhere] = byDefault.replace(' on a terminal', '').split(', or ');
      // Who asks is nobody's concern without one of the files.
      const others = { CLIENT_TOKEN_FILE: 'token' };
      for (const [text, terminal] of [
        [elsewhere, false],
        [onTerminal, true],
      ] as const) {
        expect(loadSettings({ ...others, [name]: text }, terminal)).to.deep.equal(loadSettings(others, terminal));
      }
    });
  }
});

describe('the keys of the policy', () => {
  const actions = [...new Set(['deny', ...BUILT_IN.map(({ meta }) => meta.action ?? 'deny')])];
  const names = [...flatKeys(BUILT_IN).keys(), 'RULE_<NAME>', ENFORCEMENT, POLICY_YAML];

  for (const [page, column] of [
    ['README.md', 'what it says'],
    ['docs/policy.md', 'value'],
  ] as const) {
    it(`are all in the table of ${page}, with its ${column}, in their order`, () => {
      const rows = keysIn(page);
      expect(rows.map(([name]) => plain(name))).to.deep.equal(names);
      for (const [name, , byDefault = ''] of rows) expect(byDefault, name).to.match(/^(?:`[^`]+`|empty)/);
    });
  }

  it('have in the README the defaults that they have in docs/policy.md, and in --help', () => {
    const inReadme = keysIn('README.md').map(([, , byDefault]) => codesIn(byDefault));
    expect(inReadme).to.deep.equal(keysIn('docs/policy.md').map(([, , byDefault]) => codesIn(byDefault)));
    const inHelp = names.slice(0, -1).map((name) => help.get(name)?.match(/^deny|off$|^[a-z,.]+$/g) ?? []);
    expect(inHelp.map((found) => [...found])).to.deep.equal(inReadme.slice(0, -1));
  });

  for (const [key, { rule, read }] of flatKeys(BUILT_IN)) {
    it(`have for ${key} the default of ${rule}`, () => {
      const { meta } = BUILT_IN.find((one) => one.meta.name === rule)!;
      const reading = read({ text: defaultOf(key)[0]!, source: { name: key } });
      const { options = {}, action } = 'setting' in reading ? reading.setting : {};
      for (const [option, value] of Object.entries(options)) {
        expect(value).to.deep.equal(meta.schema?.properties[option]?.default);
      }
      expect(action ?? 'deny').to.equal(meta.action ?? 'deny');
    });
  }

  it('have for actions what rules do by default, and all that they may', () => {
    expect(defaultOf('RULE_<NAME>')).to.deep.equal(actions);
    expect(defaultOf(ENFORCEMENT)).to.deep.equal([DEFAULT_POLICY.enforcement]);
    const values = new Map(keysIn('docs/policy.md').map(([name, value]) => [plain(name), codesIn(value)]));
    expect(values.get('RULE_<NAME>')).to.deep.equal(ENFORCEMENT_ACTIONS);
    expect(values.get(ENFORCEMENT)).to.deep.equal(actionsOf(VALID_REFERENCE));
    const explained = rowsUnder(readPage('docs/policy.md'), 'action').flatMap(([action]) => codesIn(action));
    expect(explained).to.deep.equal(ENFORCEMENT_ACTIONS);
  });
});

/** The table of keys, without that of what an exemption may have. */
function keysIn(page: string): readonly (readonly string[])[] {
  return rowsUnder(readPage(page), 'key').filter(([name = '']) => /^`(?:[A-Z_]+(?:<NAME>)?|policy\.yaml)`$/.test(name));
}

function defaultOf(key: string): readonly string[] {
  const row = keysIn('docs/policy.md').find(([name]) => plain(name) === key);
  return codesIn(row?.[2]);
}
