import type { Limits } from './limits.ts';
import { RuleWorker, type EndReason, type WorkerEvents } from './rule-worker.ts';
import type { FileReport, WorkerLoad } from './worker-protocol.ts';

export type LoadOutcome =
  | { readonly worker: RuleWorker; readonly reports: readonly FileReport[] }
  /** It ended while it imported the file after those that it reported. */
  | { readonly ended: EndReason; readonly reports: readonly FileReport[] };

/** Starts a worker, and waits until it has tried every file. From then on `events` are told; `printed` from the start. */
export async function loadWorker(
  load: WorkerLoad,
  limits: Limits,
  events: Omit<WorkerEvents, 'loaded'>,
): Promise<LoadOutcome> {
  return new Promise((resolve) => {
    let isLoaded = false;
    void new RuleWorker(load, limits, {
      ...events,
      loaded: (worker) => {
        isLoaded = true;
        resolve({ worker, reports: worker.reports });
      },
      ended: (worker, reason) => {
        if (isLoaded) events.ended(worker, reason);
        else resolve({ ended: reason, reports: worker.reports });
      },
    });
  });
}
