import { expect } from 'chai';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandsOf } from '../e2e/readme.ts';
import { runLine } from '../e2e/run.ts';
import { cleanEnvironment } from '../package/packed.ts';
import { projectRoot } from '../project-root.ts';

const page = readFileSync(join(projectRoot, 'CONTRIBUTING.md'), 'utf8');
const commands = commandsOf(page);
const { scripts } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as {
  scripts: Readonly<Record<string, string>>;
};

/** What changes nothing, and is quick. Of the others the test looks whether there is such a script. */
const isTried = (line: string): boolean => /^(?:npm run test:one|grep) /.test(line);

describe('CONTRIBUTING.md', () => {
  for (const { line, needs, section } of commands.filter((command) => isTried(command.line))) {
    if (needs !== undefined) continue;
    it(`${section}: ${line}`, async () => {
      // Without the build that npm runs ahead: it would take the running tests away from under themselves.
      const tried = line.replace('npm run', 'npm run --ignore-scripts');
      const { code, output } = await runLine(tried, { cwd: projectRoot, env: cleanEnvironment() });
      expect(code, output).to.equal(0);
      expect(output).to.match(line.startsWith('grep') ? /^rules\/blocked-tags\.ts\b/m : /^ {2}[1-9]\d* passing/m);
    });
  }

  it('has commands that are tried, and says of others what they need', () => {
    expect(commands.filter(({ line, needs }) => isTried(line) && needs === undefined)).to.have.length.above(3);
    const needed = new Set(commands.flatMap(({ needs }) => needs ?? []));
    expect([...needed]).to.have.members(['Go', 'a cluster', 'the new rule', 'a release']);
  });

  it('names only scripts and tests that there are', () => {
    const named = [...page.matchAll(/\bnpm run ([\w:-]+)/g)].map(([, name]) => name);
    expect(named).to.include.members(['build', 'new-rule', 'test:one']);
    expect(Object.keys(scripts)).to.include.members(named);
    // What `npm run new-rule` makes has a test of its own.
    const there = commands.filter(({ needs }) => needs !== 'the new rule');
    const tests = there.flatMap(({ line }) => line.match(/build\/\S+\.test\.js/g) ?? []);
    expect(tests.length).to.be.above(2);
    expect(tests.filter((path) => !existsSync(join(projectRoot, path)))).to.deep.equal([]);
  });
});
