import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadRules } from '../src/rule-file/load-rules.ts';
import { withOptionsTable } from './options-table.ts';

// `npm run docs`: writes the tables of options in docs/rules. This file runs as build/scripts/rule-docs.js.
const root = join(import.meta.dirname, '..', '..');

for (const { meta } of await loadRules(join(root, 'build', 'rules'))) {
  const path = join(root, 'docs', 'rules', `${meta.name}.md`);
  const page = await readFile(path, 'utf8');
  const written = await withOptionsTable(page, meta, path);
  if (written !== page) {
    await writeFile(path, written);
    console.log(`written: docs/rules/${meta.name}.md`);
  }
}
