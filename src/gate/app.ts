import Koa from 'koa';
import type { Logger } from 'pino';
import { printable } from '../admission/printable.ts';
import type { Ruleset } from '../engine/ruleset.ts';
import { createAdmissionRoute } from './admission-route.ts';
import { createAnswer } from './answer.ts';
import { createBodyBudget } from './body-budget.ts';
import { BODY_BUDGET_BYTES, SMALL_BODY_BYTES } from './body-limits.ts';
import { checkBody, createBodyParser } from './body-parser.ts';
import { createErrorAnswer } from './error-answer.ts';
import { limitJsonMarks } from './json-marks.ts';
import type { Metrics } from './metrics.ts';
import { createPolicyRoute, type JudgePolicy } from './policy-route.ts';
import { readSmallBody } from './read-small-body.ts';
import { checkRequest } from './request-check.ts';

export interface AppOptions {
  /** The ruleset of the moment. */
  readonly ruleset: () => Ruleset;
  readonly judgePolicy: JudgePolicy;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Whether clients should find another gate. */
  readonly draining: () => boolean;
}

/** The webhook: takes AdmissionReviews at `/validate` and `/`, those of its own ConfigMaps at `/validate-policy`, and answers each. */
export function createApp({ ruleset, judgePolicy, log, metrics, draining }: AppOptions): Koa {
  const app = new Koa();
  const answer = createAnswer(draining);
  // All that is left for Koa to tell are connections that break.
  app.on('error', (error: Error) => log.debug(`A connection broke: ${printable(error.message)}`));
  app.use(createErrorAnswer({ answer, log, metrics }));
  app.use(checkRequest);
  app.use(createBodyBudget({ smallBytes: SMALL_BODY_BYTES, budgetBytes: BODY_BUDGET_BYTES }));
  app.use(limitJsonMarks);
  app.use(readSmallBody);
  app.use(createBodyParser());
  app.use(checkBody);
  app.use(createPolicyRoute({ judgePolicy, answer, log }));
  app.use(createAdmissionRoute({ ruleset, answer, log, metrics }));
  return app;
}
