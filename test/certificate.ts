import { generate } from 'selfsigned';

/** A certificate that is its own CA, in PEM, with its key. */
export interface TestCertificate {
  readonly certificate: string;
  readonly key: string;
}

export interface CertificateOptions {
  /** DNS names; `localhost` if nothing else is said. 127.0.0.1 is always in it. */
  readonly names?: readonly string[];
  readonly notBefore?: Date;
  /** A day from now, if nothing else is said. */
  readonly notAfter?: Date;
  /** Who signs it; itself, if nothing else is said. */
  readonly ca?: TestCertificate;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** Makes a throw-away certificate: ECDSA P-256, as certificates.sh makes them, without a need for openssl. */
export async function makeCertificate({
  names = ['localhost'],
  notBefore = new Date(Date.now() - 60_000),
  notAfter = new Date(Date.now() + DAY_MS),
  ca,
}: CertificateOptions = {}): Promise<TestCertificate> {
  const altNames = [...names.map((value) => ({ type: 2 as const, value })), { type: 7 as const, ip: '127.0.0.1' }];
  const made = await generate([{ name: 'commonName', value: 'ImageGate, throw-away' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: notBefore,
    notAfterDate: notAfter,
    ...(ca && { ca: { cert: ca.certificate, key: ca.key } }),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'subjectAltName', altNames },
    ],
  });
  return { certificate: made.cert, key: made.private };
}
