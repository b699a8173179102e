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
  /** Whom it is for: one common name, if nothing else is said. */
  readonly commonNames?: readonly string[];
  /** Whether it may sign others; it may, if nothing else is said. */
  readonly isCa?: boolean;
  /** What alone it is good for. */
  readonly usage?: 'clientAuth' | 'serverAuth';
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** Makes a throw-away certificate: ECDSA P-256, as certificates.sh makes them, without a need for openssl. */
export async function makeCertificate({
  names = ['localhost'],
  notBefore = new Date(Date.now() - 60_000),
  notAfter = new Date(Date.now() + DAY_MS),
  ca,
  commonNames = ['ImageGate, throw-away'],
  isCa = true,
  usage,
}: CertificateOptions = {}): Promise<TestCertificate> {
  const altNames = [...names.map((value) => ({ type: 2 as const, value })), { type: 7 as const, ip: '127.0.0.1' }];
  const subject = commonNames.map((value) => ({ name: 'commonName', value }));
  const made = await generate(subject, {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: notBefore,
    notAfterDate: notAfter,
    ...(ca && { ca: { cert: ca.certificate, key: ca.key } }),
    extensions: [
      { name: 'basicConstraints', cA: isCa, critical: true },
      { name: 'subjectAltName', altNames },
      ...(usage === undefined ? [] : [{ name: 'extKeyUsage' as const, [usage]: true }]),
    ],
  });
  return { certificate: made.cert, key: made.private };
}
