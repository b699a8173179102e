import { expect } from 'chai';
import { after, before, it } from 'mocha';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runLine } from '../e2e/run.ts';
import { cleanEnvironment } from '../package/packed.ts';
import { projectRoot } from '../project-root.ts';
import type { PageCommand, PageFile } from './page-blocks.ts';

/** The folder of a page's reader. */
export interface PageFolder {
  readonly path: string;
  /** Runs a command line there; `npx imagegate` is what was built. */
  readonly run: (line: string) => ReturnType<typeof runLine>;
  /** Saves a file of the page, which must be its first of that name. */
  readonly save: (file: PageFile) => Promise<void>;
  /** The options of one of our commands, in the order of its help: `-n` and `--namespace` are two. */
  readonly optionsOf: (command: string) => Promise<readonly string[]>;
}

const main = `node ${join(projectRoot, 'build', 'src', 'main.js')}`;

/** Gives the `describe` around it an empty folder, and removes it afterwards. */
export function pageFolder(): PageFolder {
  let path = '';
  const run: PageFolder['run'] = (line) =>
    runLine(line.replace('npx imagegate', main), { cwd: path, env: cleanEnvironment() });
  before(async () => {
    path = await mkdtemp(join(tmpdir(), 'imagegate-page-'));
  });
  after(async () => rm(path, { recursive: true, force: true }));
  return {
    get path() {
      return path;
    },
    run,
    save: async (file) => writeFile(join(path, file.path), file.text, { flag: 'wx' }),
    optionsOf: async (command) => {
      const { output } = await run(`npx imagegate ${command} --help`);
      const found = [...output.matchAll(/^ {2}(?:(-[nf]), )?(--[\w-]+) /gm)].flatMap(([, ...options]) => options);
      return found.filter((option) => option !== undefined);
    },
  };
}

/** A test for each step of a page: a file is saved, and a command prints what the page has, and ends as it should. */
export function itDoes(
  steps: readonly (PageFile | PageCommand)[],
  folder: PageFolder,
  exitCode: (output: string, line: string) => number,
): void {
  for (const step of steps) {
    if ('path' in step) it(`has ${step.path} saved`, async () => folder.save(step));
    else {
      it(`${step.section}: ${step.line}`, async () => {
        const { code, output } = await folder.run(step.line);
        expect(output).to.equal(step.output);
        expect(code).to.equal(exitCode(output, step.line));
      });
    }
  }
}
