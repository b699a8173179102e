import { expect } from 'chai';
import { flatKeys, readEnforcement, ruleActionKey, ruleActionKeyName } from '../../src/policy/flat-keys.ts';
import { at, guessed } from '../mistakes.ts';
import { BUILT_IN } from '../ruleset.ts';
import type { Mistake } from '../../src/mistake/mistake.ts';

const WHERE = at('KEY (environment)');
const read = (key: string, text: string): unknown =>
  flatKeys(BUILT_IN)
    .get(key)
    ?.read({ text, ...WHERE });

const LISTS = [
  { key: 'ALLOWED_REGISTRIES', rule: 'registry-allowlist', option: 'registries', example: 'docker.io,gcr.io' },
  { key: 'BLOCKED_TAGS', rule: 'blocked-tags', option: 'tags', example: 'staging,latest' },
] as const;

describe('flatKeys(BUILT_IN)', () => {
  it('are four, each of a rule', () => {
    expect([...flatKeys(BUILT_IN)].map(([key, { rule }]) => [key, rule])).to.deep.equal([
      ['ALLOWED_REGISTRIES', 'registry-allowlist'],
      ['BLOCKED_TAGS', 'blocked-tags'],
      ['DISABLE_EMPTY_TAG', 'empty-tag'],
      ['HINTS', 'registry-allowlist'],
    ]);
  });

  for (const { key, option, example } of LISTS) {
    describe(key, () => {
      for (const [text, entries] of [
        ['a', ['a']],
        ['a,b', ['a', 'b']],
        ['a;b', ['a', 'b']],
        ['a|b', ['a', 'b']],
        ['a,b;c|d', ['a', 'b', 'c', 'd']],
        ['b,a,b', ['b', 'a', 'b']],
        [' a ,\tb\n', ['a', 'b']],
        ['a\r\n', ['a']],
        ['*', ['*']],
        // What is wrong with an entry is for the rule to say, an empty one too.
        ['a,,b', ['a', '', 'b']],
        ['a,', ['a', '']],
        [',a', ['', 'a']],
        ['a,\nb,\n c', ['a', 'b', 'c']],
        ['a:b/c.d-e_f', ['a:b/c.d-e_f']],
      ] as const) {
        it(`${JSON.stringify(text)} is ${JSON.stringify(entries)}`, () => {
          expect(read(key, text)).to.deep.equal({
            setting: { options: { [option]: entries }, sources: { [option]: WHERE } },
          });
        });
      }

      for (const [text, entry, remedy] of [
        ['a b', 'a b', 'a,b'],
        ['a\nb\r\nc\n', 'a\nb\r\nc', 'a,b,c'],
        ['a, b  c; d e', 'b  c', 'b,c'],
      ] as const) {
        it(`${JSON.stringify(text)} lacks a comma`, () => {
          expect(read(key, text)).to.deep.equal({
            mistake: {
              code: 'policy-list-unseparated',
              ...WHERE,
              expected: 'entries with a comma, a semicolon or a bar between them',
              found: JSON.stringify(entry),
              remedy: `Write "${remedy}".`,
            },
          });
        });
      }

      for (const text of ['', ' ', '\n', ',', ' , ;|']) {
        it(`${JSON.stringify(text)} is an empty list, which is a mistake`, () => {
          expect(read(key, text)).to.deep.equal({
            mistake: {
              code: 'policy-list-empty',
              ...WHERE,
              expected: `a list, such as ${example}`,
              found: JSON.stringify(text),
              remedy: 'Name at least one, or remove the key for the default; an empty list never means "all".',
            },
          });
        });
      }
    });
  }

  for (const [key, onTrue, onFalse] of [
    ['DISABLE_EMPTY_TAG', { action: 'deny', actionSource: WHERE }, { action: 'off', actionSource: WHERE }],
    [
      'HINTS',
      { options: { hints: true }, sources: { hints: WHERE } },
      { options: { hints: false }, sources: { hints: WHERE } },
    ],
  ] as const) {
    describe(key, () => {
      for (const [text, setting] of [
        ['true', onTrue],
        ['false', onFalse],
        [' true\n', onTrue],
        ['false\n', onFalse],
      ] as const) {
        it(`${JSON.stringify(text)} is ${JSON.stringify(setting)}`, () => {
          expect(read(key, text)).to.deep.equal({ setting });
        });
      }

      for (const text of ['', 'True', 'FALSE', 'yes', 'no', '1', '0', 'on', 'true,false', '"true"', 'nottrue']) {
        it(`${JSON.stringify(text)} is neither true nor false`, () => {
          expect(read(key, text)).to.deep.equal({
            mistake: {
              code: 'policy-boolean-invalid',
              ...WHERE,
              expected: 'true or false',
              found: JSON.stringify(text),
              remedy: 'Write it in lower case; in a manifest, quote it, since a ConfigMap holds text.',
            },
          });
        });
      }
    });
  }
});

