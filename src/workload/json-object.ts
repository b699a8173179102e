/** A JSON object, not yet validated. */
export interface JsonObject {
  readonly [key: string]: unknown;
}

/** An object of a known kind that is not of the form that the API server sends. The message names the field. */
export class UnreadableWorkloadError extends Error {
  override readonly name = 'UnreadableWorkloadError';
}

/** Whether a JSON value is an object, and not a list. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The JSON type of a value, for a sentence: `a list`, `nothing`. */
export function typeName(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** A text of an unvalidated value; empty if there is none. */
export function textAt(value: unknown, name: string): string {
  const text = property(value, name);
  return typeof text === 'string' ? text : '';
}

/** A property of an unvalidated value; `undefined` if the value is no object. */
export function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

/** A text that is not empty. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/**
 * The most containers and volumes, all lists together, of one object. Each takes strings and findings, so that without a
 * limit a body of 3 MiB, `{},` a million times, would exhaust the memory.
 *
 * No object that Kubernetes can store has as many. etcd accepts 1.5 MiB per request (`DefaultMaxRequestBytes` in its
 * server/embed/config.go); names are distinct, so most have four characters or more. A volume takes at least 14 bytes
 * (`emptyDir`; 23 with an image) and a container 41, since generated.pb.go also writes empty fields: some 115,000.
 * A request has 3 MiB (`MaxRequestBodyBytes` in k8s.io/apiserver's pkg/server/config.go), and `{"name":"abcd","image":"b"},`
 * takes 28 bytes: again some 115,000.
 */
export const MAX_ITEMS = 131_072;

/**
 * Call before allocating anything per item.
 *
 * @param where their owner: `object of a Rollout`
 * @param items what they are: `containers and volumes`
 * @throws {UnreadableWorkloadError} if there are more than MAX_ITEMS.
 */
export function limitItems(count: number, where: string, items: string): void {
  if (count <= MAX_ITEMS) return;
  throw new UnreadableWorkloadError(`${where} must have at most ${MAX_ITEMS} ${items}, found ${count}`);
}
