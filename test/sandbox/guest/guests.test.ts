import { expect } from 'chai';
import type { AnyRule } from '../../../src/rule/rule.ts';
import { CONTEXT } from '../custom-rules.ts';
import { readContext } from '../../../src/sandbox/sandboxed-rule.ts';
import { at, locationOf } from '../../mistakes.ts';

interface Inside {
  host?: unknown;
  guest?: Readonly<Record<string, (text: unknown) => string>>;
  accept?: (namespace: { readonly default: unknown }) => void;
}

/** Imports what runs inside an engine into this process, which then looks as it did before. */
async function begun(name: string): Promise<Inside> {
  const inside = globalThis as unknown as Inside;
  const { console } = globalThis;
  inside.host = { read: (path: string) => readContext(CONTEXT, path), log: () => {} };
  await import(`../../../src/sandbox/guest/${name}.js`);
  const { guest, accept } = inside;
  Object.assign(globalThis, { console });
  expect(inside.host).to.equal(undefined);
  for (const key of ['guest', 'accept']) Reflect.deleteProperty(globalThis, key);
  return { ...(guest && { guest }), ...(accept && { accept }) };
}

describe('what runs inside of an engine', () => {
  it('surrounds a rule: takes it, describes it, prepares its options, asks it', async () => {
    const { guest, accept } = await begun('rule-guest');
    const file = JSON.stringify({ name: 'a', path: 'a.js', realpath: '' });
    accept!({ default: { meta: { name: 'a' } } });
    expect(JSON.parse(guest!['describe']!(file)).mistakes).to.have.lengthOf(2);
    const rule: AnyRule = {
      meta: { name: 'a', description: 'X.', action: 'warn' },
      prepare: ({ bad }) => {
        if (bad === true) throw new Error('no.');
        return 7;
      },
      check: ({ raw }, options, { namespace }) => {
        if (raw === 'throws') throw Object.assign(new RangeError('of range'), { stack: '    at check (a.js:7:1)' });
        if (raw === 'text') throw 'x'; // oxlint-disable-line no-throw-literal
        if (raw === 'memory') throw Object.assign(new Error('out of memory'), { name: 'InternalError' });
        return raw === 'nothing'
          ? undefined
          : raw === 'none'
            ? []
            : [{ problem: `${raw} ${options}`, remedy: namespace! }];
      },
    };
    accept!({ default: rule });
    expect(JSON.parse(guest!['describe']!(file))).to.deep.equal({
      mistakes: [],
      name: 'a',
      description: 'X.',
      action: 'warn',
    });
    const valid = { options: {}, sources: {}, place: 'a.js', schema: {} };
    expect(JSON.parse(guest!['prepare']!(JSON.stringify({ ...valid, options: { bad: true } }))))
      .to.have.nested.property('[0].found')
      .that.matches(/no$/);
    expect(guest!['prepare']!(JSON.stringify(valid))).to.equal('[]');
    const check = (raw: string): string => guest!['check']!(JSON.stringify([0, { raw }]));
    expect(['x', 'nothing', 'none', 'throws', 'text', 'memory'].map(check)).to.deep.equal([
      '[{"problem":"x 7","remedy":"default"}]',
      '',
      '',
      '"a.js:7: of range"',
      '"x"',
      '"it used up its 16 MiB of memory"',
    ]);
    expect(JSON.parse(guest!['told']!(new TypeError('x')))).to.deep.include({ name: 'TypeError', message: 'x' });
  });

  it('judges options by a schema', async () => {
    const { guest } = await begun('options-guest');
    const schema = {
      type: 'object',
      additionalProperties: false,
      properties: { a: { type: 'integer', default: 1, description: 'A.' } },
    };
    const settings = [
      { options: {}, sources: {} },
      { options: { a: 'x' }, sources: {} },
    ];
    const [valid, wrong] = JSON.parse(
      guest!['validate']!(JSON.stringify({ schema, settings, source: { name: 'a.js' } })),
    );
    expect(valid.options).to.deep.equal({ a: 1 });
    expect(wrong.mistakes.map(locationOf)).to.deep.equal([at('a.js, option a')]);
  });
});
