import { setTimeout as wait } from 'node:timers/promises';
import type { ApiClient } from '../cluster/api-client.ts';

/** What the API server said to one request of a load. */
export interface Verdict {
  /** On the clock of `performance.now()`. */
  readonly sent: number;
  readonly answered: number;
  /** All that a person would see: the status, the warnings, and what was refused in which words. */
  readonly text: string;
}

/** Requests that go on until they are told to end. */
export interface SteadyLoad {
  /** Those that are answered so far, in the order of the answers. */
  readonly verdicts: readonly Verdict[];
  /** Sends no more, and resolves when the last one is answered. */
  stop(): Promise<void>;
}

/** Has the API server judge the same object again and again, so many times a second, however long an answer takes. */
export function startLoad(api: ApiClient, path: string, object: unknown, perSecond: number): SteadyLoad {
  const verdicts: Verdict[] = [];
  const pending: Promise<void>[] = [];
  const begun = performance.now();
  const state = { ended: false };
  const ask = async (): Promise<void> => {
    const sent = performance.now();
    const text = await api.send('POST', path, object).then(verdictText, String);
    verdicts.push({ sent, answered: performance.now(), text });
  };
  const clock = (async () => {
    while (!state.ended) {
      // What was missed is made up for.
      const due = Math.ceil(((performance.now() - begun) / 1000) * perSecond);
      while (pending.length < due) pending.push(ask());
      // oxlint-disable-next-line no-await-in-loop -- a clock
      await wait(1000 / perSecond);
    }
  })();
  return {
    verdicts,
    stop: async () => {
      state.ended = true;
      await clock;
      await Promise.all(pending);
    },
  };
}

function verdictText({ status, text, warnings }: Awaited<ReturnType<ApiClient['send']>>): string {
  const { message } = JSON.parse(text) as { readonly message?: string };
  return [String(status), ...warnings.map((warning) => `Warning: ${warning}`), ...(message ? [message] : [])].join(
    '\n',
  );
}
