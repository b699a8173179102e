import { expect } from 'chai';
import { flatKeys } from '../../src/policy/flat-keys.ts';
import { at } from '../mistakes.ts';
import { BUILT_IN } from '../ruleset.ts';

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
  it('are three, each of a rule', () => {
    expect([...flatKeys(BUILT_IN)].map(([key, { rule }]) => [key, rule])).to.deep.equal([
      ['ALLOWED_REGISTRIES', 'registry-allowlist'],
      ['BLOCKED_TAGS', 'blocked-tags'],
      ['DISABLE_EMPTY_TAG', 'empty-tag'],
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

  describe('DISABLE_EMPTY_TAG', () => {
    for (const [text, action] of [
      ['true', 'deny'],
      ['false', 'off'],
      [' true\n', 'deny'],
      ['false\n', 'off'],
    ] as const) {
      it(`${JSON.stringify(text)}: the rule's action is ${action}`, () => {
        expect(read('DISABLE_EMPTY_TAG', text)).to.deep.equal({ setting: { action, actionSource: WHERE } });
      });
    }

    for (const text of ['', 'True', 'FALSE', 'yes', 'no', '1', '0', 'on', 'true,false', '"true"', 'nottrue']) {
      it(`${JSON.stringify(text)} is neither true nor false`, () => {
        expect(read('DISABLE_EMPTY_TAG', text)).to.deep.equal({
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
});
