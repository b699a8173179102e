const PRINTABLE = /^[\x20-\x7e]*$/;
const CUT = '...';

/**
 * Escapes untrusted text for a message or a log: everything outside U+0020 to U+007E becomes `\u{…}`, so that it cannot
 * forge or hide a line. Cuts after `limit` characters, never within an escape.
 */
export function printable(text: string, limit = 256): string {
  if (PRINTABLE.test(text)) return text.length > limit ? text.slice(0, limit) + CUT : text;
  let printed = '';
  for (const character of text) {
    const next = PRINTABLE.test(character) ? character : `\\u{${character.codePointAt(0)?.toString(16).toUpperCase()}}`;
    if (printed.length + next.length > limit) return printed + CUT;
    printed += next;
  }
  return printed;
}
