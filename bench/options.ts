import { Command, InvalidArgumentError } from 'commander';

/** How long and how strictly to measure. */
export interface BenchOptions {
  /** How often each server is measured in each scenario. */
  readonly rounds: number;
  /** How long one round takes, in seconds. */
  readonly seconds: number;
  /** Whether a missed bound makes the exit code 1. A wrong answer always does. */
  readonly bounds: boolean;
}

/** Reads the command line; prints the help or what is wrong with it, and then ends the process. */
export function parseOptions(argv: readonly string[]): BenchOptions {
  return new Command('npm run bench --')
    .description('Measures ImageGate against a bare node:https server that does the least that a webhook must do.')
    .option('--rounds <number>', 'how often each server is measured in each of the six scenarios', positive, 11)
    .option('--seconds <number>', 'how long one round takes', positive, 1)
    .option('--no-bounds', 'end with 0 also when a bound is missed (a wrong answer still ends with 1)')
    .addHelpText('after', '\nWhat is measured, how, and what limits it: bench/README.md')
    .parse(argv)
    .opts<BenchOptions>();
}

function positive(text: string): number {
  const number = Number(text);
  if (!(number > 0 && Number.isFinite(number))) throw new InvalidArgumentError('It must be a number above 0.');
  return number;
}
