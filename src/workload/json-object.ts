/** An object of JSON, of which nothing is known yet. */
export interface JsonObject {
  readonly [key: string]: unknown;
}

/** A known kind whose object is not in the form that the API server sends. The message names the field. */
export class UnreadableWorkloadError extends Error {
  override readonly name = 'UnreadableWorkloadError';
}

/** Whether a value of JSON is an object, and no list. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The JSON type of a value, in a sentence: `a list`, `nothing`. */
export function typeName(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** What a value of which nothing is known has under a name; `undefined` also where it can have nothing. */
export function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

/**
 * The most containers and volumes, all lists together, that are looked at in one object. Of each image strings and
 * findings are made, so that without a limit a body of 3 MiB, `{},` a million times, takes more memory than there is.
 *
 * Nothing that Kubernetes stores has as many. etcd takes 1.5 MiB in one request (`DefaultMaxRequestBytes` of etcd's
 * server/embed/config.go), and there names are distinct, so that most have four characters. A volume is at least 14 bytes
 * of it (`emptyDir`; 23 with an image) and a container 41, since generated.pb.go writes also what is empty: some 115,000.
 * A request has 3 MiB (`MaxRequestBodyBytes` of k8s.io/apiserver's pkg/server/config.go), and `{"name":"abcd","image":"b"},`
 * is 28 of them, which comes to 115,000 as well.
 */
export const MAX_ITEMS = 131_072;

/**
 * To be called before anything is made for each item.
 *
 * @param where what has them: `object of a Rollout`
 * @param items what they are: `containers and volumes`
 * @throws {UnreadableWorkloadError} when there are more than are looked at.
 */
export function limitItems(count: number, where: string, items: string): void {
  if (count <= MAX_ITEMS) return;
  throw new UnreadableWorkloadError(`${where} must have at most ${MAX_ITEMS} ${items}, found ${count}`);
}
