import { Ajv } from 'ajv';
import { expect } from 'chai';
import { prepareRule } from '../../src/engine/prepare-rule.ts';
import { InvalidEntriesError } from '../../src/rule/invalid-entries-error.ts';
import type { AnyRule } from '../../src/rule/rule.ts';

const ajv = (): Ajv => new Ajv({ strict: true, allErrors: true, useDefaults: true });

const SCHEMA = {
  type: 'object',
  additionalProperties: false,
  properties: {
    names: { type: 'array', items: { type: 'string' }, default: ['a', 'b'], description: 'Names.' },
    limits: { type: 'object', properties: { most: { type: 'integer' } }, description: 'Limits.' },
  },
} as const;

function prepare(parts: Partial<AnyRule>, options: Record<string, unknown> = {}, sources: Record<string, string> = {}) {
  const rule: AnyRule = { meta: { name: 'x', description: 'X.', schema: SCHEMA }, check: () => undefined, ...parts };
  return prepareRule(rule, { options, sources }, ajv());
}

const mistakesOf = (result: ReturnType<typeof prepare>) => ('mistakes' in result ? result.mistakes : []);

describe('prepareRule', () => {
  it('fills in defaults, freezes, and leaves the policy as it was', () => {
    const options = { limits: { most: 1 } };
    const result = prepare({}, options);
    expect(result).to.deep.equal({ prepared: { names: ['a', 'b'], limits: { most: 1 } } });
    expect('prepared' in result && result.prepared).to.be.frozen;
    expect(options).to.deep.equal({ limits: { most: 1 } });
  });

  it('hands the options to prepare, and what it returns to check', () => {
    const result = prepare({ prepare: ({ names }: { names: string[] }) => names.length });
    expect(result).to.deep.equal({ prepared: 2 });
  });

  it('knows no options without a schema', () => {
    const meta = { name: 'x', description: 'X.' };
    expect(prepare({ meta })).to.deep.equal({ prepared: {} });
    expect(mistakesOf(prepare({ meta }, { names: [] }))[0]).to.deep.include({
      code: 'option-invalid',
      where: 'rule x, option names',
      expected: 'an option that the rule has',
      found: '[]',
    });
  });

  it('places each mistake in its option and entry, and names where it was written', () => {
    const mistakes = mistakesOf(
      prepare({}, { names: ['a', 7], limits: { most: 'x' }, other: 1 }, { names: 'NAMES (environment)' }),
    );
    expect(mistakes.map(({ where, expected, found }) => `${where} | ${expected} | ${found}`)).to.have.members([
      'NAMES (environment), entry 2 | a value that must be string | 7',
      'rule x, option limits, most | a value that must be integer | "x"',
      'rule x, option other | an option that the rule has | 1',
    ]);
  });

  it('names the values that there are', () => {
    const mode = { type: 'string', enum: ['strict', 'lax'], description: 'How.' } as const;
    const schema = { ...SCHEMA, properties: { mode } };
    const [mistake] = mistakesOf(prepare({ meta: { name: 'x', description: 'X.', schema } }, { mode: 'lux' }));
    expect(mistake).to.deep.include({
      where: 'rule x, option mode',
      expected: 'one of "strict", "lax"',
      found: '"lux"',
    });
  });

  it('takes an option for what it is called, whatever a plain object has by itself', () => {
    const [mistake] = mistakesOf(prepare({}, { constructor: 1 }));
    expect(mistake).to.deep.include({ where: 'rule x, option constructor', found: '1' });
  });

  it('places bad entries in the list that they were in', () => {
    const list = (given: { names: string[] }): never => {
      throw new InvalidEntriesError(given.names, [{ index: 1, expected: 'c', found: 'b', remedy: 'Write c.' }]);
    };
    const [mistake] = mistakesOf(prepare({ prepare: list }));
    expect(mistake).to.deep.equal({
      code: 'option-invalid',
      where: 'rule x, option names, entry 2',
      expected: 'c',
      found: 'b',
      remedy: 'Write c.',
    });
    const copied = (): never => {
      throw new InvalidEntriesError(['copy'], [{ index: 0, expected: 'c', found: 'b', remedy: 'Write c.' }]);
    };
    expect(mistakesOf(prepare({ prepare: copied }))[0]?.where).to.equal('rule x, option options, entry 1');
  });

  it('tells what else prepare throws', () => {
    for (const [thrown, found] of [
      [new Error('too many'), 'too many'],
      ['no', 'no'],
    ]) {
      const [mistake] = mistakesOf(
        prepare({
          prepare: () => {
            throw thrown;
          },
        }),
      );
      expect(mistake).to.deep.include({ code: 'option-invalid', where: 'rule x', found });
    }
  });

  it('tells a schema that is none', () => {
    for (const schema of [
      { type: 'objekt' },
      { type: 'object', propertys: {} },
      { type: 'object', properties: { a: { $ref: '#/nowhere' } } },
    ]) {
      const [mistake] = mistakesOf(prepare({ meta: { name: 'x', description: 'X.', schema: schema as never } }));
      expect(mistake).to.deep.include({ code: 'rule-file-invalid', where: 'rule x, meta.schema' });
      expect(mistake?.found).to.not.equal('');
    }
  });
});
