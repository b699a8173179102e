/** Lets so many lines pass within a second: a flood must not keep the process busy that has to log it. */
export function lineLimit(linesPerSecond: number): (now: number) => 'pass' | 'last' | 'drop' {
  let windowEnd = -Infinity;
  let lines = 0;
  return (now) => {
    if (now >= windowEnd) {
      windowEnd = now + 1000;
      lines = 0;
    }
    lines += 1;
    if (lines < linesPerSecond) return 'pass';
    return lines === linesPerSecond ? 'last' : 'drop';
  };
}
