import type { BadChecks } from './bad-checks.ts';
import type { Bound } from './bounds.ts';
import { MANIFESTS, type CheckCost } from './check-command.ts';
import type { CustomRuleCost } from './custom-rule.ts';
import type { FirstSight } from './first-sight.ts';
import type { Growth, Point } from './growth.ts';
import type { MutationCost } from './mutation.ts';
import type { ScenarioResult } from './scenarios.ts';

const HEAD = ['verdict', 'concurrency', 'server', 'requests/s', 'p50 ms', 'p99 ms', 'core busy', 'MiB', 'ratio'];

/** The scenarios as a table of Markdown, so that it can be put into README.md as it is. */
export function scenarioTable(results: readonly ScenarioResult[]): string {
  const rows = results.flatMap(({ verdict, concurrency, ratio, ...servers }) =>
    (['bare', 'gate'] as const).map((name) => {
      const { requestsPerSecond, p50, p99, busy, memory } = servers[name];
      return [
        verdict,
        String(concurrency),
        name === 'gate' ? 'ImageGate' : name,
        requestsPerSecond.toFixed(0),
        p50.toFixed(2),
        p99.toFixed(2),
        `${(busy * 100).toFixed(0)} %`,
        memory.toFixed(0),
        name === 'gate' ? ratio.toFixed(2) : '1',
      ];
    }),
  );
  const widths = HEAD.map((title, column) =>
    Math.max(...[HEAD, ...rows].map((row) => row[column]!.length), title.length),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  return [line(HEAD), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

/** What custom rules add, a line each concurrency. */
export function customRuleLines({ scenarios, memory }: CustomRuleCost): readonly string[] {
  const line = ({ concurrency, bare, gate, ratio }: ScenarioResult): string =>
    `  concurrency ${concurrency}: p50 ${gate.p50.toFixed(2)} ms (without ${bare.p50.toFixed(2)}), p99 ${gate.p99.toFixed(2)} ms (without ${bare.p99.toFixed(2)}), ${ratio.toFixed(2)} of the requests a second`;
  return [
    'a custom rule that objects to nothing:',
    ...scenarios.map(line),
    `  three of them, and all that they may remember: ${memory.toFixed(0)} MiB more`,
  ];
}

/** What checks without an end cost others, a line. */
export function badCheckLines({ sent, kinds, without, beside }: BadChecks): readonly string[] {
  return [
    `${sent} checks without an end, of ${kinds} kinds, 20 a second:`,
    `  p99 of the others at concurrency 8: ${beside.toFixed(1)} ms (without them ${without.toFixed(1)})`,
  ];
}

/** What it costs to rewrite a pod, a line each. */
export function mutationLines({ patched, unchanged, validation }: MutationCost): readonly string[] {
  return [
    `a mutation, in the CPU time of the validation of the same pod (${validation.toFixed(0)} µs at concurrency 8):`,
    `  all images rewritten: ${patched.toFixed(2)}, none: ${unchanged.toFixed(2)}`,
  ];
}

/** What a review costs with custom rules in one process, a line each. */
export function firstSightLines({ one, again, many }: FirstSight): readonly string[] {
  return [
    'the same with custom rules:',
    `  one rule, one image: new ${one.toFixed(1)} µs, the same again ${again.toFixed(1)} µs`,
    `  five rules, twenty new images: ${(many / 1000).toFixed(1)} ms`,
  ];
}

/** What the command line costs, a line each. */
export function checkLines({ start, seconds, memory, memoryOfTen }: CheckCost): readonly string[] {
  const many = MANIFESTS.toLocaleString('en');
  return [
    'imagegate check:',
    `  of one manifest: ${start.toFixed(0)} ms of CPU time above a Node that does nothing`,
    `  of ${many} manifests with three custom rules: ${seconds.toFixed(2)} s of CPU time`,
    `  at most ${memory.toFixed(0)} MiB for ${many} manifests, and ${memoryOfTen.toFixed(0)} for ten times as many`,
  ];
}

/** In-process costs, a line each. */
export function growthLines({ allowed, denied, containers, bytes, registries, patterns }: Growth): readonly string[] {
  return [
    'parseReview and review together, median of single calls on fresh bodies:',
    `  the recorded review: allowed ${allowed.toFixed(1)} µs, denied ${denied.toFixed(1)} µs`,
    `  by containers: ${pointList(containers)}`,
    `  by bytes: ${pointList(bytes)}`,
    `  by registries in the allowlist: ${pointList(registries)}`,
    `  by wildcard patterns of images to deny: ${pointList(patterns)}`,
  ];
}

function pointList(points: readonly Point[]): string {
  return points.map(({ size, p50 }) => `${size.toLocaleString('en')}: ${p50.toFixed(1)} µs`).join(', ');
}

/** Each bound with its verdict, a line each. */
export function boundLines(bounds: readonly Bound[]): readonly string[] {
  return bounds.map(({ holds, text }) => `${holds ? 'ok    ' : 'MISSED'} ${text}`);
}
