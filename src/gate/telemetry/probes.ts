import Koa, { type Context, type Next } from 'koa';
import { announcesBody } from '../request/body-limits.ts';
import type { Metrics } from './metrics.ts';
import { parseTarget } from '../request/request-check.ts';

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
  const metricsText = onceASecond(async () => metrics.registry.metrics());
  const routes = new Map<string, Route>([
    ['/livez', live],
    ['/healthz', live],
    ['/readyz', (ctx) => ready(ctx, checks, remarks)],
    [
      '/metrics',
      async (ctx) => {
        ctx.body = await metricsText();
        ctx.type = metrics.registry.contentType;
      },
    ],
  ]);
  const app = new Koa();
  // A probe whose connection breaks is nobody's concern; Koa would print a stack.
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
    // One without a length could be read without end.
    if (ctx.req.headers['transfer-encoding'] !== undefined) ctx.req.destroy();
    return;
  }
  await next();
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
  const { search } = parseTarget(ctx.req.url);
  ctx.body = failed || new URLSearchParams(search).has('verbose') ? `${lines.join('\n')}\n` : 'ok\n';
}

/**
 * What `make` makes, at most once a second: whoever asks in between gets the same. To tell the metrics takes the thread that
 * judges some 2 ms.
 */
function onceASecond<T>(make: () => Promise<T>): () => Promise<T> {
  let made: { readonly at: number; readonly value: Promise<T> } | undefined;
  return () => {
    const now = performance.now();
    if (made === undefined || now - made.at >= 1000) made = { at: now, value: make() };
    return made.value;
  };
}
