import { generate } from 'selfsigned';

/** A certificate in PEM, with its key. */
export interface TestCertificate {
  readonly certificate: string;
  readonly key: string;
}

export interface CertificateOptions {
  /** What signs it; itself, if nothing else is said. */
  readonly issuer?: TestCertificate;
  /** Whether it may sign others; if nothing else is said, one that signs itself may. */
  readonly isCa?: boolean;
  /** Several, where it has a list of them. */
  readonly commonName?: string | readonly string[];
  /** What it is for, where it says so. */
  readonly usage?: 'serverAuth' | 'clientAuth';
  /** DNS names; `localhost` if nothing else is said. 127.0.0.1 is always in it. */
  readonly names?: readonly string[];
  readonly notBefore?: Date;
  /** A day from now, if nothing else is said. */
  readonly notAfter?: Date;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** Makes a throw-away certificate, its own CA if nothing else is said: ECDSA P-256, as certificates.sh makes them, without a need for openssl. */
export async function makeCertificate({
  issuer,
  isCa = issuer === undefined,
  commonName = 'ImageGate, throw-away',
  usage,
  names = ['localhost'],
  notBefore = new Date(Date.now() - 60_000),
  notAfter = new Date(Date.now() + DAY_MS),
}: CertificateOptions = {}): Promise<TestCertificate> {
  const altNames = [...names.map((value) => ({ type: 2 as const, value })), { type: 7 as const, ip: '127.0.0.1' }];
  const subject = [commonName].flat().map((value) => ({ name: 'commonName', value }));
  const made = await generate(subject, {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: notBefore,
    notAfterDate: notAfter,
    ...(issuer && { ca: { cert: issuer.certificate, key: issuer.key } }),
    extensions: [
      { name: 'basicConstraints', cA: isCa, critical: true },
      ...(usage === undefined ? [] : [{ name: 'extKeyUsage' as const, [usage]: true }]),
      { name: 'subjectAltName', altNames },
    ],
  });
  return { certificate: made.cert, key: made.private };
}
