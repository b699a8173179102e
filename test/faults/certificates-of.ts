import { readFile, writeFile } from 'node:fs/promises';
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

/**
 * Has the API server trust one more CA for a world, which can sign what certificates.sh never would. Not the one of
 * certificates.sh: its name is encoded otherwise by OpenSSL than by the library here, and Go compares the bytes.
 */
export async function certificatesOf({ deploy, namespace, apply }: World): Promise<CertificatesOf> {
  const issuer = await makeCertificate({ commonName: `CA of ${namespace}`, names: [] });
  const [token, webhook] = await Promise.all(
    ['policy-token', 'webhook-with-ca.yaml'].map(async (file) => readFile(join(deploy, file), 'utf8')),
  );
  const withBoth = webhook!.replaceAll(/(?<=caBundle: ).*/g, (bundle) =>
    Buffer.from(`${Buffer.from(bundle, 'base64').toString()}${issuer.certificate}\n`).toString('base64'),
  );
  await writeFile(join(deploy, 'webhook-with-both.yaml'), withBoth);
  await apply('-f', 'webhook-with-both.yaml');
  const names = [`imagegate-webhook.${namespace}.svc`];
  return {
    make: async (options) => makeCertificate({ issuer, usage: 'serverAuth', names, ...options }),
    files: ({ certificate, key }) => ({
      'server.crt': certificate,
      'server.key': key,
      'ca.crt': issuer.certificate,
      'policy-token': token!,
    }),
  };
}
