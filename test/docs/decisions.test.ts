import { expect } from 'chai';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../project-root.ts';
import { readPage, rowsUnder } from './tables.ts';

const files = readdirSync(join(projectRoot, 'docs', 'decisions')).filter((name) => /^\d/.test(name));
const pages = files.map((name) => ({ name, text: readPage(`docs/decisions/${name}`) }));

/** As a page says it at its top: `replaced by [9](0009-rules-in-a-sandbox.md)`, or nothing of that. */
function stateOf(text: string): string {
  const [, number, file] = /^\*\*Decided\*\*.* \*\*Replaced\*\*.* by \[decision (\d+)\]\(([^)]+)\)/m.exec(text) ?? [];
  return number === undefined ? 'holds' : `replaced by [${number}](${file})`;
}

describe('docs/decisions', () => {
  it('are numbered without a gap, in their names and their titles', () => {
    const numbers = pages.map(({ name, text }) => [name.slice(0, 4), /^# (\d+)\. /.exec(text)?.[1]]);
    expect(numbers).to.deep.equal(pages.map((_, index) => [String(index + 1).padStart(4, '0'), String(index + 1)]));
  });

  it('are all in the index, with their titles, and what became of them', () => {
    expect(rowsUnder(readPage('docs/decisions/README.md'), 'decision')).to.deep.equal(
      pages.map(({ name, text }) => [`[${text.slice(2, text.indexOf('\n'))}](${name})`, stateOf(text)]),
    );
  });

  it('say in both places which is replaced by which', () => {
    const replaced = pages.filter(({ text }) => stateOf(text) !== 'holds');
    expect(replaced.map(({ name }) => name)).to.include('0004-custom-rules-in-processes.md');
    for (const { name, text } of replaced) {
      const successor = pages.find((page) => stateOf(text).endsWith(`(${page.name})`));
      expect(successor?.text, name).to.match(
        new RegExp(`^\\*\\*Decided\\*\\*.* in place of \\[decision \\d+\\]\\(${name}\\)`, 'm'),
      );
    }
  });
});
