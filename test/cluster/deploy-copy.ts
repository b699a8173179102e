import { spawn } from 'node:child_process';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { notShipped } from '../deploy/manifests.ts';
import { projectRoot } from '../project-root.ts';

/** What `kubectl apply` is told at the first time, ahead of `-k .`: that leaves alone what is the operator's. */
export const beforeTheGate: readonly string[] = ['-f', 'namespace.yaml', '-f', 'secret.yaml', '-f', 'policy'];

/** Copies deploy/ as it is shipped, without what certificates.sh has made there. */
export async function copyDeploy(folder: string): Promise<void> {
  await cp(join(projectRoot, 'deploy'), folder, {
    recursive: true,
    filter: (path) => !notShipped.test(basename(path)),
  });
}

/**
 * Changes a copy of deploy/ so that the API server's way to the gate ends at a process of this machine: the Service
 * becomes an ExternalName for loopback, and all entries of both webhooks name the process's port. There are no other
 * changes (test/e2e/installation.test.ts compares). Before certificates.sh, which makes webhook-with-ca.yaml of
 * webhook.yaml, and likewise the mutating one.
 */
export async function pointAtLocalGate(folder: string, port: number): Promise<void> {
  await replaceIn(join(folder, 'deployment.yaml'), /^ {2}type: ClusterIP$/gm, 1, [
    '  type: ExternalName',
    '  externalName: 127.0.0.1',
  ]);
  const ports = [`        port: ${port}`];
  await replaceIn(join(folder, 'webhook.yaml'), /^ {8}port: 443$/gm, 3, ports);
  await replaceIn(join(folder, 'mutating-webhook.yaml'), /^ {8}port: 443$/gm, 1, ports);
}

async function replaceIn(file: string, pattern: RegExp, times: number, lines: readonly string[]): Promise<void> {
  const text = await readFile(file, 'utf8');
  const found = text.match(pattern)?.length ?? 0;
  if (found !== times) throw new Error(`${file} has ${found} lines like ${pattern.source}, expected ${times}.`);
  await writeFile(file, text.replace(pattern, lines.join('\n')));
}

/** Runs the copy's certificates.sh. Returns what it printed. @throws Error with its words if it fails. */
export function runCertificates(folder: string, flags: readonly string[] = []): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('./certificates.sh', flags, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(stdout);
      else reject(new Error(`certificates.sh ended with code ${code}: ${stderr}`));
    });
  });
}
