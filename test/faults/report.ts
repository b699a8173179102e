import { cpus, totalmem } from 'node:os';
import type { Result } from './run-faults.ts';

const head = ['fault', 'passes when', 'result', 'measured', 'seconds'];

/** The results as a table of Markdown, in the form of docs/reliability.md. */
export function faultTable(results: readonly Result[]): string {
  const rows = results.map(({ fault, figures, failure, seconds }) => [
    fault.name,
    fault.passesWhen,
    failure === undefined ? 'holds' : '**fails**',
    figures.map(([name, value]) => `${name}: ${value}`).join('; '),
    seconds.toFixed(0),
  ]);
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

/**
 * On what it was measured, and when: sentences below the table.
 * @param pauseMs for how long the machine stood still at most: seconds are a reason for failures that are not the gate's
 */
export function machine(date: Date, pauseMs: number): string {
  const [cpu] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `Measured on ${date.toISOString().slice(0, 10)} with ${cpus().length} × ${cpu?.model ?? 'an unknown processor'}, ${memory} GiB, Node ${process.version}. The machine let the test wait for ${(pauseMs / 1000).toFixed(1)} s at most.`;
}

/** One row, as soon as it has ended. */
export function resultLine({ fault, seconds, failure }: Result): string {
  const mark = failure === undefined ? '✔' : '✘';
  return `  ${mark} ${fault.name} (${seconds.toFixed(0)} s)${failure === undefined ? '' : `\n${failure.replaceAll(/^/gm, '      ')}`}`;
}

/** As mocha closes a run, so that what sums those lines counts each row. */
export function closingLines(results: readonly Result[], seconds: number): string {
  const failing = results.filter(({ failure }) => failure !== undefined).length;
  const passing = `  ${results.length - failing} passing (${seconds.toFixed(0)}s)`;
  return failing === 0 ? passing : `${passing}\n  ${failing} failing`;
}
