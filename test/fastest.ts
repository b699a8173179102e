/**
 * The best of several turns, in milliseconds: what something costs when nothing else is in its way. It is for comparing
 * two costs by a factor; a bound in milliseconds would be one on the machine.
 */
export function fastest(run: () => void): number {
  let best = Infinity;
  for (let turn = 0; turn < 15; turn += 1) {
    const start = performance.now();
    run();
    best = Math.min(best, performance.now() - start);
  }
  return best;
}
