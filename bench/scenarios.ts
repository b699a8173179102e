import { openLoad, type LoadResult } from './load.ts';
import { cpuSeconds, residentMib } from './process-usage.ts';
import { median, quantile } from './quantile.ts';
import { allowedReview, deniedReview } from './reviews.ts';
import type { ServerProcess } from './server-process.ts';

/** Reviews of one verdict at one concurrency. */
export interface Scenario {
  readonly verdict: 'allowed' | 'denied';
  readonly concurrency: number;
}

/** What one server did in one scenario: medians of the rounds. */
export interface ServerFigures {
  readonly requestsPerSecond: number;
  /** Milliseconds from request to answer. */
  readonly p50: number;
  readonly p99: number;
  /** How busy its core was, from 0 to 1; well below 1, the client was the bottleneck. */
  readonly busy: number;
  /** MiB in RAM after the last round. */
  readonly memory: number;
}

export interface ScenarioResult extends Scenario {
  readonly bare: ServerFigures;
  readonly gate: ServerFigures;
  /** The gate's requests a second divided by the bare server's, the median over pairs of rounds. */
  readonly ratio: number;
}

/** The two servers, both of which run. */
export interface Pair {
  readonly bare: ServerProcess;
  readonly gate: ServerProcess;
}

export const SCENARIOS: readonly Scenario[] = [1, 8, 64].flatMap((concurrency) => [
  { verdict: 'allowed' as const, concurrency },
  { verdict: 'denied' as const, concurrency },
]);

interface Round extends LoadResult {
  readonly busy: number;
}

/** Measures both servers in turn, round by round, so that whatever else the machine does falls on both. */
export async function runScenario(
  scenario: Scenario,
  servers: Pair,
  { rounds, seconds }: { readonly rounds: number; readonly seconds: number },
): Promise<ScenarioResult> {
  const loads = { bare: await openFor(scenario, servers.bare), gate: await openFor(scenario, servers.gate) };
  const measured: { bare: Round[]; gate: Round[] } = { bare: [], gate: [] };
  // The first round of each warms up.
  for (let round = 0; round <= rounds; round += 1) {
    for (const name of round % 2 === 0 ? (['bare', 'gate'] as const) : (['gate', 'bare'] as const)) {
      const before = cpuSeconds(servers[name].pid);
      // oxlint-disable-next-line no-await-in-loop -- one after the other is the point
      const result = await loads[name].run(seconds);
      const busy = (cpuSeconds(servers[name].pid) - before) / result.seconds;
      if (round > 0) measured[name].push({ ...result, busy });
    }
  }
  loads.bare.close();
  loads.gate.close();
  const ratios = measured.gate.map((round, index) => rate(round) / rate(measured.bare[index]!));
  return {
    ...scenario,
    bare: figures(measured.bare, servers.bare),
    gate: figures(measured.gate, servers.gate),
    ratio: median(ratios),
  };
}

async function openFor({ verdict, concurrency }: Scenario, { name, port }: ServerProcess) {
  const isDenied = verdict === 'denied';
  return openLoad({
    port,
    // The bare server has to be told what to say.
    path: name === 'bare' && isDenied ? '/denied' : '/validate',
    review: isDenied ? deniedReview() : allowedReview(),
    allowed: !isDenied,
    concurrency,
  });
}

function figures(rounds: readonly Round[], server: ServerProcess): ServerFigures {
  return {
    requestsPerSecond: median(rounds.map(rate)),
    p50: median(rounds.map(({ latencies }) => quantile(latencies, 0.5))),
    p99: median(rounds.map(({ latencies }) => quantile(latencies, 0.99))),
    busy: median(rounds.map(({ busy }) => busy)),
    memory: residentMib(server.pid),
  };
}

function rate({ requests, seconds }: LoadResult): number {
  return requests / seconds;
}
