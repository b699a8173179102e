import { expect } from 'chai';
import { ruleMistakes } from '../../src/rule-file/rule-mistakes.ts';
import { at, guessed, locationOf } from '../mistakes.ts';

const fileOf = (name: string) => ({ name, path: `/rules/${name}.js`, realpath: `/rules/..data/${name}.js` });

const SCHEMA = {
  type: 'object',
  additionalProperties: false,
  properties: { a: { type: 'string', description: 'A.' } },
};
const META = { name: 'no-root', description: 'Deny root.', schema: SCHEMA };
const check = (): undefined => undefined;
const RULE = { meta: META, check };

const RULE_EXPECTED = 'a rule: an object with meta and check';
const RULE_REMEDY = 'Write `export default defineRule({ ... })`.';
const META_REMEDY = 'Say what the rule is called and what it does.';
const CHECK_REMEDY = 'Write `check(image, options, context) { ... }`, which returns violations.';

const ACTION_EXPECTED = 'one of deny, warn, audit, off, or none';

/** One thing that is wrong: the export, then part, expected, found, remedy of the mistake. */
const CASES: readonly (readonly [unknown, string, string, string, string])[] = [
  [undefined, 'default export', RULE_EXPECTED, 'nothing', RULE_REMEDY],
  [null, 'default export', RULE_EXPECTED, 'null', RULE_REMEDY],
  ['rule', 'default export', RULE_EXPECTED, '"rule"', RULE_REMEDY],
  [check, 'default export', RULE_EXPECTED, 'a function', RULE_REMEDY],
  [[RULE], 'default export', RULE_EXPECTED, `${JSON.stringify([RULE]).slice(0, 80)}...`, RULE_REMEDY],
  [10n, 'default export', RULE_EXPECTED, 'a bigint', RULE_REMEDY],
  [{ check }, 'meta', 'an object with name and description', 'nothing', META_REMEDY],
  [{ meta: 'no-root', check }, 'meta', 'an object with name and description', '"no-root"', META_REMEDY],
  [{ meta: [], check }, 'meta', 'an object with name and description', '[]', META_REMEDY],
  [{ meta: META }, 'check', 'a function', 'nothing', CHECK_REMEDY],
  [{ meta: META, check: 'yes' }, 'check', 'a function', '"yes"', CHECK_REMEDY],
  [{ ...RULE, prepare: {} }, 'prepare', 'a function, or none', '{}', 'Leave it away if there is nothing to prepare.'],
  [
    { meta: { ...META, name: 'no-user' }, check },
    'meta.name',
    '"no-root", the name of the file',
    '"no-user"',
    'Rename the one or the other.',
  ],
  [
    { meta: { description: 'Deny root.' }, check },
    'meta.name',
    '"no-root", the name of the file',
    'nothing',
    'Rename the one or the other.',
  ],
  [{ meta: { name: 'no-root' }, check }, 'meta.description', 'a sentence', 'nothing', 'Say what the rule does.'],
  [{ meta: { ...META, description: '' }, check }, 'meta.description', 'a sentence', '""', 'Say what the rule does.'],
  [
    { meta: { ...META, schema: 'object' }, check },
    'meta.schema',
    'the JSON Schema of an object, or none',
    '"object"',
    'Leave it away if the rule takes no options.',
  ],
  [
    { meta: { ...META, schema: { type: 'array', additionalProperties: false } }, check },
    'meta.schema',
    'the JSON Schema of an object, or none',
    '{"type":"array","additionalProperties":false}',
    'Leave it away if the rule takes no options.',
  ],
  [
    { meta: { ...META, schema: { type: 'object', properties: SCHEMA.properties } }, check },
    'meta.schema.additionalProperties',
    'false',
    'nothing',
    'Without it an option with a misspelt name would be passed over.',
  ],
  [
    { meta: { ...META, schema: { ...SCHEMA, additionalProperties: true } }, check },
    'meta.schema.additionalProperties',
    'false',
    'true',
    'Without it an option with a misspelt name would be passed over.',
  ],
  [
    { meta: { ...META, schema: { ...SCHEMA, properties: { a: { type: 'string' } } } }, check },
    'meta.schema.properties.a.description',
    'a sentence',
    'nothing',
    'Say what the option does.',
  ],
  [
    { meta: { ...META, schema: { ...SCHEMA, properties: { a: { description: '' } } } }, check },
    'meta.schema.properties.a.description',
    'a sentence',
    '""',
    'Say what the option does.',
  ],
  [
    { meta: { ...META, schema: { ...SCHEMA, $async: true } }, check },
    'meta.schema.$async',
    'no such keyword',
    'true',
    'Leave it away: options are judged at once.',
  ],
  [
    { meta: { ...META, schema: { ...SCHEMA, properties: { a: true } } }, check },
    'meta.schema.properties.a.description',
    'a sentence',
    'nothing',
    'Say what the option does.',
  ],
  [{ ...RULE, prepair: check }, 'prepair', 'a key that a rule has', 'a function', 'prepare'],
  [{ ...RULE, Check: 1 }, 'Check', 'a key that a rule has', '1', 'check'],
  [{ ...RULE, prepar: undefined }, 'prepar', 'a key that a rule has', 'nothing', 'prepare'],
  [
    { ...RULE, homepage: 'https://example.com' },
    'homepage',
    'a key that a rule has',
    '"https://example.com"',
    'Known: meta, prepare, check.',
  ],
  [{ ...RULE, constructor: 1 }, 'constructor', 'a key that a rule has', '1', 'Known: meta, prepare, check.'],
  [{ ...RULE, meta: { ...META, desciption: 'X.' } }, 'meta.desciption', 'a key that meta has', '"X."', 'description'],
  [
    { ...RULE, meta: { ...META, owner: 'me' } },
    'meta.owner',
    'a key that meta has',
    '"me"',
    'Known: name, description, action, schema.',
  ],
  [{ ...RULE, meta: { ...META, action: 'wran' } }, 'meta.action', ACTION_EXPECTED, '"wran"', 'warn'],
  [{ ...RULE, meta: { ...META, action: 'Deny' } }, 'meta.action', ACTION_EXPECTED, '"Deny"', 'deny'],
  [
    { ...RULE, meta: { ...META, action: 'forbidden' } },
    'meta.action',
    ACTION_EXPECTED,
    '"forbidden"',
    'Known: deny, warn, audit, off.',
  ],
  [
    { ...RULE, meta: { ...META, action: false } },
    'meta.action',
    ACTION_EXPECTED,
    'false',
    'Leave it away, and the rule denies where the operator says nothing.',
  ],
  [
    { ...RULE, meta: { ...META, action: null } },
    'meta.action',
    ACTION_EXPECTED,
    'null',
    'Leave it away, and the rule denies where the operator says nothing.',
  ],
];

