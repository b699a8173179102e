import type { RequestContext } from '../engine/evaluate.ts';
import { isObject, type JsonObject } from '../workload/json-object.ts';
import type { AdmissionRequest } from './admission-review.ts';

const NONE: JsonObject = Object.freeze({});

/** What rules may know of the request, frozen, so that no rule changes it for the next. */
export function requestContext(request: AdmissionRequest): RequestContext {
  const object = isObject(request.object) ? request.object : NONE;
  const metadata = objectOr(object['metadata']);
  const { username = '', groups } = request.userInfo ?? {};
  const { group, version, kind } = request.kind;
  return Object.freeze({
    operation: request.operation,
    namespace: request.namespace === '' ? undefined : request.namespace,
    userInfo: Object.freeze({ username, groups: Object.freeze(groups ?? []) }),
    workload: Object.freeze({
      apiVersion: group === '' ? version : `${group}/${version}`,
      kind,
      name: request.name ?? '',
      labels: objectOr(metadata['labels']) as Readonly<Record<string, string>>,
      annotations: objectOr(metadata['annotations']) as Readonly<Record<string, string>>,
    }),
  });
}

function objectOr(value: unknown): JsonObject {
  return isObject(value) ? Object.freeze(value) : NONE;
}
