import type { CST } from 'yaml';

/** Whether tokens of YAML lie within each other more than so many levels. It does not call itself: it guards those that do. */
export function isDeeperThan(levels: number, tokens: readonly CST.Token[]): boolean {
  const open = tokens.map((token) => ({ token, depth: 0 }));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { token, depth } = next;
    if (depth > levels) return true;
    for (const inner of within(token)) open.push({ token: inner, depth: depth + 1 });
  }
  return false;
}

function within(token: CST.Token): readonly CST.Token[] {
  if (token.type === 'document') return token.value === undefined ? [] : [token.value];
  if (!('items' in token)) return [];
  return token.items.flatMap(({ key, value }) => [key, value]).filter((inner) => inner !== undefined && inner !== null);
}
