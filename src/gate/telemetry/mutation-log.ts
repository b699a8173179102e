import type { Logger } from 'pino';
import type { AdmissionRequest } from '../../admission/admission-review.ts';
import type { Mutation } from '../../admission/mutate.ts';
import { printable } from '../../mistake/printable.ts';
import { createLineLimit } from './line-limit.ts';
import { BURST_SECONDS, fields, logSuppressed } from './request-log.ts';

/** Logs an answer of the mutating webhook: the parameters are those of `LogReview`. */
export type LogMutation = (
  address: string | undefined,
  request: AdmissionRequest,
  mutation: Mutation,
  ms: number,
  profile?: string,
) => void;

/** The most images of a line. */
export const MAX_LOGGED_IMAGES = 32;

/**
 * Logs mutations, rate-limited by address as reviews are, by a limit of their own. A pod that needed no patch is worth a line
 * at level debug alone: the same pod is reviewed next.
 *
 * @param perSecond lines for one address
 */
export function createMutationLog(log: Logger, perSecond: number): LogMutation {
  const limit = createLineLimit({
    perSecond,
    burst: perSecond * BURST_SECONDS,
    onSuppressed: logSuppressed(log, 'mutations', 'imagegate_mutations_total'),
  });
  return (address = '', request, mutation, ms, profile) => {
    const level = levelOf(mutation);
    if (!log.isLevelEnabled(level) || !limit(address)) return;
    const rewritten =
      mutation.rewritten.length === 0 ? undefined : mutation.rewritten.slice(0, MAX_LOGGED_IMAGES).map(entry);
    const logged = { verdict: mutation.verdict, findings: [], ...('error' in mutation && { error: mutation.error }) };
    log[level](fields(request, logged, ms, profile, rewritten), 'mutation');
  };
}

function levelOf({ verdict, response }: Mutation): 'error' | 'info' | 'debug' {
  if (verdict === 'errored') return 'error';
  return response.patch === undefined ? 'debug' : 'info';
}

function entry({ container, written, raw, rewrites = [] }: Mutation['rewritten'][number]): object {
  return {
    field: container.fieldPath,
    from: printable(written),
    to: printable(raw),
    rules: rewrites.map(({ rule }) => rule),
  };
}
