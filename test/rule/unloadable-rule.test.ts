import { expect } from 'chai';
import { unloadableRule } from '../../src/rule/unloadable-rule.ts';

const coded = (code: string): Error => Object.assign(new Error('x'), { code });

describe('unloadableRule', () => {
  const file = { name: 'a', path: '/rules.d/a.js', realpath: '/rules.d/a.js' };

  for (const [what, error, remedy] of [
    ['a syntax that breaks', new SyntaxError('x'), 'Mend the file; `node --check` shows where its syntax breaks.'],
    ['JSON that is none', new SyntaxError('/rules.d/b.json: x'), 'Mend the file: it must be JSON.'],
    ['an import that is not there', coded('ERR_MODULE_NOT_FOUND'), 'A rule can import "imagegate/rule", what Node'],
    ['one whose code is lost', new Error("Cannot find package 'x'"), 'A rule can import "imagegate/rule", what Node'],
    ['a file that cannot be read', coded('EACCES'), 'Check that it is a file, and that the user of the process may'],
    ['CommonJS', new ReferenceError('require is not defined in ES module scope'), 'A rule is an ES module, also in a'],
    ['another name that is not there', new ReferenceError('modules is not defined'), 'Nothing may throw while a rule'],
    ['an error', new TypeError('x'), 'Nothing may throw while a rule is imported: '],
    ['what is no error', 'x', 'Nothing may throw while a rule is imported: '],
  ] as const) {
    it(`says what to do about ${what}`, () => {
      const mistake = unloadableRule(file, error);
      expect(mistake).to.deep.include({ code: 'rule-file-unloadable', where: file.path });
      expect(mistake.remedy.slice(0, remedy.length)).to.equal(remedy);
    });
  }

  it('calls thrown what code has thrown, whatever it is', () => {
    const where = '/rules.d/b.js:3';
    for (const error of [new SyntaxError('x'), coded('ERR_INVALID_ARG_TYPE'), coded('ENOENT')]) {
      const mistake = unloadableRule(file, error, { where, isThrown: true });
      expect(mistake.where).to.equal(where);
      expect(mistake.remedy).to.match(/^Nothing may throw while a rule is imported: /);
    }
  });

  it('speaks of types where the file has some', () => {
    const { remedy } = unloadableRule(file, new SyntaxError('x'), { where: '/rules.d/b.mts:3', isThrown: false });
    expect(remedy).to.equal('Mend its syntax; of TypeScript only types that can be erased are read.');
  });
});
