import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * `sha256:` and 64 digits: the same for the same files, whichever ConfigMap or folder they come from. Names that begin with a
 * dot are the kubelet's.
 */
export function filesDigest(files: Readonly<Record<string, string>>): string {
  const visible = Object.entries(files).filter(([name]) => !name.startsWith('.'));
  const sorted = visible.toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `sha256:${createHash('sha256').update(JSON.stringify(sorted)).digest('hex')}`;
}

/** The same of the files of folders; of those of one name that of the later folder counts. */
export async function foldersDigest(folders: readonly string[]): Promise<string> {
  const files: Record<string, string> = {};
  for (const folder of folders) {
    // oxlint-disable-next-line no-await-in-loop -- two at most
    const names = await readdir(folder);
    // oxlint-disable-next-line no-await-in-loop
    const texts = await Promise.all(names.map(async (name) => readFile(join(folder, name), 'utf8').catch(() => '')));
    for (const [index, name] of names.entries()) files[name] = texts[index]!;
  }
  return filesDigest(files);
}
