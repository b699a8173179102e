import type { AdmissionResponse } from '../../admission/response.ts';
import { policyNotJudged } from '../../admission/response.ts';
import { patienceMs } from './patience.ts';

/**
 * How long a ConfigMap may take, from its arrival, its turn included. With MARGIN_MS it must be less than the
 * `timeoutSeconds` of that entry in deploy/webhook.yaml, 15 s, by a second: a test of the manifests holds them together.
 */
export const JUDGE_MS = 13_000;
/** What must be left of the client's patience, to answer. */
export const MARGIN_MS = 1000;

/** When a ConfigMap came, and how long its client says that it waits. */
export interface PolicyArrival {
  readonly arrivedAt: number | undefined;
  readonly timeout: string | null | undefined;
}

/**
 * The judgement of a ConfigMap, or a denial when the client will not wait for it any longer: an answer that comes too late
 * is none, and as that entry of the webhook fails open, what nobody has judged would be stored.
 */
export async function policyInTime(
  uid: string,
  judging: Promise<AdmissionResponse>,
  { arrivedAt = performance.now(), timeout }: PolicyArrival,
): Promise<AdmissionResponse> {
  const lastAt = arrivedAt + Math.min(JUDGE_MS, patienceMs(timeout) - MARGIN_MS);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<AdmissionResponse>((resolve) => {
    timer = setTimeout(() => resolve(policyNotJudged(uid)), lastAt - performance.now());
  });
  try {
    return await Promise.race([judging, late]);
  } finally {
    clearTimeout(timer);
  }
}
