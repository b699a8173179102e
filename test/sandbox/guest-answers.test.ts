import { expect } from 'chai';
import { readMistakes } from '../../src/sandbox/guest-answers.ts';
import { GuestEnd } from '../../src/sandbox/guest.ts';
import { at } from '../mistakes.ts';

describe('readMistakes', () => {
  const mistake = {
    code: 'option-invalid',
    ...at('p.yaml:1:2 a'),
    expected: 'x',
    found: 'y',
    remedy: 'Z.',
    guess: 'z',
  };
  const read = (...mistakes: readonly unknown[]) => readMistakes(JSON.stringify(mistakes));

  it('reads what is wrong with a rule or its options', () => {
    expect(read(mistake, { ...mistake, code: 'rule-file-invalid' })).to.deep.equal([
      mistake,
      { ...mistake, code: 'rule-file-invalid' },
    ]);
  });

  for (const [what, wrong] of Object.entries({
    'another code': { code: 'policy-key-unknown' },
    'a source that is none': { source: 'p.yaml' },
    'a source without a name': { source: { line: 1 } },
    'a source with more than there is': { source: { name: 'x', path: 'y' } },
    'a line that is no number': { source: { name: 'x', line: '1' } },
    'a guess that is no text': { guess: 1 },
    'another place, which ours never have': { other: { source: { name: 'x' } } },
    'that it may pass': { mayPass: true },
    'words of any length': { found: 'x'.repeat(4097) },
  })) {
    it(`does not believe ${what}`, () => {
      expect(() => read({ ...mistake, ...wrong })).to.throw(GuestEnd);
    });
  }
});
