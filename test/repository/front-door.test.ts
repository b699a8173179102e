import { expect } from 'chai';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { projectRoot } from '../project-root.ts';
import { brokenLinks, links } from './links.ts';

const read = (path: string): string => readFileSync(join(projectRoot, path), 'utf8');

const FRONT_DOOR = [
  'LICENSE',
  'SECURITY.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  '.github/ISSUE_TEMPLATE/wrong-verdict.md',
  '.github/pull_request_template.md',
];

/** The pages and other files to which links lead from a page, over as many pages as it takes. */
function reachedFrom(page: string): ReadonlySet<string> {
  const reached = new Set([page]);
  for (const path of reached) {
    if (!path.endsWith('.md') || !existsSync(join(projectRoot, path))) continue;
    for (const to of links(read(path))) reached.add(normalize(join(dirname(path), to.replace(/#.*$/, ''))));
  }
  return reached;
}

describe('the files that a stranger looks for', () => {
  it('can be reached from the README', () => {
    expect([...reachedFrom('README.md')]).to.include.members(FRONT_DOOR);
  });

  for (const path of ['README.md', ...FRONT_DOOR]) {
    it(`${path} is there, and its links lead somewhere`, () => {
      expect(read(path).length).to.be.above(200);
      expect(brokenLinks(path)).to.deep.equal([]);
    });
  }

  it('name the license that package.json and package-lock.json name', () => {
    const { license } = JSON.parse(read('package.json')) as { license: string };
    const lock = JSON.parse(read('package-lock.json')) as { packages: Record<string, { license?: string }> };
    expect([license, lock.packages['']?.license]).to.deep.equal(['Apache-2.0', 'Apache-2.0']);
    expect(read('LICENSE')).to.match(/^\s+Apache License\n\s+Version 2\.0, January 2004\n/);
    expect(read('LICENSE')).to.include('END OF TERMS AND CONDITIONS');
  });
});
