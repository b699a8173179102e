import { expect } from 'chai';
import { at, grouped, isSelected, listAt, namesText, textAt } from '../../../src/cli/doctor/fields.ts';

const labels = { team: 'a', 'kubernetes.io/metadata.name': 'shop' };
const expression = (key: string, operator: string, ...values: readonly string[]) => ({
  matchExpressions: [{ key, operator, ...(values.length > 0 && { values }) }],
});
const SELECTORS: readonly (readonly [what: string, selector: unknown, isSelected: boolean])[] = [
  ['nothing', undefined, true],
  ['an empty selector', {}, true],
  ['its label', { matchLabels: { team: 'a' } }, true],
  ['another value', { matchLabels: { team: 'b' } }, false],
  ['a label that it has not', { matchLabels: { team: 'a', tier: 'x' } }, false],
  ['In', expression('kubernetes.io/metadata.name', 'In', 'shop', 'lab'), true],
  ['In others', expression('team', 'In', 'b'), false],
  ['In of a label that it has not', expression('tier', 'In', 'b'), false],
  ['NotIn', expression('team', 'NotIn', 'b'), true],
  ['NotIn of a label that it has not', expression('tier', 'NotIn', 'b'), true],
  ['NotIn with its own', expression('team', 'NotIn', 'a'), false],
  ['Exists', expression('team', 'Exists'), true],
  ['Exists of a label that it has not', expression('tier', 'Exists'), false],
  ['DoesNotExist', expression('team', 'DoesNotExist'), false],
  ['DoesNotExist of a label that it has not', expression('tier', 'DoesNotExist'), true],
  ['both', { matchLabels: { team: 'a' }, ...expression('team', 'In', 'b') }, false],
];

describe('fields', () => {
  for (const [what, selector, expected] of SELECTORS) {
    it(`selects labels by ${what}: ${expected}`, () => {
      expect(isSelected(labels, selector)).to.equal(expected);
    });
  }

  it('are nothing where an object is of another form', () => {
    for (const value of [undefined, null, 7, 'x', [], { a: null }, { a: [{ b: 1 }] }])
      expect([at(value, 'a.b'), listAt(value, 'a.b'), textAt(value, 'a.b')]).to.deep.equal([undefined, [], '']);
    const value = { a: { b: ['x'], c: 'y' } };
    expect([at(value, 'a.b'), listAt(value, 'a.b'), textAt(value, 'a.c')]).to.deep.equal([['x'], ['x'], 'y']);
  });

  it('are grouped in their order', () => {
    expect([...grouped(['ab', 'b', 'ac'], ([first = '']) => first)]).to.deep.equal([
      ['a', ['ab', 'ac']],
      ['b', ['b']],
    ]);
  });

  it('are named once, and of many the first', () => {
    expect(namesText(['a', 'b', 'a'])).to.equal('a, b');
    expect(namesText(['a', 'b', 'c', 'd'], 2)).to.equal('a, b and 2 more');
  });
});
