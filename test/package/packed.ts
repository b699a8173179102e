import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from '../project-root.ts';

const run = promisify(execFile);

/** Packs what is built, as `npm pack` does, into a folder. Resolves with the path of the archive. */
export async function packed(folder: string): Promise<string> {
  // Without scripts: prepack builds, and would take the running tests away from under themselves.
  const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder];
  const { stdout } = await run('npm', args, { cwd: projectRoot, env: cleanEnvironment() });
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  return join(folder, filename);
}

/** The developer's environment, without what npm and mocha set for the run of the tests. */
export function cleanEnvironment(): Record<string, string> {
  const own = Object.entries(process.env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && !/^(?:npm_|NODE_OPTIONS$|NODE_TEST_CONTEXT$|INIT_CWD$)/.test(entry[0]),
  );
  return Object.fromEntries(own);
}
