import { globMatcher } from '../image/glob.ts';
import type { ImageReference } from '../image/reference.ts';
import { type Location, type Mistake, within } from '../mistake/mistake.ts';
import { imagePatterns } from '../rule/image-patterns.ts';
import { InvalidEntriesError } from '../rule/invalid-entries-error.ts';
import type { RuleContext } from '../rule/rule.ts';
import type { RuleSetting } from './policy.ts';

/** Whether a setting judges an image. */
export type Judges = (image: ImageReference, context: Pick<RuleContext, 'namespace'>) => boolean;

type Matches = (image: ImageReference) => boolean;

/** Compiles the scopes of settings; each list once, since most selections have the same ones. */
export class Scopes {
  readonly mistakes: Mistake[] = [];
  readonly #compiled = new Map<readonly string[], Matches | undefined>();

  /**
   * The scope of a setting; `undefined` if it judges all. An object without a namespace may make pods in any, so there all
   * settings judge.
   */
  judgesOf({ namespaces, images, imagesSource }: RuleSetting): Judges | undefined {
    const matchers = namespaces?.map(globMatcher);
    const isThere: Judges | undefined =
      matchers && ((_, { namespace }) => namespace === undefined || matchers.some((matches) => matches(namespace)));
    if (images === undefined) return isThere;
    if (!this.#compiled.has(images)) this.#compiled.set(images, this.#matcher(images, imagesSource));
    const isMeant = this.#compiled.get(images);
    if (isThere === undefined || isMeant === undefined) return isThere ?? isMeant;
    return (image, context) => isThere(image, context) && isMeant(image);
  }

  #matcher(
    images: readonly string[],
    where: Location = { source: { name: 'policy' }, place: 'images' },
  ): Matches | undefined {
    try {
      return imagePatterns(images, { purpose: 'deny' }).matches;
    } catch (error) {
      if (!(error instanceof InvalidEntriesError)) throw error;
      for (const { index, ...words } of error.entries)
        this.mistakes.push({ code: 'policy-yaml-invalid', ...within(where, `entry ${index + 1}`), ...words });
      return undefined;
    }
  }
}
