/** Takes what is done in pieces to its end, without a rest. */
export function completed<T>(pieces: Generator<unknown, T>): T {
  for (;;) {
    const piece = pieces.next();
    if (piece.done === true) return piece.value;
  }
}
