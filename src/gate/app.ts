import Koa from 'koa';
import type { Logger } from 'pino';
import { printable } from '../admission/printable.ts';
import type { Ruleset } from '../engine/ruleset.ts';
import { createAdmissionRoute } from './admission-route.ts';
import { createAnswer } from './answer.ts';
import { createBodyReader } from './body-reader.ts';
import { createClientCheck, type KnownClients } from './client-check.ts';
import { createErrorAnswer } from './error-answer.ts';
import type { Metrics } from './metrics.ts';
import { createPolicyRoute, type JudgePolicy } from './policy-route.ts';
import type { PolicyToken } from './policy-token.ts';
import { createRequestCheck } from './request-check.ts';

export interface AppOptions {
  /** The ruleset of the moment. */
  readonly ruleset: () => Ruleset;
  readonly judgePolicy: JudgePolicy;
  /** The policy token of the moment. */
  readonly policyToken: () => PolicyToken | undefined;
  /** By what clients are known; anybody is if there is nothing. */
  readonly clients?: KnownClients | undefined;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Whether clients should find another gate. */
  readonly draining: () => boolean;
}

/**
 * Koa without its own answer to what went well: here each middleware answers by hand. To wait for the end of every answer,
 * as Koa does, costs one request in twenty (docs/decisions/0006).
 */
class HandAnsweringKoa extends Koa {
  handleRequest(ctx: Koa.Context, run: (ctx: Koa.Context) => Promise<void>): Promise<void> {
    return run(ctx).catch((error: Error) => ctx.onerror(error));
  }
}

/**
 * The webhook: takes AdmissionReviews at `/validate` and `/`, those of its own ConfigMaps at `/validate-policy/` with the
 * token, and answers each.
 */
export function createApp({ ruleset, judgePolicy, policyToken, clients, log, metrics, draining }: AppOptions): Koa {
  const app = new HandAnsweringKoa();
  const answer = createAnswer(draining);
  // All that is left for Koa to tell are connections that break.
  app.on('error', (error: Error) => log.debug(`A connection broke: ${printable(error.message)}`));
  app.use(createErrorAnswer({ answer, log, metrics }));
  if (clients !== undefined) app.use(createClientCheck({ clients, log, metrics }));
  app.use(createRequestCheck(policyToken));
  app.use(createBodyReader());
  app.use(createPolicyRoute({ judgePolicy, answer, log }));
  app.use(createAdmissionRoute({ ruleset, answer, log, metrics }));
  return app;
}
