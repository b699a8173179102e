import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../project-root.ts';

/** The text of a page, by its path from the project's root. */
export function readPage(path: string): string {
  return readFileSync(join(projectRoot, path), 'utf8');
}

/**
 * The rows of a page's tables whose first column is called so, without the row of names and the one of dashes.
 *
 * @throws Error if there is no such table.
 */
export function rowsUnder(page: string, column: string): readonly (readonly string[])[] {
  const tables = [...page.matchAll(/(?:^\|.*\n)+/gm)].map(([table]) => table.trim().split('\n').map(cells));
  const found = tables.filter(([names]) => names?.[0] === column);
  if (found.length === 0) throw new Error(`There is no table whose first column is called ${column}.`);
  return found.flatMap((rows) => rows.slice(2));
}

function cells(row: string): readonly string[] {
  return row
    .slice(1, -1)
    .split('|')
    .map((cell) => cell.trim());
}

/** What stands as code in a cell. */
export function codesIn(cell = ''): readonly string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code!);
}

/** A cell as it is read: code without its backticks, links by their text. */
export function plain(cell = ''): string {
  return cell.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll('`', '');
}

/** A text in which the page cuts digests after four digits, with digests in full. */
export function whole(text = ''): string {
  return text.replaceAll(/(?<=sha256:)(\w{4})…/g, (_, digits: string) => digits.repeat(16));
}
