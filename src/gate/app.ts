import Koa from 'koa';
import type { Logger } from 'pino';
import { printable } from '../mistake/printable.ts';
import type { Ruleset } from '../engine/ruleset.ts';
import { createAdmissionRoute } from './request/admission-route.ts';
import { createSendJson, type SendJsonOptions } from './request/send-json.ts';
import { createBodyReader } from './request/body.ts';
import { createClientCheck, type KnownClients } from './secret/client-check.ts';
import { createErrorAnswer } from './request/error-answer.ts';
import type { Metrics } from './telemetry/metrics.ts';
import { createPolicyRoute, type JudgePolicy } from './request/policy-route.ts';
import type { PolicyToken } from './secret/policy-token.ts';
import type { LogRefusal, LogReview } from './telemetry/request-log.ts';
import type { LogMutation } from './telemetry/mutation-log.ts';
import { createMutationRoute } from './request/mutation-route.ts';
import { createRequestCheck } from './request/request-check.ts';
import { Turns } from './request/turns.ts';

export interface AppOptions extends SendJsonOptions {
  /** Returns the current ruleset. */
  readonly ruleset: () => Ruleset;
  readonly judgePolicy: JudgePolicy;
  /** Returns the current policy token. */
  readonly policyToken: () => PolicyToken | undefined;
  /** How clients are authenticated; `undefined` accepts all. */
  readonly clients?: KnownClients | undefined;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly logRefusal: LogRefusal;
  readonly logReview: LogReview;
  readonly logMutation: LogMutation;
}

/**
 * Koa without its own response on success: each middleware calls `sendJson`. Koa waits for the end of every response,
 * which costs 5 % of the throughput (docs/decisions/0006).
 */
class HandAnsweringKoa extends Koa {
  handleRequest(ctx: Koa.Context, run: (ctx: Koa.Context) => Promise<void>): Promise<void> {
    return run(ctx).catch((error: Error) => ctx.onerror(error));
  }
}

/**
 * The webhook: answers AdmissionReviews at `/validate` and `/`, at `/validate/` followed by a profile, those of the mutating
 * webhook at `/mutate` and `/mutate/` followed by a profile, and those of its own ConfigMaps at `/validate-policy/` followed by
 * the token.
 */
export function createApp(options: AppOptions): Koa {
  const { judgePolicy, policyToken, clients, log } = options;
  const app = new HandAnsweringKoa();
  const sendJson = createSendJson(options);
  // The error middleware catches all else, so only broken connections reach this.
  app.on('error', (error: Error) => log.debug(`Connection error: ${printable(error.message)}`));
  app.use(createErrorAnswer({ ...options, sendJson }));
  if (clients !== undefined) app.use(createClientCheck({ ...options, clients }));
  app.use(createRequestCheck(policyToken));
  app.use(createBodyReader());
  app.use(createPolicyRoute({ judgePolicy, sendJson, log }));
  const turns = new Turns();
  app.use(createMutationRoute({ ...options, sendJson, turns }));
  app.use(createAdmissionRoute({ ...options, sendJson, turns }));
  return app;
}
