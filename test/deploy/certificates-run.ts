import { spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { copyFileSync, cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { at, manifestsOf } from './manifests.ts';
import { projectRoot } from '../project-root.ts';

/** How one run of certificates.sh ended. */
export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The one first run that tests begin with, unless how it goes is what they are about. It ends with this process. */
let shared: { readonly made: CertificatesRun; readonly run: Run } | undefined;

function sharedFirstRun(): NonNullable<typeof shared> {
  if (shared === undefined) {
    const made = new CertificatesRun();
    process.once('exit', () => made.remove());
    shared = { made, run: made.succeed() };
  }
  return shared;
}

/** What it needs beside openssl. */
const SOURCES = ['certificates.sh', 'webhook.yaml', 'mutating-webhook.yaml'];

/** A copy of certificates.sh and the two webhooks in a folder of its own, away from the keys that deploy/ may hold. */
export class CertificatesRun {
  readonly folder = mkdtempSync(join(tmpdir(), 'imagegate deploy ')); // with blanks, as a path may have

  constructor() {
    for (const file of SOURCES) {
      copyFileSync(join(projectRoot, 'deploy', file), join(this.folder, file));
    }
  }

  run(flags: readonly string[] = [], options: { cwd?: string; path?: string } = {}): Run {
    const { status, stdout, stderr } = spawnSync(join(this.folder, 'certificates.sh'), flags, {
      cwd: options.cwd ?? this.folder,
      encoding: 'utf8',
      env: { ...process.env, PATH: options.path ?? process.env['PATH'] },
    });
    return { code: status, stdout, stderr };
  }

  /** Runs it, and throws with what it said if it failed. */
  succeed(...flags: string[]): Run {
    const run = this.run(flags);
    if (run.code !== 0) throw new Error(`certificates.sh ${flags.join(' ')} ended with ${run.code}: ${run.stderr}`);
    return run;
  }

  /** What a first run without flags leaves here, and how it ended: openssl takes a third of a second for that. */
  firstRun(): Run {
    const { made, run } = sharedFirstRun();
    cpSync(made.folder, this.folder, { recursive: true });
    return run;
  }

  /** What the script made, as text, by name of file. */
  files(): Record<string, string> {
    const made = readdirSync(this.folder).filter((name) => !SOURCES.includes(name));
    return Object.fromEntries(made.toSorted().map((name) => [name, this.read(name)]));
  }

  read(name: string): string {
    const path = join(this.folder, name);
    return existsSync(path) && !name.startsWith('.') ? readFileSync(path, 'utf8') : '';
  }

  certificate(name: string): X509Certificate {
    return new X509Certificate(this.read(name));
  }

  /** What the Secret brings into the cluster. */
  secret(): { certificate: X509Certificate; key: string; ca: X509Certificate; policyToken: string } {
    const [secret] = manifestsOf(this.read('secret.yaml'));
    const field = (name: string): string => Buffer.from(String(at(secret, ['data', name])), 'base64').toString();
    const certificate = new X509Certificate(field('server.crt'));
    const ca = new X509Certificate(field('ca.crt'));
    return { certificate, key: field('server.key'), ca, policyToken: field('policy-token') };
  }

  /** The CAs that each entry of both webhooks makes the API server trust, the mutating one last. */
  trusted(): X509Certificate[][] {
    const webhooks = ['webhook-with-ca.yaml', 'mutating-webhook-with-ca.yaml'].flatMap((name) =>
      manifestsOf(this.read(name)),
    );
    return webhooks
      .flatMap((webhook) => at(webhook, ['webhooks']) as unknown[])
      .map((entry) => {
        const bundle = Buffer.from(String(at(entry, ['clientConfig', 'caBundle'])), 'base64').toString();
        return bundle.split(/(?=-----BEGIN)/).map((pem) => new X509Certificate(pem));
      });
  }

  /** The paths at which webhook-with-ca.yaml makes the API server ask, entry by entry. */
  paths(): unknown[] {
    const [webhook] = manifestsOf(this.read('webhook-with-ca.yaml'));
    return (at(webhook, ['webhooks']) as unknown[]).map((entry) => at(entry, ['clientConfig', 'service', 'path']));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}
