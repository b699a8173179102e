import type { RequestContext } from '../rule/rule.ts';
import { isObject, type JsonObject, typeName, UnreadableWorkloadError } from '../workload/json-object.ts';
import type { AdmissionRequest } from './admission-review.ts';

const NONE: JsonObject = Object.freeze({});

const MINUTE_MS = 60_000;

/**
 * What rules may read of the request, frozen, so that no rule changes it for the next.
 *
 * @param profile one that the policy has
 * @param now in milliseconds since 1970; rules get it rounded down to the minute, so that their verdicts can be cached
 * @throws {UnreadableWorkloadError} for labels or annotations that are not strings, which the API server never sends.
 */
export function requestContext(request: AdmissionRequest, now: number, profile?: string): RequestContext {
  const object = isObject(request.object) ? request.object : NONE;
  const metadata = objectOr(object['metadata']);
  const { username = '', groups } = request.userInfo ?? {};
  const { group, version, kind } = request.kind;
  return Object.freeze({
    operation: request.operation,
    now: minuteOf(now),
    namespace: request.namespace === '' ? undefined : request.namespace,
    profile,
    userInfo: Object.freeze({ username, groups: Object.freeze(groups ?? []) }),
    workload: Object.freeze({
      apiVersion: group === '' ? version : `${group}/${version}`,
      kind,
      name: request.name ?? '',
      labels: textsOf(metadata, 'labels'),
      annotations: textsOf(metadata, 'annotations'),
    }),
  });
}

let lastMinute = NaN;
let lastText = '';

/** Cached for the requests of the same minute: formatting it costs more than the rest of the context. */
function minuteOf(now: number): string {
  const minute = Math.floor(now / MINUTE_MS);
  if (minute !== lastMinute) lastText = new Date((lastMinute = minute) * MINUTE_MS).toISOString();
  return lastText;
}

function objectOr(value: unknown): JsonObject {
  return isObject(value) ? Object.freeze(value) : NONE;
}

/** Labels or annotations. They are passed to the sandbox unchecked, so all values must be strings. */
function textsOf(metadata: JsonObject, field: string): Readonly<Record<string, string>> {
  const texts = objectOr(metadata[field]);
  for (const key in texts) {
    if (typeof texts[key] === 'string') continue;
    throw new UnreadableWorkloadError(`object.metadata.${field} must hold strings, found ${typeName(texts[key])}`);
  }
  return texts as Readonly<Record<string, string>>;
}
