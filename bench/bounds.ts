import type { BadChecks } from './bad-checks.ts';
import type { CheckCost } from './check-command.ts';
import type { CustomRuleCost } from './custom-rule.ts';
import type { FirstSight } from './first-sight.ts';
import type { Growth, Point } from './growth.ts';
import type { MutationCost } from './mutation.ts';
import type { ScenarioResult } from './scenarios.ts';

/** Something that must hold, and what was measured of it. */
export interface Bound {
  readonly holds: boolean;
  readonly text: string;
}

const MIN_RATIO = 0.7;
const AIMED_RATIO = 0.8;
const MAX_REVIEW_MICROSECONDS = 20;
/** Ten times the size may cost this much more: ten times, and some for what is measured on a machine with neighbours. */
const MAX_STEP = 15;
/** A thousand times the list may cost this much more: nothing, but for the processor's cache. */
const MAX_FLAT = 1.5;

/** With a thousand wildcard patterns, of the reviews a second with one. */
const MIN_PATTERNS_RATIO = 0.8;

/** With a custom rule, of the requests a second without one. */
const MIN_CUSTOM_RATIO = 0.9;
const MAX_CUSTOM_MIB = 80;
const MAX_FIRST_MICROSECONDS = 100;
const MAX_MANY_MILLISECONDS = 10;
/** Of checks that never end, for all others. */
const MAX_P99_MORE = 30;

/** Milliseconds of CPU time above a Node that does nothing. */
const MAX_START = 250;
/** Of a thousand manifests with three custom rules. */
const MAX_CHECK_SECONDS = 2;
/** Ten times the manifests may take this much more memory: nothing, but for when garbage is collected. */
const MAX_CHECK_MEMORY = 1.5;

/** A pod that is rewritten may cost this much of its validation. */
const MAX_MUTATION = 1.25;

/** All that was measured. */
export interface Measured {
  readonly scenarios: readonly ScenarioResult[];
  readonly customRule: CustomRuleCost;
  readonly badChecks: BadChecks;
  readonly mutation: MutationCost;
  readonly growth: Growth;
  readonly firstSight: FirstSight;
  readonly check: CheckCost;
}

/** The bounds of the benchmark, each with its figure. */
export function boundsOf({
  scenarios,
  customRule,
  badChecks,
  mutation,
  growth,
  firstSight,
  check,
}: Measured): readonly Bound[] {
  return [
    ...scenarios.filter(({ concurrency }) => concurrency === 8).map(ratioBound),
    ...(['allowed', 'denied'] as const).map((verdict) => ({
      holds: growth[verdict] < MAX_REVIEW_MICROSECONDS,
      text: `parseReview and review of the ${verdict} review: ${growth[verdict].toFixed(1)} µs (below ${MAX_REVIEW_MICROSECONDS})`,
    })),
    linearBound('containers', growth.containers),
    linearBound('bytes', growth.bytes),
    flatBound(growth.registries),
    patternsBound(growth.patterns),
    ...customRuleBounds(customRule, firstSight),
    {
      holds: badChecks.beside - badChecks.without <= MAX_P99_MORE,
      text: `p99 of others beside checks that never end: ${(badChecks.beside - badChecks.without).toFixed(1)} ms more (at most ${MAX_P99_MORE})`,
    },
    {
      holds: mutation.patched <= MAX_MUTATION,
      text: `a mutation of all images: ${mutation.patched.toFixed(2)} times the validation (at most ${MAX_MUTATION})`,
    },
    ...checkBounds(check),
  ];
}

function checkBounds({ start, seconds, memory, memoryOfTen }: CheckCost): readonly Bound[] {
  const ratio = memoryOfTen / memory;
  return [
    {
      holds: start <= MAX_START,
      text: `start of imagegate check: ${start.toFixed(0)} ms of CPU time (at most ${MAX_START})`,
    },
    {
      holds: seconds < MAX_CHECK_SECONDS,
      text: `imagegate check of a thousand manifests: ${seconds.toFixed(2)} s of CPU time (below ${MAX_CHECK_SECONDS})`,
    },
    {
      holds: ratio <= MAX_CHECK_MEMORY,
      text: `ten times the manifests: ${ratio.toFixed(2)} times the memory (at most ${MAX_CHECK_MEMORY})`,
    },
  ];
}

function customRuleBounds({ scenarios, memory }: CustomRuleCost, { one, many }: FirstSight): readonly Bound[] {
  const { ratio } = scenarios.find(({ concurrency }) => concurrency === 8)!;
  return [
    {
      holds: ratio >= MIN_CUSTOM_RATIO,
      text: `a custom rule at concurrency 8: ${ratio.toFixed(2)} of the gate without it (at least ${MIN_CUSTOM_RATIO.toFixed(2)})`,
    },
    {
      holds: memory <= MAX_CUSTOM_MIB,
      text: `three custom rules: ${memory.toFixed(0)} MiB more (at most ${MAX_CUSTOM_MIB})`,
    },
    {
      holds: one <= MAX_FIRST_MICROSECONDS,
      text: `a custom rule and a new image: ${one.toFixed(0)} µs (at most ${MAX_FIRST_MICROSECONDS})`,
    },
    {
      holds: many < MAX_MANY_MILLISECONDS * 1000,
      text: `five custom rules and twenty new images: ${(many / 1000).toFixed(1)} ms (below ${MAX_MANY_MILLISECONDS})`,
    },
  ];
}

function ratioBound({ verdict, ratio }: ScenarioResult): Bound {
  const text = `${verdict} at concurrency 8: ${ratio.toFixed(2)} of the bare server (at least ${MIN_RATIO.toFixed(2)}, ${AIMED_RATIO.toFixed(2)} aimed for)`;
  return { holds: ratio >= MIN_RATIO, text };
}

function linearBound(what: string, points: readonly Point[]): Bound {
  const steps = points.slice(1).map(({ p50 }, index) => p50 / points[index]!.p50);
  const worst = Math.max(...steps);
  return {
    holds: worst <= MAX_STEP,
    text: `ten times the ${what}: at most ${worst.toFixed(1)} times the cost (at most ${MAX_STEP})`,
  };
}

function flatBound(points: readonly Point[]): Bound {
  const ratio = points.at(-1)!.p50 / points[0]!.p50;
  return {
    holds: ratio <= MAX_FLAT,
    text: `a thousand times the allowlist: ${ratio.toFixed(2)} times the cost (at most ${MAX_FLAT})`,
  };
}

function patternsBound(points: readonly Point[]): Bound {
  const ratio = points[0]!.p50 / points.at(-1)!.p50;
  return {
    holds: ratio >= MIN_PATTERNS_RATIO,
    text: `a thousand wildcard patterns: ${ratio.toFixed(2)} of the reviews a second with one (at least ${MIN_PATTERNS_RATIO.toFixed(2)})`,
  };
}
