import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../mistake/mistake.ts';

/**
 * What is in folders, as a text that differs whenever a file does: the real path (a ConfigMap's update changes that), the
 * size and the time of each. It never rejects: what cannot be read is a state too.
 */
export async function folderState(folders: readonly string[]): Promise<string> {
  const states = await Promise.all(folders.map(async (folder) => stateOf(folder)));
  return states.join('\n');
}

async function stateOf(folder: string): Promise<string> {
  try {
    const names = (await readdir(folder)).filter((name) => !name.startsWith('.')).toSorted();
    const files = await Promise.all(names.map(async (name) => fileState(join(folder, name))));
    return [folder, ...files].join('\n');
  } catch (error) {
    return `${folder}: ${messageOf(error)}`;
  }
}

async function fileState(path: string): Promise<string> {
  try {
    const { ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    return `${path} ${await realpath(path)} ${ino} ${size} ${mtimeNs} ${ctimeNs}`;
  } catch (error) {
    return `${path}: ${messageOf(error)}`;
  }
}
