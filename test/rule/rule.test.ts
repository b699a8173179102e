import { expect } from 'chai';
import { expectTypeOf } from 'expect-type';
import { type AnyRule, defineRule, type Rule, type RuleContext } from '../../src/rule/rule.ts';
import type { ImageReference } from '../../src/image/reference.ts';

const SCHEMA = {
  type: 'object',
  additionalProperties: false,
  properties: {
    names: { type: 'array', items: { type: 'string' }, default: ['a'], description: 'Names.' },
    mode: { type: 'string', enum: ['strict', 'lax'], default: 'strict', description: 'How.' },
    most: { type: 'integer', description: 'How many.' },
  },
} as const;

const META = { name: 'x', description: 'X.' };

describe('defineRule', () => {
  it('returns its argument', () => {
    const rule = { meta: META, check: () => [] };
    expect(defineRule(rule)).to.equal(rule);
  });

  it('gives check the options, with the types of the schema', () => {
    const rule = defineRule({
      meta: { ...META, schema: SCHEMA },
      check(image, options, context) {
        expectTypeOf(image).toEqualTypeOf<ImageReference>();
        expectTypeOf(context).toEqualTypeOf<RuleContext>();
        expectTypeOf(options.names).toEqualTypeOf<readonly string[]>();
        expectTypeOf(options.mode).toEqualTypeOf<'strict' | 'lax'>();
        expectTypeOf(options.most).toEqualTypeOf<number | undefined>();
        // @ts-expect-error -- the schema has no such option
        void options.other;
        return undefined;
      },
    });
    expectTypeOf(rule).toEqualTypeOf<Rule<typeof SCHEMA>>();
    expectTypeOf(rule).toExtend<AnyRule>();
    expect(rule.meta.schema).to.equal(SCHEMA);
  });

  it('reads the types of a schema that is written in its place', () => {
    defineRule({
      meta: {
        name: 'x',
        description: 'X.',
        schema: {
          type: 'object',
          additionalProperties: false,
          properties: { mode: { type: 'string', enum: ['strict', 'lax'], description: 'How.' } },
        },
      },
      check(_image, { mode }) {
        expectTypeOf(mode).toEqualTypeOf<'strict' | 'lax' | undefined>();
      },
    });
  });

  it('gives check what prepare returns', () => {
    const rule = defineRule({
      meta: { ...META, schema: SCHEMA },
      prepare: (options) => {
        expectTypeOf(options.mode).toEqualTypeOf<'strict' | 'lax'>();
        return new Set(options.names);
      },
      check(_image, prepared) {
        expectTypeOf(prepared).toEqualTypeOf<Set<string>>();
        return prepared.has('a') ? [{ problem: 'is bad', remedy: 'Do better.' }] : undefined;
      },
    });
    expectTypeOf(rule).toEqualTypeOf<Rule<typeof SCHEMA, Set<string>>>();
    expect(rule.prepare?.({ names: ['b'], mode: 'lax' })).to.deep.equal(new Set(['b']));
  });

  it('takes a check that returns violations at once, or nothing', () => {
    defineRule({ meta: META, check: () => {} });
    defineRule({ meta: META, check: () => [] });
    // @ts-expect-error -- nobody would wait for the promise
    defineRule({ meta: META, check: async () => [] });
    // @ts-expect-error -- a violation has a remedy
    defineRule({ meta: META, check: () => [{ problem: 'is bad' }] });
    // @ts-expect-error -- a rule says what it does
    defineRule({ meta: { name: 'x' }, check: () => [] });
    // @ts-expect-error -- a rule that cannot judge is none
    defineRule({ meta: META });
  });

  it('takes an action of the four, and none', () => {
    for (const action of ['deny', 'warn', 'audit', 'off'] as const) {
      const rule = defineRule({ meta: { ...META, action }, check: () => {} });
      expectTypeOf(rule.meta.action).toEqualTypeOf<'deny' | 'warn' | 'audit' | 'off' | undefined>();
      expect(rule.meta.action).to.equal(action);
    }
    // @ts-expect-error -- there is no such action
    defineRule({ meta: { ...META, action: 'block' }, check: () => {} });
  });

  it('takes no key that a rule does not have', () => {
    // @ts-expect-error -- prepare is misspelt
    defineRule({ meta: META, check: () => {}, prepair: () => 1 });
    // @ts-expect-error -- and here beside another one
    defineRule({ meta: META, prepare: () => 1, check: () => {}, docs: 'X' });
    // @ts-expect-error -- description is misspelt, and missing
    defineRule({ meta: { name: 'x', desciption: 'X.' }, check: () => {} });
    // @ts-expect-error -- meta has no owner
    defineRule({ meta: { name: 'x', description: 'X.', owner: 'me' }, check: () => {} });
  });

  it('knows what a context and an image have', () => {
    expectTypeOf<RuleContext['now']>().toEqualTypeOf<string>();
    expectTypeOf<RuleContext['workload']['serviceAccountName']>().toEqualTypeOf<string | undefined>();
    expectTypeOf<RuleContext['container']['imagePullPolicy']>().toEqualTypeOf<string | undefined>();
    expectTypeOf<RuleContext['container']['oldImage']>().toEqualTypeOf<string | undefined>();
    expectTypeOf<ImageReference['normalized']>().toEqualTypeOf<Readonly<Record<'registry' | 'repository', string>>>();
  });

  it('takes only schemas that refuse what they do not name', () => {
    // @ts-expect-error -- unknown options would pass
    defineRule({ meta: { ...META, schema: { type: 'object', properties: {} } }, check: () => [] });
  });
});
