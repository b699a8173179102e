import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { goBuild, goVersion } from '../go-build.ts';
import { projectRoot } from '../project-root.ts';

/**
 * Builds the oracle of the differential test of image references (main.go beside this file tells what it reads and
 * prints) into `.cluster/bin/reference-oracle`; Go leaves it alone if it is up to date.
 * @returns its path, absolute; or undefined if there is no Go on the PATH, so that the test can skip itself, visibly.
 * @throws Error if there is Go, but the build fails.
 */
export async function buildOracle(): Promise<string | undefined> {
  if ((await goVersion()) === undefined) return undefined;
  const folder = join(projectRoot, '.cluster', 'bin');
  await mkdir(folder, { recursive: true });
  const output = join(folder, 'reference-oracle');
  await goBuild({ module: join(projectRoot, 'test', 'oracle'), package: '.', output });
  return output;
}
