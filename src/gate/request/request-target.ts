import { Refusal } from './refusal.ts';

/** What stands in the first line of a request. */
export interface RequestTarget {
  /** `/validate` of `/validate?timeout=5s`. */
  readonly path: string;
  /** `?timeout=5s`, or nothing. */
  readonly search: string;
}

/**
 * Reads the target of a request. Koa would read it by Node's `url.parse`, which throws for some of what a stranger may
 * write there.
 *
 * @throws {Refusal} for one that is not a path.
 */
export function parseTarget(target = ''): RequestTarget {
  if (!target.startsWith('/')) throw new Refusal('http-malformed', 'The target of the request is not a path.');
  const end = target.indexOf('?');
  return end === -1 ? { path: target, search: '' } : { path: target.slice(0, end), search: target.slice(end) };
}

/** How long the client waits, as it says itself: `5s`. */
export function timeoutOf(search = ''): string | null {
  return new URLSearchParams(search).get('timeout');
}
