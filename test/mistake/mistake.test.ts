import { expect } from 'chai';
import { messageOf, MistakesError, mistakeText, shown, type Mistake } from '../../src/mistake/mistake.ts';

const PORT: Mistake = {
  code: 'setting-invalid',
  where: 'PORT',
  expected: 'a whole number',
  found: '"http"',
  remedy: 'Set it to a number.',
};
const FOLDER: Mistake = {
  code: 'rules-folder-empty',
  where: 'rules folder /rules',
  expected: 'a rule',
  found: 'none',
  remedy: 'Put one there.',
};

describe('mistakeText', () => {
  it('says where, what was expected, what was found, what to do, and the code', () => {
    expect(mistakeText(PORT)).to.equal(
      'PORT: expected a whole number, found "http". Set it to a number. [setting-invalid]',
    );
  });

  for (const [found, told] of [
    ['none: It failed.', 'none: It failed. Set'],
    ['"cut...', '"cut.... Set'],
    ['', '. Set'],
  ] as const) {
    it(`ends ${JSON.stringify(found)} in one full stop`, () => {
      expect(mistakeText({ ...PORT, found })).to.include(`found ${told} it to a number.`);
    });
  }
});

describe('MistakesError', () => {
  it('has all mistakes, a line each', () => {
    const error = new MistakesError([PORT, FOLDER]);
    expect(error.mistakes).to.deep.equal([PORT, FOLDER]);
    expect(error.message).to.equal(`${mistakeText(PORT)}\n${mistakeText(FOLDER)}`);
    expect(error.name).to.equal('MistakesError');
  });
});

describe('shown', () => {
  const circle: Record<string, unknown> = {};
  circle['circle'] = circle;

  for (const [value, text] of [
    ['a', '"a"'],
    ['', '""'],
    ['a\n"b"', String.raw`"a\n\"b\""`],
    [7, '7'],
    [true, 'true'],
    [null, 'null'],
    [['a', 1], '["a",1]'],
    [{ a: { b: [] } }, '{"a":{"b":[]}}'],
    [undefined, 'nothing'],
    [() => 1, 'a function'],
    [Symbol('s'), 'a symbol'],
    [10n, 'a bigint'],
    [{ a: 10n }, 'an object'],
    [circle, 'an object'],
    ['x'.repeat(78), `"${'x'.repeat(78)}"`],
    ['x'.repeat(79), `"${'x'.repeat(79)}...`],
    ['x'.repeat(10_000), `"${'x'.repeat(79)}...`],
  ] as const) {
    it(`shows ${text}`, () => {
      expect(shown(value)).to.equal(text);
    });
  }
});

describe('messageOf', () => {
  for (const [thrown, text] of [
    [new TypeError('no such thing'), 'no such thing'],
    ['a text', 'a text'],
    [7, 'a thrown number'],
    [undefined, 'a thrown undefined'],
    [null, 'a thrown null'],
    [{ message: 'not an error' }, 'a thrown object'],
  ] as const) {
    it(`says ${text}`, () => {
      expect(messageOf(thrown)).to.equal(text);
    });
  }
});
