import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../project-root.ts';
import { reachedFrom } from './links.ts';

const read = (path: string): string => readFileSync(join(projectRoot, path), 'utf8');

const FRONT_DOOR = [
  'LICENSE',
  'SECURITY.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  '.github/ISSUE_TEMPLATE/wrong-verdict.md',
  '.github/pull_request_template.md',
];

describe('the files that a stranger looks for', () => {
  it('can be reached from the README', () => {
    expect([...reachedFrom('README.md')]).to.include.members(FRONT_DOOR);
  });

  for (const path of FRONT_DOOR) {
    it(`${path} is there`, () => expect(read(path).length).to.be.above(200));
  }

  it('name the license that package.json and package-lock.json name', () => {
    const { license } = JSON.parse(read('package.json')) as { license: string };
    const lock = JSON.parse(read('package-lock.json')) as { packages: Record<string, { license?: string }> };
    expect([license, lock.packages['']?.license]).to.deep.equal(['Apache-2.0', 'Apache-2.0']);
    expect(read('LICENSE')).to.match(/^\s+Apache License\n\s+Version 2\.0, January 2004\n/);
    expect(read('LICENSE')).to.include('END OF TERMS AND CONDITIONS');
  });
});
