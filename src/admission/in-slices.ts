/** The steps of custom rules between two rests: one to a few milliseconds. */
const SLICE_STEPS = 50_000;

/**
 * Runs a generator to its end: synchronously if it takes few steps, else with rests between slices. Rests come only
 * after a check or an image, and do not affect the result.
 *
 * @param rest resolves when the next slice may run; `spent` is the number of steps so far
 */
export function inSlices<T>(pieces: Generator<number, T>, rest: (spent: number) => Promise<void>): T | Promise<T> {
  const first = slice(pieces);
  return 'result' in first ? first.result : goOn(pieces, first.steps, rest);
}

async function goOn<T>(
  pieces: Generator<number, T>,
  already: number,
  rest: (spent: number) => Promise<void>,
): Promise<T> {
  let spent = already;
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- letting others run in between is the purpose
    await rest(spent);
    const next = slice(pieces);
    if ('result' in next) return next.result;
    spent += next.steps;
  }
}

function slice<T>(pieces: Generator<number, T>): { readonly result: T } | { readonly steps: number } {
  let steps = 0;
  while (steps < SLICE_STEPS) {
    const piece = pieces.next();
    if (piece.done === true) return { result: piece.value };
    steps += piece.value;
  }
  return { steps };
}
