import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../project-root.ts';
import { brokenLinks, links } from './links.ts';

const page = readFileSync(join(projectRoot, 'SECURITY.md'), 'utf8');

/** The text below a heading of the second level. */
const section = (title: string): string => page.split(/^## /m).find((part) => part.startsWith(`${title}\n`)) ?? '';

const tests = (text: string): readonly string[] => links(text).filter((to) => to.startsWith('test/'));

describe('SECURITY.md', () => {
  const threats = section('Threat model')
    .split(/^### /m)
    .slice(1)
    .map((text) => ({ title: text.slice(0, text.indexOf('\n')), text }));

  it('is what the README leads to', () => {
    expect(links(readFileSync(join(projectRoot, 'README.md'), 'utf8'))).to.include('SECURITY.md');
  });

  it('names only files and places that exist, and tests above all', () => {
    expect(tests(page).length).to.be.above(40);
    expect(brokenLinks('SECURITY.md')).to.deep.equal([]);
  });

  it('has a test for each thing that the gate cannot do', () => {
    const rows = section('What the gate itself can do')
      .split('\n')
      .filter((line) => line.startsWith('|'))
      .slice(2);
    expect(rows.length).to.be.above(4);
    expect(rows.filter((row) => tests(row).length === 0)).to.deep.equal([]);
  });

  it('numbers its threats, and has a test for each, or says that it is out of reach', () => {
    expect(threats.map(({ title }) => Number.parseInt(title, 10))).to.deep.equal(threats.map((_, index) => index + 1));
    const neither = threats.filter(({ text }) => tests(text).length === 0 && !text.includes('Out of reach'));
    expect(neither.map(({ title }) => title)).to.deep.equal([]);
  });

  it('leaves none of the eighteen of SIG Security away', () => {
    const theirs = threats.flatMap(({ title }) => /\(SIG ([\d, ]+)\)$/.exec(title)?.[1]?.split(', ') ?? []);
    expect(theirs.map(Number)).to.deep.equal(Array.from({ length: 18 }, (_, index) => index + 1));
  });
});
