import { Ajv } from 'ajv';
import { expect } from 'chai';
import { sayingMost, schemaProblem } from '../../src/mistake/schema-problem.ts';

const ajv = new Ajv({ strict: false, allErrors: true });
const problemsOf = (schema: object, value: unknown) => {
  const isValid = ajv.compile(schema);
  isValid(value);
  return (isValid.errors ?? []).map(schemaProblem);
};

describe('schemaProblem', () => {
  for (const [schema, value, expected] of [
    [{ type: 'array' }, 1, 'a list'],
    [{ type: 'boolean' }, 1, 'true or false'],
    [{ type: 'integer' }, 1.5, 'a whole number'],
    [{ type: 'null' }, 1, 'null'],
    [{ type: 'number' }, 'x', 'a number'],
    [{ type: 'object' }, 1, 'an object'],
    [{ type: 'string' }, 1, 'text'],
    [{ type: ['object', 'null'] }, 1, 'an object, or null'],
    [{ enum: ['a', 1, null] }, 'b', 'one of a, 1, null'],
    [{ const: 'a' }, 'b', 'a'],
    [{ maxLength: 3 }, 'four', 'at most 3 characters'],
    [{ minLength: 1 }, '', 'text that is not empty'],
    [{ minItems: 1 }, [], 'a list that is not empty'],
    [{ minLength: 2 }, '', 'a value that must NOT have fewer than 2 characters'],
    [{ minItems: 2 }, [], 'a value that must NOT have fewer than 2 items'],
    [{ pattern: '^a' }, 'b', 'a value that must match pattern "^a"'],
  ] as const) {
    it(`expects ${expected}`, () => {
      expect(problemsOf(schema, value)).to.deep.equal([{ path: [], wrong: 'value', expected }]);
    });
  }

  it('leads to the value, whatever its keys are called', () => {
    const schema = { additionalProperties: { items: { type: 'string' } } };
    const [problem] = problemsOf(schema, { 'a/b~c~1': ['x', 1] });
    expect(problem?.path).to.deep.equal(['a/b~c~1', '1']);
  });

  it('leads to the key that is missing, too much, or has a bad name', () => {
    const schema = { properties: { a: { required: ['b'], additionalProperties: false, properties: { b: {} } } } };
    expect(problemsOf(schema, { a: { c: 1 } }).map(({ path, wrong }) => [path, wrong])).to.deep.equal([
      [['a', 'b'], 'missing key'],
      [['a', 'c'], 'unknown key'],
    ]);
    const [name] = problemsOf({ propertyNames: { maxLength: 2 } }, { abc: 1 });
    expect(name).to.deep.equal({ path: ['abc'], wrong: 'key', expected: 'at most 2 characters' });
  });
});

describe('sayingMost', () => {
  const CHOICE = { type: 'string', enum: ['a', 'b'] };
  for (const [value, ...told] of [
    [{ one: true }, '/one enum'],
    [{ one: 'c' }, '/one enum'],
    [{ one: true, other: true, third: 1 }, '/one enum', '/other type', '/third enum'],
    [{ other: 1, x: 1 }, ' additionalProperties', '/other type'],
  ] as const) {
    it(`tells of ${JSON.stringify(value)} one mistake for one cause`, () => {
      const properties = { one: CHOICE, other: { type: 'string' }, third: CHOICE };
      const isValid = ajv.compile({ additionalProperties: false, properties });
      expect(isValid(value)).to.equal(false);
      const errors = sayingMost(isValid.errors!).map(({ instancePath, keyword }) => `${instancePath} ${keyword}`);
      expect(errors).to.deep.equal(told);
    });
  }
});
