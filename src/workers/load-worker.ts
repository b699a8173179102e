import type { Limits } from './limits.ts';
import { RuleWorker, type EndReason, type WorkerEvents } from './rule-worker.ts';
import type { FileReport, WorkerLoad } from './worker-protocol.ts';

export type LoadOutcome =
  | { readonly worker: RuleWorker; readonly reports: readonly FileReport[] }
  /** It ended while it imported the file after those that it reported. */
  | { readonly ended: EndReason; readonly reports: readonly FileReport[] };

/** Starts a worker, and waits until it has tried every file, or ended. */
export async function loadWorker(
  load: WorkerLoad,
  limits: Limits,
  events: Omit<WorkerEvents, 'loaded'>,
): Promise<LoadOutcome> {
  return new Promise((resolve) => {
    void new RuleWorker(load, limits, {
      ...events,
      loaded: (worker) => resolve({ worker, reports: worker.reports }),
      ended: (worker, reason) => {
        events.ended(worker, reason);
        resolve({ ended: reason, reports: worker.reports });
      },
    });
  });
}
