import { expect } from 'chai';
import { brokenLinks, pages, reachedFrom } from './links.ts';

describe('the pages', () => {
  for (const page of pages()) {
    it(`${page} has links that lead to files and headings`, () => expect(brokenLinks(page)).to.deep.equal([]));
  }

  it('can all be reached from the README', () => {
    expect(pages()).to.include.members(['docs/operations.md', 'docs/decisions/README.md', 'bench/README.md']);
    expect(pages().filter((page) => !reachedFrom('README.md').has(page))).to.deep.equal([]);
  });
});
