import { timeReviews, type InProcessCase } from './in-process.ts';
import { loadRulesetOf } from '../test/load-ruleset-of.ts';
import { rulesetOf } from '../test/ruleset.ts';
import {
  allowedReview,
  deniedReview,
  newImages,
  reviewWithBytes,
  reviewWithContainers,
  reviewWithImages,
} from './reviews.ts';

/** A cost in microseconds, at one size. */
export interface Point {
  readonly size: number;
  readonly p50: number;
}

/** How the cost of `parseReview` and `review` together grows, each as the median of single calls in microseconds. */
export interface Growth {
  readonly allowed: number;
  readonly denied: number;
  readonly containers: readonly Point[];
  readonly bytes: readonly Point[];
  readonly registries: readonly Point[];
  readonly patterns: readonly Point[];
}

const CONTAINERS = [1, 10, 100, 1000];
const BYTES = [10_000, 100_000, 1_000_000];
const REGISTRIES = [1, 10, 100, 1000];
const PATTERNS = [1, 10, 100, 1000];

/** @param options.rounds how often each size has its turn */
export async function measureGrowth({
  rounds,
  seconds,
}: {
  readonly rounds: number;
  readonly seconds: number;
}): Promise<Growth> {
  const ruleset = await loadRulesetOf();
  const inProcess = (cases: readonly InProcessCase[], calls: number): number[] =>
    timeReviews(cases, { rounds, calls: Math.max(2, Math.round(calls * Math.min(1, seconds))) }).map(({ p50 }) => p50);
  const review = (name: string, body: object, allowed = true): InProcessCase => {
    const json = JSON.stringify(body);
    return { name, json: () => json, ruleset, allowed };
  };
  const [allowed = 0, denied = 0] = inProcess(
    [review('allowed', allowedReview()), review('denied', deniedReview(), false)],
    1000,
  );
  const containers = inProcess(
    CONTAINERS.map((count) => review(`${count} containers`, reviewWithContainers(count))),
    20,
  );
  const bytes = inProcess(
    BYTES.map((count) => review(`${count} bytes`, reviewWithBytes(count))),
    20,
  );
  const registries = inProcess(await Promise.all(REGISTRIES.map(allowlistCase)), 1000);
  const patterns = inProcess(PATTERNS.map(patternsCase), 1000);
  return {
    allowed,
    denied,
    containers: points(CONTAINERS, containers),
    bytes: points(BYTES, bytes),
    registries: points(REGISTRIES, registries),
    patterns: points(PATTERNS, patterns),
  };
}

/** The recorded review under a list of so many registries; those it needs come last. */
async function allowlistCase(count: number): Promise<InProcessCase> {
  const fillers = Array.from({ length: count - 1 }, (_, index) => `registry-${index}.example.com/team-${index}`);
  const ruleset = await loadRulesetOf({ ALLOWED_REGISTRIES: [...fillers, 'docker.io'].join(',') });
  const json = JSON.stringify(reviewWithContainers(4, 'docker.io/acme/web:2.4.1'));
  return { name: `${count} registries`, json: () => json, ruleset, allowed: true };
}

/**
 * A review of new images under so many wildcard patterns of images to deny, none of which matches: of the form that costs
 * most, for any registry and path and with a star before each text, which begins otherwise each time.
 */
function patternsCase(count: number): InProcessCase {
  const images = Array.from({ length: count }, (_, index) => `**/*${((index * 7919) % 46_656).toString(36)}-miner*`);
  const ruleset = rulesetOf({ 'blocked-images': { options: { images } } });
  return {
    name: `${count} patterns`,
    json: () => JSON.stringify(reviewWithImages(newImages(4))),
    ruleset,
    allowed: true,
  };
}

function points(sizes: readonly number[], times: readonly number[]): Point[] {
  return sizes.map((size, index) => ({ size, p50: times[index]! }));
}
