import { DEFAULT_NAMESPACE } from '../../manifest/admission-request.ts';
import { CollectedMistakes } from '../../mistake/collected-mistakes.ts';
import { mistakesBlock, type Output } from '../mistakes-block.ts';
import type { PlacedImage } from '../pod-review.ts';
import { type PolicyPaths, type TriedPolicy, tryPolicy } from '../tried-policy.ts';
import { explanation } from './explanation.ts';
import { explanationText } from './explanation-text.ts';
import { imagesIn, type ManifestsOptions } from './images-in.ts';

export interface ExplainOptions extends Output, PolicyPaths, Omit<PlacedImage, 'image'> {
  readonly images: readonly string[];
  /** Whose images are explained, too. */
  readonly manifests?: Pick<ManifestsOptions, 'paths' | 'stdin'>;
  readonly format: 'text' | 'json';
  /** In milliseconds since 1970. */
  readonly now: number;
}

/**
 * `imagegate explain`: how images are read and judged, and why, those that are named and those of manifests. Resolves with
 * the exit code: 1 if one is denied, 2 if the gate would not use the policy, or manifests cannot be read.
 */
export async function explain(options: ExplainOptions): Promise<0 | 1 | 2> {
  const { images, manifests, namespace = DEFAULT_NAMESPACE, profile, user, format, now, write } = options;
  const tried = await triedOrTold(options);
  if (tried === undefined) return 2;
  const found = manifests && (await imagesIn({ ...options, ...manifests }, tried.ruleset));
  const { images: more, mistakes } = found ?? { images: [], mistakes: [] };
  const placed = [...images.map((image) => ({ image, namespace, profile, user })), ...more];
  const explained = placed.map((one) => explanation(tried, one, now));
  write(format === 'json' ? `${JSON.stringify(explained, null, 2)}\n` : explained.map(explanationText).join('\n'));
  if (mistakes.length > 0) {
    options.writeError(mistakesBlock(mistakes, 'Not all was read'));
    return 2;
  }
  return explained.some(({ verdict }) => verdict === 'denied') ? 1 : 0;
}

/** The policy; `undefined` if the gate would not use it, which then is printed. */
export async function triedOrTold(options: PolicyPaths & Output): Promise<TriedPolicy | undefined> {
  const collected = new CollectedMistakes();
  const tried = await collected.from(async () => tryPolicy(options, options));
  if (tried === undefined) options.writeError(mistakesBlock(collected.mistakes, 'The gate would not use the policy'));
  return tried;
}
