import { expect } from 'chai';
import type { Mistake } from '../../src/mistake/mistake.ts';
import { readEnforcement, ruleActionKey, ruleActionKeyName } from '../../src/policy/action-keys.ts';
import { guessed } from '../mistakes.ts';

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

  it('refuses off for valid-reference, and says why', () => {
    expect(ruleActionKey('RULE_VALID_REFERENCE')?.read({ text: 'off', source })).to.deep.equal({
      mistake: {
        code: 'policy-action-invalid',
        source,
        expected: 'one of deny, warn, audit',
        found: '"off"',
        remedy:
          'What cannot be read no other rule can judge, so valid-reference is never off; under audit it stops nobody.',
      },
    });
  });
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
