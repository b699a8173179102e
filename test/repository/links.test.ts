import { expect } from 'chai';
import { brokenLinks, pages, reachedFrom } from './links.ts';

describe('the pages', () => {
  for (const page of pages()) {
    it(`${page} has links that lead to files and headings`, () => expect(brokenLinks(page)).to.deep.equal([]));
  }

  it('can all be reached from the README', () => {
    expect(pages()).to.include.members(['docs/operations.md', 'docs/decisions/README.md', 'bench/README.md']);
    const reached = reachedFrom('README.md');
    // The page of a new rule comes before its row in the README, which test/docs/rules-table.test.ts asks for.
    const lost = pages().filter((page) => !reached.has(page) && !page.startsWith('docs/rules/'));
    expect(lost).to.deep.equal([]);
  });
});
