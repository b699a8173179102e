/** A stream of pieces. */
export async function* chunks<T>(...pieces: readonly T[]): AsyncGenerator<T> {
  yield* pieces;
}

/** What an asynchronous generator yields. */
export async function collected<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
