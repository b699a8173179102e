/** Freezes plain data, all the way down. JSON has no circles. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze<unknown>(inner);
  }
  return value;
}
