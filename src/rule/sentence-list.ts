/** A list in a sentence is cut after so many bytes; entries are ASCII, so characters are bytes. */
export const MAX_LENGTH = 512;

/** Joins entries for a sentence, by `,` and in their order, and says how many were left out where it grows too long. */
export function sentenceList(entries: readonly string[]): string {
  let text = '';
  for (const [index, entry] of entries.entries()) {
    const longer = index === 0 ? entry.slice(0, MAX_LENGTH) : `${text},${entry}`;
    if (longer.length > MAX_LENGTH) return `${text} and ${entries.length - index} more`;
    text = longer;
  }
  return text;
}
