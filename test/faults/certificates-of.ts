import { createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeCertificate, type CertificateOptions, type TestCertificate } from '../certificate.ts';
import type { World } from './world.ts';

/** Where the Deployment mounts the Secret. */
export const certificatesMount = '/app/certs';

/** The files of the Secret of a world, with a pair that was made for the occasion. */
export interface CertificatesOf {
  /** A pair that works, but for what is said. */
  readonly make: (options?: CertificateOptions) => Promise<TestCertificate>;
  /** The files of the Secret, with this pair. */
  readonly files: (pair: TestCertificate) => Readonly<Record<string, string>>;
}

/** What the CA that certificates.sh has made for a world signs. */
export async function certificatesOf({ deploy, namespace }: World): Promise<CertificatesOf> {
  const read = async (file: string): Promise<string> => readFile(join(deploy, file), 'utf8');
  const [ca, caKey, token] = await Promise.all(['ca.crt', 'ca.key', 'policy-token'].map(read));
  const issuer = {
    certificate: ca!,
    key: createPrivateKey(caKey!).export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
  const name = `imagegate-webhook.${namespace}.svc`;
  return {
    make: async (options) => makeCertificate({ issuer, usage: 'serverAuth', names: [name], ...options }),
    files: ({ certificate, key }) => ({
      'server.crt': certificate,
      'server.key': key,
      'ca.crt': ca!,
      'policy-token': token!,
    }),
  };
}
