import { expect } from 'chai';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { VERSION_PLACES } from '../../scripts/version-places.ts';
import { projectRoot } from '../project-root.ts';

const { version } = createRequire(import.meta.url)('imagegate/package.json') as { version: string };

describe('the version of package.json', () => {
  it('is of three numbers', () => expect(version).to.match(/^\d+\.\d+\.\d+$/));

  for (const [file, pattern, times] of VERSION_PLACES) {
    it(`is that of ${file}`, () => {
      expect(readFileSync(join(projectRoot, file), 'utf8').match(pattern)).to.deep.equal(Array(times).fill(version));
    });
  }

  it('is in no other place where somebody installs from', () => {
    const pages = readdirSync(projectRoot).filter((name) => /\.md$|^Dockerfile$/.test(name));
    const below = ['deploy', 'docs'].flatMap((folder) =>
      readdirSync(join(projectRoot, folder), { recursive: true, encoding: 'utf8' }).map((path) => join(folder, path)),
    );
    const named = [...pages, ...below]
      .filter((path) => statSync(join(projectRoot, path)).isFile())
      .filter((path) => /\bimagegate[\w-]*[:@-]v?\d+\.\d+\.\d/.test(readFileSync(join(projectRoot, path), 'utf8')));
    expect(named).to.have.members([
      'README.md',
      'deploy/chart/files/deployment.yaml',
      'deploy/deployment.yaml',
      'docs/in-ci.md',
      'docs/writing-rules.md',
    ]);
  });

  it('is the newest of CHANGELOG.md, where each has its date, below what is not released', () => {
    const changelog = readFileSync(join(projectRoot, 'CHANGELOG.md'), 'utf8');
    const [unreleased, ...released] = [...changelog.matchAll(/^## (.*)$/gm)].map(([, title = '']) => title);
    expect(unreleased).to.equal('[Unreleased]');
    expect(released[0]).to.match(new RegExp(`^\\[${version.replaceAll('.', '\\.')}\\] - `));
    for (const title of released) expect(title).to.match(/^\[\d+\.\d+\.\d+\] - \d{4}-\d{2}-\d{2}$/);
  });
});
