/**
 * Compiles a pattern in which `*` stands for any run of characters, also an empty one. Matches piece by piece from the left
 * without backtracking, so that no pattern is slow: the first match of a piece is as good as any later one.
 */
export function globMatcher(pattern: string): (text: string) => boolean {
  const [prefix = '', ...pieces] = pattern.split('*');
  const suffix = pieces.pop();
  if (suffix === undefined) return (text) => text === pattern;
  return (text) => {
    if (!text.startsWith(prefix)) return false;
    let from = prefix.length;
    for (const piece of pieces) {
      const found = text.indexOf(piece, from);
      if (found === -1) return false;
      from = found + piece.length;
    }
    return text.length - suffix.length >= from && text.endsWith(suffix);
  };
}
