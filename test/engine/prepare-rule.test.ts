import { Ajv } from 'ajv';
import { expect } from 'chai';
import { prepareRule, type PreparedRule } from '../../src/engine/prepare-rule.ts';
import { InvalidEntriesError } from '../../src/rule/invalid-entries-error.ts';
import type { AnyRule } from '../../src/rule/rule.ts';
import { type Location, mistakeText, type Source } from '../../src/mistake/mistake.ts';
import { at, guessed, locationOf } from '../mistakes.ts';

const ajv = (): Ajv => new Ajv({ strict: true, allErrors: true, useDefaults: true });

const SCHEMA = {
  type: 'object',
  additionalProperties: false,
  properties: {
    names: { type: 'array', items: { type: 'string' }, default: ['a', 'b'], description: 'Names.' },
    limits: { type: 'object', properties: { most: { type: 'integer' } }, description: 'Limits.' },
  },
} as const;

const META = { name: 'x', description: 'X.', schema: SCHEMA };

const ruleOf = (parts: Partial<AnyRule>): AnyRule => ({ meta: META, check: () => undefined, ...parts });

function prepare(
  parts: Partial<AnyRule>,
  options: Record<string, unknown> = {},
  sources: Record<string, Location> = {},
  source?: Source,
): PreparedRule {
  return prepareRule(ruleOf(parts), [{ options, sources }], ajv(), source)[0]!;
}

