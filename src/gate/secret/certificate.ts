import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { codeOf, MistakesError, type Mistake } from '../../mistake/mistake.ts';
import { certificateFaults } from './certificate-faults.ts';

/** A certificate and its key, in PEM. */
export interface CertificateFiles {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** The files as read, not yet checked. */
export interface FoundCertificate extends CertificateFiles {
  /** The CAs expected to have issued the certificate; `undefined` without ca.crt. */
  readonly ca: Buffer | undefined;
}

/** A certificate and key that TLS can use. */
export interface Certificate extends FoundCertificate {
  readonly validFrom: Date;
  readonly validTo: Date;
}

/** Where a certificate is stored, and what it is for. */
export interface CertificatePlace {
  readonly dir: string;
  /** The DNS name that the certificate must have; `undefined` skips that check. */
  readonly serverName: string | undefined;
}

export interface CheckedCertificate {
  /** `undefined` if TLS cannot use it. */
  readonly certificate: Certificate | undefined;
  /** All mistakes, also of a certificate that TLS can use: an expired one, say, is accepted by no client. */
  readonly mistakes: readonly Mistake[];
}

const CERT_FILE = 'server.crt';
const KEY_FILE = 'server.key';
const CA_FILE = 'ca.crt';
const MS_PER_DAY = 86_400_000;
/** How long before its expiry a certificate is warned about, in milliseconds; at most a fifth of its lifetime. */
export const NOTICE_MS = 30 * MS_PER_DAY;
/** The usual causes: no certificate was made yet, or CERTS_DIR is another folder. */
const MAKE_PAIR =
  'Set CERTS_DIR to the folder of the pair. deploy/certificates.sh makes one for a cluster; `npm run demo` tries the gate without.';

/**
 * Reads server.crt, server.key and, if present, ca.crt.
 *
 * @throws {MistakesError} with every file that cannot be read.
 */
export async function readCertificate(dir: string): Promise<FoundCertificate> {
  const files = [CERT_FILE, KEY_FILE, CA_FILE].map((file) => join(dir, file));
  const [cert, key, ca] = await Promise.allSettled(files.map(async (file) => readFile(file)));
  const hasNoCa = ca?.status === 'rejected' && codeOf(ca.reason) === 'ENOENT';
  if (cert?.status === 'fulfilled' && key?.status === 'fulfilled' && (ca?.status === 'fulfilled' || hasNoCa))
    return { cert: cert.value, key: key.value, ca: ca.status === 'fulfilled' ? ca.value : undefined };
  // In the order of the files, whichever read failed first.
  throw new MistakesError(
    [cert, key, hasNoCa ? undefined : ca].flatMap((read, index) =>
      read?.status === 'rejected' ? [unreadable(files[index]!, codeOf(read.reason))] : [],
    ),
  );
}

/**
 * Checks whether TLS works with these files. `setSecureContext` doesn't: it accepts an empty certificate, after which no
 * handshake succeeds.
 */
export function checkCertificate(
  found: FoundCertificate,
  { dir, serverName }: CertificatePlace,
  now: Date,
): CheckedCertificate {
  const { cert, key, ca } = found;
  const mistakes: Mistake[] = [];
  const certFile = join(dir, CERT_FILE);
  const keyFile = join(dir, KEY_FILE);
  const x509 = parsed(() => parseCertificate(cert), 'a certificate in PEM', certFile, mistakes);
  const privateKey = parsed(() => createPrivateKey(key), 'a private key in PEM, without a password', keyFile, mistakes);
  if (x509 !== undefined && privateKey !== undefined) mistakes.push(...pairMistakes(x509, privateKey, keyFile));
  if (mistakes.length === 0)
    parsed(() => createSecureContext({ cert, key }), 'a pair that TLS takes', certFile, mistakes);
  if (x509 === undefined) return { certificate: undefined, mistakes };
  const [validFrom, validTo] = [new Date(x509.validFrom), new Date(x509.validTo)];
  return {
    certificate: mistakes.length === 0 ? { ...found, validFrom, validTo } : undefined,
    mistakes: [
      ...mistakes,
      ...certificateFaults(x509, { cert, ca, certFile, caFile: join(dir, CA_FILE), serverName, now }),
    ],
  };
}

/**
 * Loads the certificate of a folder. Any that TLS can use is accepted: at start there is no previous one to keep.
 *
 * @throws {MistakesError} with all its mistakes, if TLS cannot use it.
 */
export async function loadCertificate(place: CertificatePlace, now: Date): Promise<Certificate> {
  const { certificate, mistakes } = checkCertificate(await readCertificate(place.dir), place, now);
  if (certificate === undefined) throw new MistakesError(mistakes);
  return certificate;
}

/** A warning if a certificate expires soon. */
export function certificateWarning({ validFrom, validTo }: Certificate, now: Date): string | undefined {
  const left = validTo.getTime() - now.getTime();
  if (left < 0 || left > Math.min(NOTICE_MS, (validTo.getTime() - validFrom.getTime()) / 5)) return undefined;
  return `The certificate expires on ${validTo.toISOString()}: renew it before.`;
}

function parseCertificate(cert: Buffer): X509Certificate {
  // X509Certificate reads DER too, which TLS does not.
  if (!cert.includes('-----BEGIN')) throw new Error('no PEM block');
  const x509 = new X509Certificate(cert);
  if (Number.isNaN(Date.parse(x509.validFrom) + Date.parse(x509.validTo))) throw new Error('dates that are none');
  return x509;
}

/** The result of `parse`, or a mistake. OpenSSL's messages hold nothing of the file's content. */
function parsed<T>(parse: () => T, expected: string, name: string, mistakes: Mistake[]): T | undefined {
  try {
    return parse();
  } catch (error) {
    const found = `a file that cannot be read as such (${error instanceof Error ? error.message : String(error)})`;
    const remedy = 'Write the pair of files anew.';
    mistakes.push({ code: 'certificate-invalid', source: { name }, expected, found, remedy });
    return undefined;
  }
}

function pairMistakes(x509: X509Certificate, privateKey: KeyObject, name: string): readonly Mistake[] {
  if (x509.checkPrivateKey(privateKey)) return [];
  const expected = `the private key of ${CERT_FILE}`;
  const remedy = 'Write both files anew, from the same run of certificates.sh, say.';
  return [
    { code: 'certificate-pair-mismatch', source: { name }, expected, found: 'the key of another certificate', remedy },
  ];
}

function unreadable(name: string, reason: string): Mistake {
  const [found, remedy] =
    reason === 'ENOENT'
      ? ['no such file', MAKE_PAIR]
      : [reason, 'Check CERTS_DIR, and that the process may read the file.'];
  return { code: 'certificate-unreadable', source: { name }, expected: 'a file that can be read', found, remedy };
}
