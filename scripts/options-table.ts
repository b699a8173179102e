import { format, resolveConfig } from 'prettier';
import type { OptionSchema } from '../src/rule/options-schema.ts';
import type { RuleMeta } from '../src/rule/rule.ts';

const BEGIN = '<!-- Written by `npm run docs` from the schema of the rule. -->';
const END = '<!-- End of what is written by `npm run docs`. -->';

/** Where the table will be, in a page that has none yet. */
export const OPTIONS_TABLE = `${BEGIN}\n\n${END}`;

/**
 * A rule's page with the table of its options made anew from its schema, between two comments.
 *
 * @param path the page's path, for prettier's configuration
 * @throws {Error} for a page without the two comments.
 */
export async function withOptionsTable(page: string, meta: RuleMeta, path: string): Promise<string> {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin === -1 || end < begin) throw new Error(`${path} must have these lines for the options:\n${BEGIN}\n${END}`);
  const text = `${page.slice(0, begin)}${BEGIN}\n\n${optionsTable(meta)}\n\n${page.slice(end)}`;
  return format(text, { ...(await resolveConfig(path)), parser: 'markdown' });
}

function optionsTable({ schema }: RuleMeta): string {
  const options = Object.entries(schema?.properties ?? {});
  if (options.length === 0) return 'This rule takes no options.';
  const rows = options.flatMap(([name, option]) => rowsOf(name, option));
  return ['| option | value | default | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

/** The row of an option, and one for each part of the objects in a list. */
function rowsOf(name: string, option: OptionSchema): readonly string[] {
  const byDefault = option.default === undefined ? 'none' : code(option.default);
  const row = `| \`${name}\` | ${valueText(option)} | ${byDefault} | ${escaped(option.description ?? '')} |`;
  const parts = Object.entries(option.items?.properties ?? {});
  return [row, ...parts.flatMap(([part, schema]) => rowsOf(`${name}[].${part}`, schema))];
}

function valueText(option: OptionSchema): string {
  if (option.enum !== undefined) return option.enum.map(code).join(' or ');
  if (option.type === 'array') return `list of ${option.items === undefined ? 'anything' : valueText(option.items)}`;
  return { string: 'text', boolean: '`true` or `false`', number: 'number', integer: 'whole number', object: 'object' }[
    option.type
  ];
}

function code(value: unknown): string {
  return `\`${escaped(JSON.stringify(value))}\``;
}

/** In a table, a bar ends the cell, in code too. */
function escaped(text: string): string {
  return text.replaceAll('|', '\\|');
}