const mistakesOf = (result: PreparedRule) => ('mistakes' in result ? result.mistakes : []);

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

  describe('with defaults that their own schema refuses', () => {
    const description = 'D.';
    const text = { type: 'string' } as const;
    const properties = {
      list: { type: 'array', items: text, default: ['a', 1], description },
      number: { type: 'integer', minimum: 5, default: 1, description },
      object: { type: 'object', additionalProperties: false, properties: {}, default: { a: 1 }, description },
      needs: { type: 'object', required: ['a'], properties: { a: text }, default: {}, description },
      items: {
        type: 'array',
        items: { type: 'object', required: ['b'], properties: { a: { ...text, default: 7 }, b: text } },
        default: [],
        description,
      },
    } as const;
    const schema = { type: 'object', additionalProperties: false, properties } as const;
    // Only what is tried is wrong.
    const told = (option: keyof typeof properties, options: Record<string, unknown>) => {
      const meta = { ...META, schema: { ...schema, properties: { [option]: properties[option] } } };
      return mistakesOf(prepare({ meta }, options, { [option]: at('policy.yaml') })).map((mistake) =>
        mistakeText(mistake),
      );
    };
    const ITS_OWN = 'The schema refuses its own default: mend the one or the other. [rule-file-invalid]';
    for (const [option, options, ...mistakes] of [
      ['list', {}, `rule x, meta.schema, default of list, entry 2: expected text, found 1. ${ITS_OWN}`],
      ['number', {}, `rule x, meta.schema, default of number: expected a value that must be >= 5, found 1. ${ITS_OWN}`],
      [
        'object',
        {},
        `rule x, meta.schema, default of object, a: expected an option that the rule has, found 1. ${ITS_OWN}`,
      ],
      ['needs', {}, `rule x, meta.schema, default of needs, a: expected a value, found nothing. ${ITS_OWN}`],
      [
        'items',
        { items: [{ b: 'b' }] },
        `rule x, meta.schema, default of items, entry 1, a: expected text, found 7. ${ITS_OWN}`,
      ],
      // What the operator wrote is the operator's.
      ['list', { list: [1] }, 'policy.yaml, entry 1: expected text, found 1. D. [option-invalid]'],
      ['number', { number: 2 }, 'policy.yaml: expected a value that must be >= 5, found 2. D. [option-invalid]'],
      [
        'object',
        { object: { b: 1 } },
        'policy.yaml, b: expected an option that the rule has, found 1. D. [option-invalid]',
      ],
      ['needs', { needs: {} }, 'policy.yaml, a: expected a value, found nothing. D. [option-invalid]'],
      [
        'items',
        { items: [{ a: 'a' }] },
        'policy.yaml, entry 1, b: expected a value, found nothing. D. [option-invalid]',
      ],
      ['number', { number: 5 }],
    ] as const) {
      it(`tells whose mistake it is: ${option} under ${JSON.stringify(options)}`, () => {
        expect(told(option, options)).to.deep.equal(mistakes);
      });
    }
  });

  it('knows no options without a schema', () => {
    const meta = { name: 'x', description: 'X.' };
    expect(prepare({ meta })).to.deep.equal({ prepared: {} });
    expect(mistakesOf(prepare({ meta }, { names: [] }))[0]).to.deep.include({
      code: 'option-invalid',
      ...at('rule x, option names'),
      expected: 'an option that the rule has',
      found: '[]',
      remedy: 'The rule takes no options.',
    });
    const withoutProperties = { ...meta, schema: { type: 'object', additionalProperties: false } as never };
    expect(mistakesOf(prepare({ meta: withoutProperties }, { names: [] }))[0]?.remedy).to.equal(
      'The rule takes no options.',
    );
  });

  it('prepares the options of each selection', () => {
    const settings = [{}, { names: ['c'] }, { names: 1 }].map((options) => ({ options, sources: {} }));
    const [first, second, third] = prepareRule(
      ruleOf({ prepare: ({ names }: { names: string[] }) => names }),
      settings,
      ajv(),
    );
    expect([first, second]).to.deep.equal([{ prepared: ['a', 'b'] }, { prepared: ['c'] }]);
    expect(mistakesOf(third!).map(locationOf)).to.deep.equal([at('rule x, option names')]);
  });

  for (const [option, value, remedy] of [
    ['limits', 1, 'Limits.'],
    ['nams', 1, 'names'],
    ['other', 1, 'Known: names, limits.'],
  ] as const) {
    it(`says of ${option} what the rule says: ${remedy}`, () => {
      expect(mistakesOf(prepare({}, { [option]: value })).map((mistake) => guessed(mistake).remedy)).to.deep.equal([
        remedy,
      ]);
    });
  }

  it('places each mistake in its option and entry, and names where it was written', () => {
    const mistakes = mistakesOf(
      prepare({}, { names: ['a', 7], limits: { most: 'x' }, other: 1 }, { names: at('NAMES (environment)') }),
    );
    expect(mistakes.map((mistake) => [locationOf(mistake), mistake.expected, mistake.found])).to.have.deep.members([
      [at('NAMES (environment), entry 2'), 'text', '7'],
      [at('rule x, option limits, most'), 'a whole number', '"x"'],
      [at('rule x, option other'), 'an option that the rule has', '1'],
    ]);
  });

  it('names the values that there are', () => {
    const mode = { type: 'string', enum: ['strict', 'lax'], description: 'How.' } as const;
    const schema = { ...SCHEMA, properties: { mode } };
    const [mistake] = mistakesOf(prepare({ meta: { name: 'x', description: 'X.', schema } }, { mode: 'lux' }));
    expect(mistake).to.deep.include({
      ...at('rule x, option mode'),
      expected: 'one of strict, lax',
      found: '"lux"',
    });
  });

  it('takes an option for what it is called, whatever a plain object has by itself', () => {
    const [mistake] = mistakesOf(prepare({}, { constructor: 1 }));
    expect(mistake).to.deep.include({ ...at('rule x, option constructor'), found: '1' });
  });

  it('places bad entries in the list that they were in', () => {
    const list = (given: { names: string[] }): never => {
      throw new InvalidEntriesError(given.names, [{ index: 1, expected: 'c', found: 'b', remedy: 'Write c.' }]);
    };
    const [mistake] = mistakesOf(prepare({ prepare: list }));
    expect(mistake).to.deep.equal({
      code: 'option-invalid',
      ...at('rule x, option names, entry 2'),
      expected: 'c',
      found: 'b',
      remedy: 'Write c.',
    });
    for (const copy of [['copy'], ['a', 'copy']]) {
      const copied = (): never => {
        throw new InvalidEntriesError(copy, [{ index: 0, expected: 'c', found: 'b', remedy: 'Write c.' }]);
      };
      expect(mistakesOf(prepare({ prepare: copied })).map(locationOf)).to.deep.equal([
        at('rule x, option options, entry 1'),
      ]);
    }
  });

  for (const [what, thrown, meta, found, remedy] of [
    ['an error', new Error('too many'), META, 'too many', 'Mend prepare, or these options: names, limits.'],
    ['a text', 'no', META, 'no', 'Mend prepare, or these options: names, limits.'],
    ['an error without options', new Error('no'), { name: 'x', description: 'X.' }, 'no', 'Mend prepare.'],
    [
      'an error without properties',
      new Error('no'),
      { ...META, schema: { type: 'object', additionalProperties: false } as never },
      'no',
      'Mend prepare.',
    ],
  ] as const) {
    it(`tells ${what} that prepare throws`, () => {
      const throws = (): never => {
        throw thrown;
      };
      expect(mistakesOf(prepare({ meta, prepare: throws }))).to.deep.equal([
        {
          code: 'option-invalid',
          ...at('rule x, prepare'),
          expected: 'options that it accepts',
          found,
          remedy,
        },
      ]);
    });
  }

  // What a promise would have brought, or told, came too late: check would see the promise itself.
  for (const [what, prepareLater] of [
    ['a promise', async () => ({ names: [] })],
    ['a promise that is rejected', async () => Promise.reject(new Error('a bad option'))],
    ['what has a then', () => ({ then: () => undefined })],
    ['a function with a then', () => Object.assign(() => undefined, { then: () => undefined })],
  ] as const) {
    it(`refuses a prepare that returns ${what}`, () => {
      expect(mistakesOf(prepare({ prepare: prepareLater }))).to.deep.equal([
        {
          code: 'rule-file-invalid',
          ...at('rule x, prepare'),
          expected: 'a function that returns at once what check needs',
          found: 'one that returns a promise',
          remedy: 'Nobody waits for it: write prepare without async and await.',
        },
      ]);
    });
  }

  it('lets the promise be, whatever becomes of it', async () => {
    const rejections: unknown[] = [];
    const listener = (reason: unknown): void => void rejections.push(reason);
    process.on('unhandledRejection', listener);
    try {
      prepare({ prepare: async () => Promise.reject(new Error('a bad option')) });
      // Node tells of a rejection that nobody took before it goes on to the next turn.
      await new Promise((resolve) => setImmediate(resolve));
    } finally {
      process.off('unhandledRejection', listener);
    }
    expect(rejections).to.deep.equal([]);
  });

  it('takes nothing but a promise for one', () => {
    for (const prepared of [undefined, null, 'then', { then: 'text' }, () => undefined]) {
      expect(prepare({ prepare: () => prepared })).to.deep.equal({ prepared });
    }
  });

  it('tells a schema that is none', () => {
    for (const schema of [
      { type: 'objekt' },
      { type: 'object', propertys: {} },
      { type: 'object', properties: { a: { $ref: '#/nowhere' } } },
    ]) {
      const [mistake] = mistakesOf(prepare({ meta: { name: 'x', description: 'X.', schema: schema as never } }));
      expect(mistake).to.deep.include({ code: 'rule-file-invalid', ...at('rule x, meta.schema') });
      expect(mistake?.found).to.not.equal('');
    }
  });

  it('names the file of a rule that is not one of ours', () => {
    const source = { name: '/rules.d/x.js' };
    const throws = (): never => {
      throw new Error('no');
    };
    const mistakes = [
      prepare({ meta: { ...META, schema: { type: 'objekt' } as never } }, {}, {}, source),
      prepare({ prepare: throws }, {}, {}, source),
      prepare({ prepare: async () => ({}) }, {}, {}, source),
      prepare({}, { names: 1 }, {}, source),
      prepare({}, { names: 1 }, { names: at('policy.yaml:3') }, source),
    ].flatMap(mistakesOf);
    expect(mistakes.map(locationOf)).to.deep.equal(
      [
        '/rules.d/x.js, meta.schema',
        '/rules.d/x.js, prepare',
        '/rules.d/x.js, prepare',
        '/rules.d/x.js, option names',
        'policy.yaml:3',
      ].map((text) => at(text)),
    );
  });

  // The first of each is what the second may not find there.
  for (const [what, ...schemas] of [
    ['the $id of another rule', { $id: 'https://example.com/x' }, { $id: 'https://example.com/x' }],
    [
      'an $id within that of another rule',
      { properties: { a: { $id: 'a', type: 'string' } } },
      { properties: { a: { $id: 'a', type: 'string' } } },
    ],
    ['the $id of another rule that is none', { $id: 'x', type: 'objekt' }, { $id: 'x' }],
    [
      'the meta-schema by its other name',
      { $schema: 'http://json-schema.org/schema' },
      { $schema: 'http://json-schema.org/schema' },
    ],
  ] as const) {
    it(`takes a schema with ${what}`, () => {
      const shared = ajv();
      const results = schemas.map((more) => {
        const meta = { ...META, schema: { ...SCHEMA, ...more } as never };
        return prepareRule(ruleOf({ meta }), [{ options: {}, sources: {} }], shared)[0]!;
      });
      expect(mistakesOf(results.at(-1)!)).to.deep.equal([]);
    });
  }
});
