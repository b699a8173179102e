import type { Context, Middleware } from 'koa';
import type { Logger } from 'pino';
import { InvalidReviewError } from '../../admission/admission-review.ts';
import { printable } from '../../mistake/printable.ts';
import { admissionReview, errored } from '../../admission/response.ts';
import { messageOf } from '../../mistake/mistake.ts';
import type { SendJson } from './send-json.ts';
import { MAX_LOGGED_MESSAGE } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { ClientGoneError, Refusal, refusalBody } from './refusal.ts';
import type { LogRefusal } from '../telemetry/request-log.ts';
import { stateOf } from './request-state.ts';

export interface ErrorAnswerOptions {
  readonly sendJson: SendJson;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly logRefusal: LogRefusal;
}

/** As it is counted. */
const ERRORED = { verdict: 'errored', findings: [], unknownKind: false } as const;

/**
 * The outermost middleware: notes when a request arrived, and answers whatever is thrown on its way. Koa's own handler
 * would print a stack for each bad request. The parser's errors carry the body; they never come here as they are (see
 * body.ts), and of any error only message and status are told.
 */
export function createErrorAnswer({ sendJson, log, metrics, logRefusal }: ErrorAnswerOptions): Middleware {
  return async function answerErrors(ctx, next) {
    stateOf(ctx).arrivedAt = performance.now();
    try {
      await next();
    } catch (error) {
      if (error instanceof ClientGoneError) log.debug('Client closed the connection before its request was complete.');
      else if (error instanceof Refusal) refuse(ctx, error);
      else if (error instanceof InvalidReviewError) refuse(ctx, invalidReview(error));
      else fail(ctx, error);
    }
  };

  function refuse(ctx: Context, refusal: Refusal): void {
    metrics.refused(refusal.status);
    logRefusal(refusal, ctx.req.socket);
    sendJson(ctx, refusal.status, refusalBody(refusal), refusal.headers);
  }

  /** Our own failure. Where the API server waits for a verdict on a uid, it gets one, a denial. */
  function fail(ctx: Context, error: unknown): void {
    const { review, contact, arrivedAt = Number.NaN, isPolicyReview } = stateOf(ctx);
    const uid = review?.request.uid;
    log.error(
      { status: 500, uid: printableUid(uid), stack: frames(error) },
      printable(messageOf(error), MAX_LOGGED_MESSAGE),
    );
    if (review !== undefined && uid !== undefined) {
      const isCounted = isPolicyReview === true || ctx.res.headersSent;
      sendJson(ctx, 200, JSON.stringify(admissionReview(review.apiVersion, errored(uid, messageOf(error), contact))));
      if (!isCounted) metrics.reviewed(review.request, ERRORED, (performance.now() - arrivedAt) / 1000);
      return;
    }
    metrics.refused(500);
    const message = 'ImageGate failed to read this request. Its administrator finds more in its log.';
    sendJson(ctx, 500, refusalBody(new Refusal('internal-error', message)));
  }
}

function invalidReview({ message, uid }: InvalidReviewError): Refusal {
  return new Refusal('review-invalid', message, { uid });
}

function printableUid(uid: string | undefined): string | undefined {
  return uid === undefined ? undefined : printable(uid);
}

/** Where an error was thrown, without its message. */
function frames(error: unknown): readonly string[] | undefined {
  if (!(error instanceof Error)) return undefined;
  return error.stack
    ?.split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('at '));
}
