import { loadRulesetOf } from '../test/load-ruleset-of.ts';
import { timeReviews } from './in-process.ts';
import type { BenchOptions } from './options.ts';
import { newImages, reviewWithImages } from './reviews.ts';
import { writeRules } from './rules-folder.ts';

/** What `parseReview` and `review` take with custom rules, as the median of single calls in microseconds. */
export interface FirstSight {
  /** One rule, one image that it has never seen. */
  readonly one: number;
  /** The same image again. */
  readonly again: number;
  /** Five rules, twenty images that they have never seen. */
  readonly many: number;
}

const RULES = 5;
const IMAGES = 20;

export async function measureFirstSight({ rounds, seconds }: BenchOptions): Promise<FirstSight> {
  const [one, five] = [await writeRules(1), await writeRules(RULES)];
  const [ruleset, fiveRules] = await Promise.all(
    [one, five].map(async ({ folder }) => loadRulesetOf({}, { rulesDir: folder })),
  );
  const of = (images: readonly string[]): string => JSON.stringify(reviewWithImages(images));
  const known = of(newImages(1));
  const cases = [
    { name: 'one new image', json: () => of(newImages(1)), ruleset: ruleset! },
    { name: 'the same image', json: () => known, ruleset: ruleset! },
    { name: 'twenty new images', json: () => of(newImages(IMAGES)), ruleset: fiveRules! },
  ].map((each) => ({ ...each, allowed: true }));
  const calls = Math.max(2, Math.round(100 * Math.min(1, seconds)));
  const [first, again, many] = timeReviews(cases, { rounds, calls }).map(({ p50 }) => p50);
  await Promise.all([one.remove(), five.remove()]);
  return { one: first!, again: again!, many: many! };
}
