import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { testRules } from '../../src/cli/test-rules.ts';
import { projectRoot } from '../project-root.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const page = readFileSync(join(projectRoot, 'docs', 'writing-rules.md'), 'utf8');
const [, rule = ''] = /```js\n([^]*?)```/.exec(page) ?? [];
const [, section = ''] = /\n## What is told of a mistake\n([^]*)/.exec(page) ?? [];

/** The text of a cell's code, which stands in one or two backticks. */
const codesIn = (cell: string): readonly string[] =>
  [...cell.matchAll(/(`+) ?(.*?) ?\1(?=<br>| *$)/g)].map(([, , code = '']) => code);

const rows = section
  .split('\n')
  .filter((line) => /^\| *`/.test(line))
  .map((line) => line.split('|').slice(1, -1).map(codesIn))
  .map(([[written = ''] = [], [right = ''] = [], told = []]) => ({ written, right, told }));

describe('what docs/writing-rules.md says of mistakes', () => {
  const folder = temporaryFolder();

  it('is of ten and more', () => expect(rows).to.have.lengthOf.above(9));

  for (const { written, right, told } of rows) {
    for (const extension of ['mjs', 'mts']) {
      it(`is what an author is told of ${written} in a file .${extension}`, async () => {
        expect(rule).to.include(right);
        expect(told).to.not.deep.equal([]);
        await writeFile(
          join(folder.path, `no-debug-images.${extension}`),
          rule.replace(right, () => written),
        );
        let output = '';
        const write = (text: string): void => void (output += text);
        expect(await testRules({ folder: folder.path, policy: undefined, write, writeError: write })).to.equal(1);
        const lines = output.replaceAll(folder.path, 'rules.d').replaceAll('images.mts', 'images.mjs').split('\n');
        expect(lines.filter((line) => line.startsWith('  ')).map((line) => line.trim())).to.deep.equal(told);
      });
    }
  }
});