describe('ruleMistakes', () => {
  for (const [name, exported] of Object.entries({
    'a rule': RULE,
    'a rule with prepare': { ...RULE, prepare: check },
    'a rule without options': { meta: { name: 'no-root', description: 'Deny root.' }, check },
    'a rule with a schema of no options': {
      meta: { ...META, schema: { type: 'object', additionalProperties: false } },
      check,
    },
    'a rule that denies by default': { ...RULE, meta: { ...META, action: 'deny' } },
    'a rule that warns by default': { ...RULE, meta: { ...META, action: 'warn' } },
    'a rule that only records by default': { ...RULE, meta: { ...META, action: 'audit' } },
    'a rule that is off by default': { ...RULE, meta: { ...META, action: 'off' } },
    'a rule with keys of nothing': { meta: { ...META, action: undefined }, check, prepare: undefined },
  })) {
    it(`has nothing against ${name}`, () => {
      expect(ruleMistakes(exported, fileOf('no-root'))).to.deep.equal([]);
    });
  }

  for (const [exported, part, expected, found, remedy] of CASES) {
    it(`${part}: expected ${expected}, found ${found}`, () => {
      expect(ruleMistakes(exported, fileOf('no-root')).map(guessed)).to.deep.equal([
        { code: 'rule-file-invalid', ...at(`/rules/no-root.js, ${part}`), expected, found, remedy },
      ]);
    });
  }

  it('lets only built-in rules rewrite', () => {
    const rule = { meta: { ...META, name: 'no-root' }, check, rewrite: () => undefined };
    const [mistake, ...others] = ruleMistakes(rule, fileOf('no-root'));
    expect(mistake).to.deep.include({
      ...at('/rules/no-root.js, rewrite'),
      expected: 'none',
      remedy: 'A rule of your own can only judge: say in a remedy what to write.',
    });
    expect(others).to.deep.equal([]);
    expect(ruleMistakes(rule, fileOf('no-root'), true)).to.deep.equal([]);
    expect(ruleMistakes({ ...rule, rewrite: 1 }, fileOf('no-root'), true)).to.have.length(1);
  });

  it('tells all mistakes of a file', () => {
    const mistakes = ruleMistakes({ meta: { schema: {} }, prepare: 1 }, fileOf('no-root'));
    expect(mistakes.map(locationOf)).to.deep.equal(
      ['meta.name', 'meta.description', 'meta.schema', 'meta.schema.additionalProperties', 'check', 'prepare'].map(
        (part) => at(`/rules/no-root.js, ${part}`),
      ),
    );
  });

  it('tells a misspelt key beside what is missing for it, since either may be meant', () => {
    const { description, ...meta } = META;
    const mistakes = ruleMistakes({ meta: { ...meta, desciption: description }, chekc: check }, fileOf('no-root'));
    expect(mistakes.map(guessed).map(({ place, remedy }) => [place, remedy])).to.deep.equal([
      ['chekc', 'check'],
      ['meta.desciption', 'description'],
      ['meta.description', 'Say what the rule does.'],
      ['check', CHECK_REMEDY],
    ]);
  });

  describe('file name', () => {
    const ruleOf = (name: string) => ({ meta: { name, description: 'X.' }, check });

    for (const name of ['a', 'no-root', 'a1-b2', 'constructor', 'a'.repeat(63)]) {
      it(`${name.slice(0, 20)} is one`, () => {
        expect(ruleMistakes(ruleOf(name), fileOf(name))).to.deep.equal([]);
      });
    }

    for (const name of [
      'NoRoot',
      'no_root',
      'no.root',
      'no root',
      'no--root',
      '-root',
      'root-',
      '1-root',
      '',
      'a'.repeat(64),
      'valid-reference',
    ]) {
      it(`${JSON.stringify(name.slice(0, 20))} is none`, () => {
        expect(ruleMistakes(ruleOf(name), fileOf(name))).to.deep.equal([
          {
            code: 'rule-file-invalid',
            ...at(`/rules/${name}.js, file name`),
            expected: "kebab-case of at most 63 characters, and not valid-reference, which is the engine's own",
            found: JSON.stringify(name),
            remedy: 'Rename the file and the rule.',
          },
        ]);
      });
    }
  });
});
