import { execFileSync } from 'node:child_process';
import { cp, mkdir } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { notShipped } from './deploy/manifests.ts';
import { projectRoot } from './project-root.ts';

/** From where to copy, and with which PATH git is looked for: for the tests of this file. */
export interface CopyOptions {
  readonly root?: string;
  readonly environment?: NodeJS.ProcessEnv;
}

/**
 * Copies the working tree as a clone would have it, and what is not committed yet. Sources need no git: without it, or
 * from an archive, all is copied but what git would ignore.
 */
export async function copyCheckout(
  folder: string,
  { root = projectRoot, environment = process.env }: CopyOptions = {},
): Promise<void> {
  const files = filesOfGit(root, environment);
  if (files === undefined) {
    await cp(root, folder, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => !isMade(relative(root, path)),
    });
    return;
  }
  for (const file of files) {
    // One after another: they share their folders.
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await cp(join(root, file), join(folder, file), { verbatimSymlinks: true });
  }
}

/** Undefined where git is missing, or knows nothing of these sources. */
function filesOfGit(root: string, env: NodeJS.ProcessEnv): readonly string[] | undefined {
  const git = (...args: readonly string[]): string =>
    execFileSync('git', ['-C', root, ...args], { env, stdio: ['ignore', 'pipe', 'ignore'], encoding: 'utf8' });
  try {
    // An archive that was unpacked inside another repository: that one may ignore it.
    if (git('rev-parse', '--show-prefix').trim() !== '') return undefined;
    const gone = new Set(git('ls-files', '-z', '-d').split('\0'));
    const all = git('ls-files', '-z', '-co', '--exclude-standard', '--deduplicate').split('\0');
    return all.filter((file) => file !== '' && !gone.has(file));
  } catch {
    return undefined;
  }
}

const MADE_ANYWHERE = new Set(['.git', 'node_modules', 'build', 'coverage', '.cluster', 'certs', 'client-token']);

/** What is no source: as .gitignore has it, of which the test takes each line. */
function isMade(path: string): boolean {
  const name = basename(path);
  if (MADE_ANYWHERE.has(name) || /\.(?:tgz|log|bak)$/.test(name)) return true;
  if (dirname(path) === '.ci' && ['node24', 'tools'].includes(name)) return true;
  return dirname(path) === 'deploy' && notShipped.test(name);
}
