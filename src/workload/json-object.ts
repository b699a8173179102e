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
