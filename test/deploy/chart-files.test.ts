import { expect } from 'chai';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { CHART_FILES } from '../../scripts/chart-files.ts';
import { projectRoot } from '../project-root.ts';

const deploy = join(projectRoot, 'deploy');
const files = join(deploy, 'chart', 'files');
const text = (path: string): string => readFileSync(path, 'utf8');

describe('deploy/chart/files', () => {
  for (const [copy, file] of Object.entries(CHART_FILES)) {
    it(`has ${file} as it is (npm run chart)`, () => {
      expect(text(join(files, copy))).to.equal(text(join(deploy, file)));
    });
  }

  it('has no other file', () => {
    const found = readdirSync(files, { recursive: true, encoding: 'utf8' });
    expect(found.filter((path) => statSync(join(files, path)).isFile())).to.have.members(Object.keys(CHART_FILES));
  });
});
