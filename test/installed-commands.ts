import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectRoot } from './project-root.ts';

/** Puts the commands of package.json into a folder, as npm would: links to a file that it makes executable. */
export async function installCommands(folder: string): Promise<void> {
  const { bin } = JSON.parse(await readFile(join(projectRoot, 'package.json'), 'utf8')) as {
    readonly bin: Readonly<Record<string, string>>;
  };
  const links = join(folder, 'links');
  await mkdir(links, { recursive: true });
  const write = async ([name, path]: [string, string]): Promise<void> => {
    await symlink(join(projectRoot, path), join(links, name));
    // The build leaves its files as they are, so not by the link itself.
    const script = `#!/bin/sh\nexec '${process.execPath}' '${join(links, name)}' "$@"\n`;
    await writeFile(join(folder, name), script, { mode: 0o755 });
  };
  await Promise.all(Object.entries(bin).map(write));
}
