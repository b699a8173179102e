import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Gives each test of the `describe` around it an empty folder of its own, and removes it afterwards. */
export function temporaryFolder(parent = tmpdir()): { readonly path: string } {
  const folder = { path: '' };
  beforeEach(async () => {
    // Its real path: on some systems the folder of all temporary folders is a symlink.
    folder.path = await realpath(await mkdtemp(join(parent, 'imagegate-test-')));
  });
  afterEach(async () => rm(folder.path, { recursive: true, force: true }));
  return folder;
}
