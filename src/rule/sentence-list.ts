/** In bytes; entries are ASCII, so characters are bytes. */
export const MAX_LENGTH = 512;

/** Joins entries by `,` for a sentence; if they are too long, it says how many were left out. */
export function sentenceList(entries: readonly string[]): string {
  let text = '';
  for (const [index, entry] of entries.entries()) {
    const longer = index === 0 ? entry.slice(0, MAX_LENGTH) : `${text},${entry}`;
    if (longer.length > MAX_LENGTH) return `${text} and ${entries.length - index} more`;
    text = longer;
  }
  return text;
}
