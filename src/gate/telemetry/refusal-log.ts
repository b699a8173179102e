import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import { printable } from '../../mistake/printable.ts';
import { createLineLimit } from './line-limit.ts';
import { MAX_LOGGED_MESSAGE } from './log.ts';
import type { Refusal } from '../request/refusal.ts';

/** Logs a request that was refused, and from where it came. */
export type LogRefusal = (refusal: Refusal, socket: Socket) => void;

/** Makes what logs refused requests: some a second, and then how many more there were. */
export function createRefusalLog(log: Logger): LogRefusal {
  const onLeftOut = (leftOut: number): void =>
    log.warn({ leftOut }, 'More requests were refused than have a line here; imagegate_bad_requests_total counts all.');
  const limit = createLineLimit({ perSecond: 5, burst: 20, onLeftOut });
  return ({ status, code, uid, message }, { remoteAddress: address }) => {
    if (!limit('')) return;
    log.warn(
      { status, code, uid: uid === undefined ? undefined : printable(uid), address },
      printable(message, MAX_LOGGED_MESSAGE),
    );
  };
}
