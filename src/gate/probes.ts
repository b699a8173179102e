import Koa, { type Context, type Next } from 'koa';
import type { Metrics } from './metrics.ts';

/** What must hold for the gate to be sent requests: a name, and `undefined` or what is wrong. */
export type Checks = Readonly<Record<string, () => string | undefined>>;

export interface ProbesOptions {
  readonly checks: Checks;
  /** What somebody should look at, though the gate can be sent requests; told only with `?verbose`. */
  readonly remarks: Checks;
  readonly metrics: Metrics;
}

type Route = (ctx: Context) => void | Promise<void>;

/** The answers for those who run the gate: whether it lives, whether it is ready, and what it has counted. */
export function createProbes({ checks, remarks, metrics }: ProbesOptions): Koa {
  const routes = new Map<string, Route>([
    ['/livez', live],
    ['/healthz', live],
    ['/readyz', (ctx) => ready(ctx, checks, remarks)],
    ['/metrics', async (ctx) => tellMetrics(ctx, metrics)],
  ]);
  const app = new Koa();
  // A probe whose connection breaks is nobody's concern; Koa would print a stack.
  app.on('error', () => {});
  app.use(onlyReads);
  app.use(async (ctx) => routes.get(ctx.path)?.(ctx));
  return app;
}

async function onlyReads(ctx: Context, next: Next): Promise<void> {
  if (ctx.method === 'GET' || ctx.method === 'HEAD') {
    await next();
    return;
  }
  ctx.status = 405;
  ctx.set('allow', 'GET, HEAD');
}

/** That there is an answer is the answer: a process that hangs gives none. */
function live(ctx: Context): void {
  ctx.body = 'ok\n';
}

/** In the form of Kubernetes' own health checks: `?verbose` lists them, and so does a failure. */
function ready(ctx: Context, checks: Checks, remarks: Checks): void {
  const lines: string[] = [];
  let failed = false;
  for (const [name, check] of Object.entries(checks)) {
    const problem = check();
    failed ||= problem !== undefined;
    lines.push(problem === undefined ? `[+]${name} ok` : `[-]${name} failed: ${problem}`);
  }
  for (const [name, remark] of Object.entries(remarks)) {
    const problem = remark();
    lines.push(problem === undefined ? `[+]${name} ok` : `[!]${name}: ${problem}`);
  }
  lines.push(failed ? 'readyz check failed' : 'readyz check passed');
  ctx.status = failed ? 503 : 200;
  ctx.body = failed || 'verbose' in ctx.query ? `${lines.join('\n')}\n` : 'ok\n';
}

async function tellMetrics(ctx: Context, { registry }: Metrics): Promise<void> {
  const text = await registry.metrics();
  ctx.type = registry.contentType;
  ctx.body = text;
}
