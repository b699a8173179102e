import { expect } from 'chai';
import { parseReference } from '../../src/image/reference.ts';
import type { AnyRule } from '../../src/rule/rule.ts';
import { judgeByRule, wordsOf } from '../../src/workers/judge-by-rule.ts';

const judge = (check: AnyRule['check'], count = 1) => {
  const images = Array.from({ length: count }, () => ({ reference: parseReference('x:1'), context: {} as never }));
  return judgeByRule({ rule: { meta: { name: 'a', description: 'X.' }, check }, prepared: [1, 2] }, 1, images);
};

describe('judgeByRule', () => {
  it('gives the rule what was prepared for the selection, as a method of its module', () => {
    const rule: AnyRule = {
      meta: { name: 'a', description: 'X.' },
      check(_image, prepared) {
        return [{ problem: `${this.meta.name} ${String(prepared)}`, remedy: 'x' }];
      },
    };
    const images = [{ reference: parseReference('x:1'), context: {} as never }];
    expect(judgeByRule({ rule, prepared: ['one', 'two'] }, 1, images)).to.deep.equal([
      { image: 0, violations: [{ problem: 'a two', remedy: 'x' }] },
    ]);
  });

  it('judges every image of very many, and cuts what it says of the later ones', () => {
    const violation = { problem: 'p'.repeat(2000), remedy: 'r'.repeat(2000) };
    const judgements = judge(() => [violation, violation], 600) as readonly {
      readonly violations: readonly { readonly problem: string }[];
    }[];
    expect(judgements.length).to.equal(600);
    expect(judgements.map(({ violations }) => violations.length)).to.deep.equal([
      ...Array.from({ length: 500 }, () => 2),
      ...Array.from({ length: 100 }, () => 1),
    ]);
    expect(judgements[0]!.violations[0]!.problem.length).to.equal(1027);
    expect(judgements[599]!.violations[0]!.problem.length).to.equal(67);
  });

  it('makes a failure of what a rule throws', () => {
    const check = (): never => {
      throw new Error('x'.repeat(5000));
    };
    expect(judge(check)).to.deep.equal([{ image: 0, failure: `${'x'.repeat(1024)}...` }]);
  });
});

describe('wordsOf', () => {
  it('finds words for whatever was thrown', () => {
    const throwing = new Error('x');
    Object.defineProperty(throwing, 'message', {
      get: () => {
        throw new Error('y');
      },
    });
    const wordless = Object.assign(new Error('x'), { message: {} });
    expect([new Error('a'), 'b', throwing, wordless].map(wordsOf)).to.deep.equal([
      'a',
      'b',
      'it threw what cannot be told',
      'it threw what cannot be told',
    ]);
  });
});
