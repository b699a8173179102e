import { expect } from 'chai';
import { VALID_REFERENCE } from '../../src/engine/policy.ts';
import { BUILT_IN, rulesetOf } from '../ruleset.ts';
import { plain, readPage, rowsUnder } from './tables.ts';

const table = rowsUnder(readPage('README.md'), 'rule');
const rows = table.map((row) => row.map(plain));

describe('the rules in the README', () => {
  it('are all that there are, in the order in which denials tell of them', () => {
    const { rules } = rulesetOf(Object.fromEntries(BUILT_IN.map(({ meta }) => [meta.name, {}]))).everywhere;
    expect(rows.map(([name]) => name)).to.deep.equal([VALID_REFERENCE, ...rules.map(({ name }) => name)]);
  });

  it('lead to their pages', () => {
    expect(table.map(([link]) => link)).to.deep.equal(rows.map(([name]) => `[${name}](docs/rules/${name}.md)`));
  });

  it('are on or off as they are where the policy says nothing', () => {
    const words = { deny: 'on', off: 'off' } as Readonly<Record<string, string>>;
    const byDefault = new Map(BUILT_IN.map(({ meta }) => [meta.name, words[meta.action ?? 'deny']]));
    for (const [name = '', , word] of rows) {
      expect(word, name).to.equal(name === VALID_REFERENCE ? 'never off' : byDefault.get(name));
    }
  });
});
