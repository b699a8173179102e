import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestCertificate } from '../certificate.ts';

/** A folder as the kubelet mounts a Secret: each file is a symlink through `..data`, and an update swaps that. */
export interface CertificateFolder {
  readonly path: string;
  /** Writes both files as one update. */
  swap(files: { readonly cert: string; readonly key: string }): Promise<void>;
  remove(): Promise<void>;
}

export async function certificateFolder(first: TestCertificate): Promise<CertificateFolder> {
  const path = await mkdtemp(join(tmpdir(), 'imagegate-'));
  let updates = 0;
  const swap = async ({ cert, key }: { cert: string; key: string }): Promise<void> => {
    updates += 1;
    const version = `..${updates}`;
    await mkdir(join(path, version));
    await writeFile(join(path, version, 'server.crt'), cert);
    await writeFile(join(path, version, 'server.key'), key);
    await symlink(version, join(path, '..data_tmp'));
    await rename(join(path, '..data_tmp'), join(path, '..data'));
  };
  await swap({ cert: first.certificate, key: first.key });
  for (const file of ['server.crt', 'server.key']) {
    // oxlint-disable-next-line no-await-in-loop
    await symlink(join('..data', file), join(path, file));
  }
  return { path, swap, remove: async () => rm(path, { recursive: true, force: true }) };
}
