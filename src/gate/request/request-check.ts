import type { Context, Middleware, Next } from 'koa';
import { announcesBody, MAX_BODY_BYTES } from './body-limits.ts';
import { isPolicyPath, type PolicyToken } from '../secret/policy-token.ts';
import { emptyBody, Refusal, tooLarge } from './refusal.ts';
import { stateOf } from './request-state.ts';

/** The paths of reviews: `/validate`, and `/`, as in ImageGate's first release. */
const PATHS: ReadonlySet<string> = new Set(['/validate', '/']);

/** The path of the mutating webhook. */
const MUTATE_PATH = '/mutate';

/**
 * The paths of reviews of namespaces with a profile. Its name is a DNS label, which is all that a log may show of a path.
 */
const PROFILE_PATH = /^(\/validate|\/mutate)\/([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)$/;

/** Parameters are allowed: some clients add `charset=utf-8`, which says nothing that JSON doesn't. */
const JSON_TYPE = /^application\/json[ \t]*(?:;|$)/i;

/**
 * Middleware that passes on requests whose head can be that of a review, and throws a `Refusal` for all else. The body
 * parser would pass most others on, as an empty object.
 *
 * @param policyToken returns the current token
 */
export function createRequestCheck(policyToken: () => PolicyToken | undefined): Middleware {
  return function checkRequest(ctx: Context, next: Next): Promise<unknown> {
    const { path, search } = parseTarget(ctx.req.url);
    const state = stateOf(ctx);
    state.search = search;
    if (!PATHS.has(path)) {
      const [, base = path, profile] = PROFILE_PATH.exec(path) ?? [];
      state.profile = profile;
      state.isMutation = base === MUTATE_PATH;
      state.isPolicyReview = profile === undefined && !state.isMutation && isPolicyPath(path, policyToken());
      if (profile === undefined && !state.isMutation && !state.isPolicyReview) {
        throw new Refusal('path-unknown', 'Reviews are taken at /validate and /mutate, and at each with /PROFILE.');
      }
    }
    checkHead(ctx);
    return next();
  };
}

function checkHead({ req }: Context): void {
  const { headers, method } = req;
  if (method !== 'POST') {
    throw new Refusal('method-not-allowed', 'Reviews are taken by POST.', { headers: { allow: 'POST' } });
  }
  checkType(headers['content-type'], headers['content-encoding']);
  if (!announcesBody(req)) throw emptyBody();
  if (Number(headers['content-length']) > MAX_BODY_BYTES) throw tooLarge();
}

function checkType(type: string | undefined, encoding: string | undefined): void {
  // The first comparison is what the API server sends; the expression is for all others.
  if (type !== 'application/json' && !JSON_TYPE.test(String(type))) {
    throw new Refusal('content-type-unsupported', 'The content type must be application/json.');
  }
  // Even `identity`: the parser hangs or answers 500 on a broken encoding, and the API server never sends one.
  if (encoding !== undefined) {
    throw new Refusal('content-encoding-unsupported', 'The body must be sent without a content encoding.');
  }
}

interface RequestTarget {
  /** `/validate` of `/validate?timeout=5s`. */
  readonly path: string;
  /** `?timeout=5s`, or empty. */
  readonly search: string;
}

/**
 * Parses the target of a request. Koa uses Node's `url.parse`, which throws on some hostile input.
 *
 * @throws {Refusal} if it is not a path.
 */
export function parseTarget(target = ''): RequestTarget {
  if (!target.startsWith('/')) throw new Refusal('http-malformed', 'The target of the request is not a path.');
  const end = target.indexOf('?');
  const path = end === -1 ? target : target.slice(0, end);
  return { path, search: target.slice(path.length) };
}

/** The timeout that the client announces: `5s`. */
export function timeoutOf(search = ''): string | null {
  return new URLSearchParams(search).get('timeout');
}
