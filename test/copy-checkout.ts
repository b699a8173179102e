import { execFileSync } from 'node:child_process';
import { cp, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { projectRoot } from './project-root.ts';

/** Copies the working tree as a clone would have it, and what is not committed yet. */
export async function copyCheckout(folder: string): Promise<void> {
  const list = execFileSync('git', ['-C', projectRoot, 'ls-files', '-z', '-co', '--exclude-standard', '--deduplicate']);
  const gone = execFileSync('git', ['-C', projectRoot, 'ls-files', '-z', '-d']).toString().split('\0');
  for (const file of list.toString().split('\0')) {
    if (file === '' || gone.includes(file)) continue;
    // One after another: they share their folders.
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await cp(join(projectRoot, file), join(folder, file), { verbatimSymlinks: true });
  }
}
