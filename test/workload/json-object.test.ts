import { expect } from 'chai';
import { isObject, property, textAt, textOf, typeName } from '../../src/workload/json-object.ts';

const VALUES: readonly unknown[] = [undefined, null, true, 1, '', 'a', [], ['a'], {}, { a: 1 }];

describe('what is read of an unvalidated value', () => {
  it('is told by its JSON type', () =>
    expect(VALUES.map(typeName)).to.deep.equal([
      'nothing',
      'null',
      'a boolean',
      'a number',
      'a string',
      'a string',
      'a list',
      'a list',
      'an object',
      'an object',
    ]));

  it('is an object unless it is a list', () => expect(VALUES.filter(isObject)).to.deep.equal([{}, { a: 1 }]));

  it('is a text, or none', () => {
    expect(VALUES.map((value) => textAt({ a: value }, 'a')).join('')).to.equal('a');
    expect(VALUES.map((value) => textAt(value, 'a'))).to.deep.equal(VALUES.map(() => ''));
    expect(VALUES.map(textOf).filter((text) => text !== undefined)).to.deep.equal(['a']);
  });

  it('has a property only if it is an object', () =>
    expect(VALUES.map((value) => property(value, 'a')).filter((found) => found !== undefined)).to.deep.equal([1]));
});
