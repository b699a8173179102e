import Koa, { type Context, type Next } from 'koa';
import { announcesBody } from '../request/body-limits.ts';
import type { Metrics } from './metrics.ts';
import { parseTarget } from '../request/request-check.ts';

/** Health checks by name; each returns what is wrong, or `undefined`. */
export type Checks = Readonly<Record<string, () => string | undefined>>;

export interface ProbesOptions {
  readonly checks: Checks;
  /** Problems that leave the gate ready; shown only with `?verbose` or on a failure. */
  readonly remarks: Checks;
  /** What is in use, for `imagegate doctor`: nothing of it is secret. */
  readonly status: () => object;
  readonly metrics: Metrics;
}

type Route = (ctx: Context) => void | Promise<void>;

/** The app of the ops server: liveness, readiness, status and metrics. */
export function createProbes({ checks, remarks, status, metrics }: ProbesOptions): Koa {
  const metricsText = onceASecond(async () => metrics.registry.metrics());
  const routes = new Map<string, Route>([
    ['/livez', live],
    ['/healthz', live],
    ['/readyz', (ctx) => ready(ctx, checks, remarks)],
    ['/status', (ctx) => void (ctx.body = status())],
    [
      '/metrics',
      async (ctx) => {
        ctx.body = await metricsText();
        ctx.type = metrics.registry.contentType;
      },
    ],
  ]);
  const app = new Koa();
  // A broken connection of a probe needs no log line; Koa would print a stack.
  app.on('error', () => {});
  app.use(onlyReads);
  app.use(async (ctx) => routes.get(parseTarget(ctx.req.url).path)?.(ctx));
  return app;
}

async function onlyReads(ctx: Context, next: Next): Promise<void> {
  const hasBody = announcesBody(ctx.req);
  if (hasBody || (ctx.method !== 'GET' && ctx.method !== 'HEAD')) {
    ctx.status = hasBody ? 400 : 405;
    ctx.set('allow', 'GET, HEAD');
    ctx.set('connection', 'close');
    // A chunked body could be endless.
    if (ctx.req.headers['transfer-encoding'] !== undefined) ctx.req.destroy();
    return;
  }
  await next();
}

/** Always ok: a hung process does not answer. */
function live(ctx: Context): void {
  ctx.body = 'ok\n';
}

/** The format of Kubernetes' own health checks: `?verbose` or a failure lists them. */
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
  const { search } = parseTarget(ctx.req.url);
  ctx.body = failed || new URLSearchParams(search).has('verbose') ? `${lines.join('\n')}\n` : 'ok\n';
}

/**
 * Caches the result of `make` for a second: serialising the metrics blocks the event loop for some 2 ms.
 */
function onceASecond<T>(make: () => Promise<T>): () => Promise<T> {
  let made: { readonly at: number; readonly value: Promise<T> } | undefined;
  return () => {
    const now = performance.now();
    if (made === undefined || now - made.at >= 1000) made = { at: now, value: make() };
    return made.value;
  };
}
