import type { Context, Middleware } from 'koa';
import type { Logger } from 'pino';
import { InvalidReviewError } from '../../admission/admission-review.ts';
import { printable } from '../../mistake/printable.ts';
import { admissionReview, allowed, errored } from '../../admission/response.ts';
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

/** For the metrics. */
const ERRORED = { verdict: 'errored', findings: [], unknownKind: false } as const;
const ERRORED_MUTATION = { verdict: 'errored', response: {}, rewritten: [] } as const;

/**
 * The outermost middleware: notes when a request arrived, and answers any error. Koa's own handler would print a stack
 * for each bad request. The parser's errors, which carry the body, are replaced before they get here
 * (body-readers.ts), and only the message and status of an error are sent.
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

  /** An internal error. If the uid is known, the API server gets a verdict on it: a denial, or no patch. */
  function fail(ctx: Context, error: unknown): void {
    const { review, contact, arrivedAt = Number.NaN, isPolicyReview, isMutation } = stateOf(ctx);
    const uid = review?.request.uid;
    log.error(
      { status: 500, uid: printableUid(uid), stack: frames(error) },
      printable(messageOf(error), MAX_LOGGED_MESSAGE),
    );
    if (review !== undefined && uid !== undefined) {
      const isCounted = isPolicyReview === true || ctx.res.headersSent;
      // The validating entry judges what was not rewritten; a denial here would say that twice.
      const response = isMutation === true ? allowed(uid) : errored(uid, messageOf(error), contact);
      sendJson(ctx, 200, JSON.stringify(admissionReview(review.apiVersion, response)));
      if (isCounted) return;
      if (isMutation === true) metrics.mutated(review.request, ERRORED_MUTATION);
      else metrics.reviewed(review.request, ERRORED, (performance.now() - arrivedAt) / 1000);
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

/** The stack without the message, which may quote the request. */
function frames(error: unknown): readonly string[] | undefined {
  if (!(error instanceof Error)) return undefined;
  return error.stack
    ?.split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('at '));
}
