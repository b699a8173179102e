/** A string literal of CEL, whose escapes are those of JSON. */
export function quoted(text: string): string {
  return JSON.stringify(text);
}

export function listOf(texts: readonly string[]): string {
  return `[${texts.map(quoted).join(', ')}]`;
}

/** Text in a regular expression. A quote would end its literal, and RE2 knows no escaped letters outside of ASCII. */
export function literally(text: string): string {
  return text
    .replaceAll(/[^\w/:@ -]/gu, (character) => `\\x{${character.codePointAt(0)!.toString(16)}}`)
    .replaceAll('\\x{2e}', '\\.');
}

/** A pattern in which `*` stands for any run of characters. */
export function globExpression(glob: string): string {
  return glob.split('*').map(literally).join('.*');
}

/** Whether one of these expressions matches: from the beginning, and by default to the end. */
export function matchesAny(value: string, expressions: readonly string[], end = '$'): string {
  return `${value}.matches(r'^(?:${expressions.join('|')})${end}')`;
}

/** `&&` and `||` of what there is, in parentheses; without any, what holds for none. */
export function allOf(conditions: readonly (string | undefined)[]): string {
  return joined(conditions, '&&', 'true');
}

export function anyOf(conditions: readonly (string | undefined)[]): string {
  return joined(conditions, '||', 'false');
}

function joined(conditions: readonly (string | undefined)[], operator: string, none: string): string {
  const present = conditions.filter((condition) => condition !== undefined);
  if (present.length < 2) return present[0] ?? none;
  return `(${present.join(` ${operator} `)})`;
}
