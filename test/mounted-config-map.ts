import { mkdir, mkdtemp, readdir, readlink, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

const DATA = '..data';

/**
 * Mounts a ConfigMap at a folder, or updates one that is mounted there, in the order of the kubelet's AtomicWriter
 * (pkg/volume/util/atomic_writer.go of Kubernetes): the files are in a folder `..<time>.<number>`, `..data` is a symlink
 * to that, and every visible name is one through `..data`. An update swaps `..data` by a rename.
 */
export async function mountConfigMap(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(folder, { recursive: true });
  const before = await readlink(join(folder, DATA)).catch(() => undefined);
  const payload = await mkdtemp(join(folder, '..2026_11_23_07_05_00.'));
  await Promise.all(Object.entries(files).map(async ([name, text]) => writeFile(join(payload, name), text)));
  await symlink(basename(payload), join(folder, '..data_tmp'));
  await rename(join(folder, '..data_tmp'), join(folder, DATA));
  const visible = (await readdir(folder)).filter((name) => !name.startsWith('..'));
  const added = Object.keys(files).filter((name) => !visible.includes(name));
  await Promise.all(added.map(async (name) => symlink(join(DATA, name), join(folder, name))));
  const gone = visible.filter((name) => !Object.hasOwn(files, name));
  await Promise.all(gone.map(async (name) => unlink(join(folder, name))));
  if (before !== undefined) await rm(join(folder, before), { recursive: true });
}
