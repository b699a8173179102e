import { expect } from 'chai';
import { ruleInStack } from '../../src/workers/rule-in-stack.ts';

describe('ruleInStack', () => {
  const files = ['a', 'b'].map((name) => ({ name, path: `/rules.d/${name}.js`, realpath: '' }));
  const withStack = (stack: unknown): Error => Object.assign(new Error('x'), { stack });
  const unreadable = new Error('x');
  Object.defineProperty(unreadable, 'stack', {
    get: () => {
      throw new Error('y');
    },
  });

  for (const [what, thrown, rule] of [
    ['finds the file that is named', withStack('Error: x\n    at f (file:///rules.d/b.js:3:7)'), 'b'],
    [
      'takes the first of two',
      withStack('Error: x\n    at file:///rules.d/b.js:3\n    at file:///rules.d/a.js:1'),
      'b',
    ],
    ['finds none where none is', withStack('Error: x\n    at file:///rules.d/c.js:3:7'), undefined],
    ['finds none in the name of another file', withStack('Error: x\n    at file:///rules.d/a.json:3'), undefined],
    ['finds none where the stack is no text', withStack(7), undefined],
    ['finds none where the stack cannot be read', unreadable, undefined],
    ['finds none in what is no error', 'file:///rules.d/a.js:3', undefined],
  ] as const) {
    it(what, () => expect(ruleInStack(thrown, files)).to.equal(rule));
  }
});
