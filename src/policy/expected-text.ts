/** The types and limits of the schema of policy.yaml, as what was expected. */
const TYPES: Readonly<Record<string, string>> = { array: 'a list', object: 'an object', string: 'text' };
const LIMITS: Readonly<Record<string, (limit: number) => string>> = {
  maxLength: (limit) => `at most ${limit} characters`,
  minLength: () => 'text that is not empty',
  minItems: () => 'a list that is not empty',
};

/** A type of JSON Schema as what was expected. */
export function typeText(type: string): string {
  return TYPES[type] ?? type;
}

/** A limit of JSON Schema as what was expected. */
export function limitText(keyword: string, limit: number): string {
  return LIMITS[keyword]?.(limit) ?? `${keyword} ${limit}`;
}