const source = { name: 'KEY', in: 'environment' };

const mistakeIn = (reading: object = {}): unknown =>
  'mistake' in reading ? guessed(reading.mistake as Mistake) : reading;

describe('ruleActionKey', () => {
  for (const [key, rule] of [
    ['RULE_BLOCKED_TAGS', 'blocked-tags'],
    ['RULE_X', 'x'],
    ['RULE_A1_2B', 'a1-2b'],
    ['RULE_VALID_REFERENCE', 'valid-reference'],
  ] as const) {
    it(`${key} is the key of ${rule}`, () => {
      expect(ruleActionKey(key)?.rule).to.equal(rule);
      expect(ruleActionKeyName(rule)).to.equal(key);
    });
  }

  for (const key of [
    'RULE_',
    'RULE_x',
    'RULE__X',
    'RULE_X_',
    'RULE_1',
    'RULE_A__B',
    'RULE-X',
    'RULES_DIR',
    'XRULE_X',
    'RULE_Ä',
  ]) {
    it(`${key} is none`, () => {
      expect(ruleActionKey(key)).to.equal(undefined);
    });
  }

  for (const text of ['deny', 'warn', 'audit', 'off', ' warn\n']) {
    it(`takes ${JSON.stringify(text)}`, () => {
      const setting = { action: text.trim(), actionSource: { source } };
      expect(ruleActionKey('RULE_X')?.read({ text, source })).to.deep.equal({ setting });
    });
  }

  for (const [text, remedy] of [
    ['Deny', 'deny'],
    ['wran', 'warn'],
    ['OFF', 'off'],
    ['', 'Known: deny, warn, audit, off.'],
    ['false', 'Known: deny, warn, audit, off.'],
    ['deny warn', 'Known: deny, warn, audit, off.'],
  ] as const) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      expect(mistakeIn(ruleActionKey('RULE_X')?.read({ text, source }))).to.deep.equal({
        code: 'policy-action-invalid',
        source,
        expected: 'one of deny, warn, audit, off',
        found: JSON.stringify(text),
        remedy,
      });
    });
  }

  for (const [key, text, expected, remedy] of [
    [
      'RULE_EMPTY_TAG',
      'rewrite',
      'one of deny, warn, audit, off',
      'Only default-registry and registry-mirror can rewrite; any other rule judges.',
    ],
    [
      'RULE_VALID_REFERENCE',
      'off',
      'one of deny, warn, audit',
      'What cannot be read no other rule can judge, so valid-reference is never off; under audit it stops nobody.',
    ],
  ] as const) {
    it(`refuses ${text} for ${key}, and says why`, () => {
      expect(ruleActionKey(key)?.read({ text, source })).to.deep.equal({
        mistake: { code: 'policy-action-invalid', source, expected, found: JSON.stringify(text), remedy },
      });
    });
  }
});

describe('readEnforcement', () => {
  for (const text of ['deny', 'warn', 'audit', '\taudit ']) {
    it(`takes ${JSON.stringify(text)}`, () => {
      expect(readEnforcement({ text, source })).to.deep.equal({ enforcement: text.trim() });
    });
  }

  for (const [text, remedy] of [
    ['off', 'It cannot be off: audit already stops nobody, and tells what would have been.'],
    ['warning', 'Known: deny, warn, audit.'],
    ['Audit', 'audit'],
  ] as const) {
    it(`refuses ${text}`, () => {
      expect(mistakeIn(readEnforcement({ text, source }))).to.deep.equal({
        code: 'policy-action-invalid',
        source,
        expected: 'one of deny, warn, audit',
        found: JSON.stringify(text),
        remedy,
      });
    });
  }
});
