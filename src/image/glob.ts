/**
 * A pattern in which `*` stands for any run of characters, an empty one too, and everything else for itself.
 * Matched piece by piece from the left, so that no pattern makes it slow: the first place where a piece fits is as
 * good as any later one.
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
