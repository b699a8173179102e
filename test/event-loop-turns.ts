/** How often the event loop comes round while something is done. */
export async function eventLoopTurns(body: () => Promise<unknown>): Promise<number> {
  let turns = 0;
  const count = (): void => {
    turns += 1;
    next = setImmediate(count);
  };
  let next = setImmediate(count);
  try {
    await body();
    return turns;
  } finally {
    clearImmediate(next);
  }
}
