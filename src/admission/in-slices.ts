/** After so many steps of custom rules whoever else waits has a turn: one to a few milliseconds. */
const SLICE_STEPS = 50_000;

/**
 * Takes what is done in pieces to its end: at once if that takes few steps, and otherwise with rests in between. A rest
 * only ever comes behind a check or an image, and changes nothing about the result.
 *
 * @param rest waits for the next turn of one that has used so many steps
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
    // oxlint-disable-next-line no-await-in-loop -- that others have turns is what this is for
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
