import { parseReview } from '../src/admission/admission-review.ts';
import type { Ruleset } from '../src/engine/ruleset.ts';
import { quantile } from './quantile.ts';
import { reviewNow } from '../test/review-now.ts';

/** What one call of `parseReview` and `review` together takes, in microseconds. */
export interface InProcessResult {
  readonly name: string;
  readonly p50: number;
  readonly p99: number;
}

/** Reviews to be timed against each other: round by round, each in its turn. */
export interface InProcessCase {
  readonly name: string;
  /** The body of a request, each time another one if need be. */
  readonly json: () => string;
  readonly ruleset: Ruleset;
  readonly allowed: boolean;
}

export interface InProcessOptions {
  readonly rounds: number;
  /** Calls a round and case; before the first round, as many go unmeasured. */
  readonly calls: number;
}

/**
 * Times each call alone, on a body that was parsed just for it: no call finds the objects of the one before in the
 * processor's cache.
 *
 * @throws Error when a verdict is wrong.
 */
export function timeReviews(cases: readonly InProcessCase[], { rounds, calls }: InProcessOptions): InProcessResult[] {
  const times = cases.map((): number[] => []);
  for (let round = -1; round < rounds; round += 1) {
    for (const [index, { name, json, ruleset, allowed }] of cases.entries()) {
      const bodies = Array.from({ length: calls }, (): unknown => JSON.parse(json()));
      for (const body of bodies) {
        const began = performance.now();
        const { response } = reviewNow(parseReview(body).request, ruleset);
        const ended = performance.now();
        if (response.allowed !== allowed) throw new Error(`${name}: a wrong verdict, ${JSON.stringify(response)}`);
        if (round >= 0) (times[index] as number[]).push((ended - began) * 1000);
      }
    }
  }
  return cases.map(({ name }, index) => {
    const sorted = Float64Array.from(times[index] as number[]).toSorted();
    return { name, p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99) };
  });
}
