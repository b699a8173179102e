import { expect } from 'chai';
import { ruleSentences } from '../rule-sentences.ts';

/** Images that a rule denies and allows under the same options. */
export interface JudgedCases {
  readonly options?: Readonly<Record<string, unknown>>;
  readonly denied: readonly string[];
  readonly allowed: readonly string[];
}

/**
 * A test for each image, as part of the suite that is being described.
 *
 * @param said the whole sentence about an image that is denied
 */
export function judgedCases(
  rule: string,
  { options, denied, allowed }: JudgedCases,
  said: (image: string) => string,
): void {
  const sentenceOf = ruleSentences(rule, options);

  for (const image of denied) {
    it(`denies ${image}, to the letter`, () => {
      expect(sentenceOf(image)).to.equal(said(image));
    });
  }

  for (const image of allowed) {
    it(`allows ${image}`, () => {
      expect(sentenceOf(image)).to.equal(undefined);
    });
  }
}
