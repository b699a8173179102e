import { until } from '../until.ts';

/** An answer of the gate's port of probes and metrics. */
export interface OpsAnswer {
  readonly status: number;
  readonly text: string;
}

/**
 * GET on a gate's port of probes and metrics: undefined while nobody answers. Metrics are never older than the question:
 * the gate makes them anew once a second at most, and each time they differ, if only in the time of the processor.
 */
export async function askOps(port: number, path: string): Promise<OpsAnswer | undefined> {
  // Each over a connection of its own: one that is kept, and that the gate ends meanwhile, would be no answer.
  const headers = { connection: 'close' };
  const ask = async (): Promise<OpsAnswer | undefined> =>
    fetch(`http://127.0.0.1:${port}${path}`, { headers }).then(
      async (response) => ({ status: response.status, text: await response.text() }),
      () => undefined,
    );
  const first = await ask();
  if (path !== '/metrics' || first === undefined) return first;
  let answer: OpsAnswer | undefined;
  await until(async () => (answer = await ask())?.text !== first.text, 'metrics that are new');
  return answer;
}
