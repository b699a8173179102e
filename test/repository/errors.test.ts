import { expect } from 'chai';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { REFUSALS } from '../../src/gate/request/refusal.ts';
import { projectRoot } from '../project-root.ts';
import { sourceFiles, type SourceFile } from './source-files.ts';

const START = 'When it does not start';
const REQUEST = 'When a request gets no verdict';

/** The codes of a section of the page, each with the text below it. */
function codesIn(page: string, section: string): ReadonlyMap<string, string> {
  const text = page.split(/^## /m).find((part) => part.startsWith(`${section}\n`)) ?? '';
  const parts = text.split(/^### /m).slice(1);
  return new Map(parts.map((part) => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n')).trim()]));
}

describe('docs/errors.md', () => {
  let page: string;
  let files: readonly SourceFile[];
  let mistakeCodes: readonly string[];

  before(async () => {
    page = await readFile(join(projectRoot, 'docs/errors.md'), 'utf8');
    files = await sourceFiles('src');
    const { text = '' } = files.find(({ path }) => path === 'src/mistake/mistake.ts') ?? {};
    const [, union = ''] = /^export type MistakeCode =\n((?: {2}\| '[a-z-]+';?\n)+)/m.exec(text) ?? [];
    mistakeCodes = [...union.matchAll(/'([a-z-]+)'/g)].map(([, code = '']) => code);
  });

  it('explains every code that a start can end with, in their order, and no other', () => {
    expect(mistakeCodes).to.include.members(['setting-invalid', 'rule-name-taken']);
    expect([...codesIn(page, START).keys()]).to.deep.equal(mistakeCodes);
    expect(mistakeCodes).to.deep.equal(mistakeCodes.toSorted());
  });

  it('explains only codes that something ends with', () => {
    const text = files
      .filter(({ path }) => path !== 'src/mistake/mistake.ts')
      .map((file) => file.text)
      .join('\n');
    expect(mistakeCodes.filter((code) => !text.includes(`'${code}'`))).to.deep.equal([]);
    expect(Object.keys(REFUSALS).filter((code) => !text.includes(`new Refusal('${code}'`))).to.deep.equal([]);
  });

  it('explains every code of an answer without a verdict, with its HTTP status, and no other', () => {
    const explained = codesIn(page, REQUEST);
    expect([...explained.keys()]).to.deep.equal(Object.keys(REFUSALS));
    for (const [code, status] of Object.entries(REFUSALS)) {
      expect(explained.get(code), code).to.match(new RegExp(`^HTTP ${status}[.,] `));
    }
  });

  it('says more than the code', () => {
    for (const [code, text] of [...codesIn(page, START), ...codesIn(page, REQUEST)]) {
      expect(text.length, code).to.be.above(40);
    }
  });
});
