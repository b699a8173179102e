import { expect } from 'chai';
import {
  distinctMistakes,
  locationText,
  messageOf,
  MistakesError,
  mistakeText,
  shown,
  within,
  type Mistake,
} from '../../src/mistake/mistake.ts';
import { at } from '../mistakes.ts';

const PORT: Mistake = {
  code: 'setting-invalid',
  ...at('PORT'),
  expected: 'a whole number',
  found: '"http"',
  remedy: 'Set it to a number.',
};
const FOLDER: Mistake = {
  code: 'rules-folder-empty',
  ...at('rules folder /rules'),
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

  it('asks for the name that was probably meant, in place of the remedy', () => {
    expect(mistakeText({ ...PORT, guess: 'HTTP' })).to.equal(
      'PORT: expected a whole number, found "http". Did you mean HTTP? [setting-invalid]',
    );
  });

  it('names both places where two contradict each other', () => {
    expect(mistakeText({ ...PORT, other: at('p.yaml:3:7 port') })).to.match(/^PORT and p\.yaml:3:7 port: expected /);
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

describe('locationText', () => {
  for (const [location, text] of [
    [{ source: { name: 'PORT' } }, 'PORT'],
    [{ source: { name: 'KEY', in: 'environment' } }, 'KEY (environment)'],
    [{ source: { name: 'KEY', in: 'ConfigMap', configMap: 'mine' }, place: 'entry 2' }, 'KEY (ConfigMap), entry 2'],
    [{ source: { name: 'rule x' }, place: 'option a' }, 'rule x, option a'],
    [{ source: { name: 'a.js', line: 3 } }, 'a.js:3'],
    [{ source: { name: 'a.js', line: 3, column: 7 } }, 'a.js:3:7'],
    [{ source: { name: 'p.yaml', in: '/p.yaml', line: 3, column: 7 }, place: 'rules.a' }, 'p.yaml:3:7 rules.a'],
  ] as const) {
    it(`says ${text}`, () => {
      expect(locationText(location)).to.equal(text);
    });
  }
});

describe('within', () => {
  const source = { name: 'KEY' };

  it('adds parts to a place, or makes one of them', () => {
    expect(within({ source }, 'a', 'b')).to.deep.equal({ source, place: 'a, b' });
    expect(within({ source, place: 'a' }, 'b')).to.deep.equal({ source, place: 'a, b' });
    expect(within({ source, place: 'a' })).to.deep.equal({ source, place: 'a' });
  });

  it('is the whole where there is no part', () => {
    expect(within({ source })).to.deep.equal({ source });
    expect(within({ source }, '')).to.deep.equal({ source });
  });
});

describe('distinctMistakes', () => {
  it('has each mistake once, in the order in which they came', () => {
    const mistake: Mistake = { code: 'option-invalid', ...at('a'), expected: 'b', found: 'c', remedy: 'D.' };
    const others = (['place', 'expected', 'found', 'remedy', 'guess'] as const).map((part) => ({
      ...mistake,
      [part]: 'x',
    }));
    expect(distinctMistakes([mistake, ...others, { ...mistake }, ...others])).to.deep.equal([mistake, ...others]);
    expect(distinctMistakes([])).to.deep.equal([]);
  });
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
