/** What a row has measured several times, for its figures: `9.2 s`, or `9.2 to 10.3 s`. */
export function span(values: readonly number[], digits: number, unit = ''): string {
  const ends = [Math.min(...values), Math.max(...values)].map((value) => value.toFixed(digits));
  return `${[...new Set(ends)].join(' to ')}${unit}`;
}
