import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/** Series at a time, and what is asked of them. */
export interface PrometheusCase {
  /** In promtool's notation: `load 1m`, and a line a series. */
  readonly load: string;
  /** In seconds since the first sample. */
  readonly at: number;
  readonly queries: readonly string[];
}

export interface PrometheusAnswer {
  /** What is wrong with the files. */
  readonly mistakes: readonly string[];
  readonly cases: readonly {
    /** Those that fire. */
    readonly alerts: readonly { readonly name: string; readonly labels: Texts; readonly annotations: Texts }[];
    readonly results: readonly {
      readonly samples: readonly { readonly labels: Texts; readonly value: string }[];
      readonly error?: string;
    }[];
  }[];
}

type Texts = Readonly<Record<string, string>>;

/**
 * What Prometheus makes of a rule file on the series of each case.
 *
 * @param program the one that `buildPrometheus` made
 * @param rules the path of a rule file
 * @param objects the paths of objects of the Prometheus operator, which its own types have to know
 * @throws Error if it cannot read what it was asked.
 */
export async function askPrometheus(
  program: string,
  rules: string,
  cases: readonly PrometheusCase[],
  objects: readonly string[] = [],
): Promise<PrometheusAnswer> {
  const child = spawn(program);
  child.stdin.on('error', () => {}).end(JSON.stringify({ rules, objects, cases }));
  const ended = once(child, 'close') as Promise<[number | null]>;
  const [output, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  if (code !== 0) throw new Error(`${program} ended with ${code}: ${errors}`);
  return JSON.parse(output) as PrometheusAnswer;
}

/** A line of `load`: a series with so many samples of one value, then so many of another, and so on. */
export function seriesLine(
  series: string,
  ...values: readonly (readonly [value: number | '_', times: number])[]
): string {
  return `  ${series} ${values.map(samples).join(' ')}`;
}

function samples([value, times]: readonly [value: number | '_', times: number]): string {
  if (value === '_') return `_x${times}`;
  // Of what has no number yet, as the lag of an event loop that did not turn: Prometheus reads no `NaNx9`.
  return Number.isNaN(value) ? ' NaN'.repeat(times) : `${value}x${times - 1}`;
}
