import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { codeOf, MistakesError, type Mistake } from '../../mistake/mistake.ts';
import { certificateFaults } from './certificate-faults.ts';

/** A certificate and its key. */
export interface CertificateFiles {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** The files as they are found, before anybody has looked into them. */
export interface FoundCertificate extends CertificateFiles {
  /** The CAs that the certificate should come from; `undefined` where nobody says so. */
  readonly ca: Buffer | undefined;
}

/** A certificate with its key, of which is known that TLS can use them. */
export interface Certificate extends FoundCertificate {
  readonly validFrom: Date;
  readonly validTo: Date;
}

/** Where a certificate lies, and what it is for. */
export interface CertificatePlace {
  readonly dir: string;
  /** What the API server calls the gate; `undefined` if that is not known, and then no name is asked for. */
  readonly serverName: string | undefined;
}

export interface CheckedCertificate {
  /** `undefined` if TLS cannot use it. */
  readonly certificate: Certificate | undefined;
  /** All that is wrong, also with one that TLS can use: it has expired, say, and so no client takes it. */
  readonly mistakes: readonly Mistake[];
}

const CERT_FILE = 'server.crt';
const KEY_FILE = 'server.key';
const CA_FILE = 'ca.crt';
const MS_PER_DAY = 86_400_000;
/** The longest notice before a certificate expires; one that lives shorter gets a fifth of its life. */
export const NOTICE_MS = 30 * MS_PER_DAY;
/** Most often nobody has made one yet, or the gate looks elsewhere. */
const MAKE_PAIR =
  'Set CERTS_DIR to the folder of the pair. deploy/certificates.sh makes one for a cluster; `npm run demo` tries the gate without.';

/**
 * Reads server.crt and server.key, and ca.crt where there is one.
 *
 * @throws {MistakesError} with every file that cannot be read.
 */
export async function readCertificate(dir: string): Promise<FoundCertificate> {
  const files = [CERT_FILE, KEY_FILE, CA_FILE].map((file) => join(dir, file));
  const [cert, key, ca] = await Promise.allSettled(files.map(async (file) => readFile(file)));
  const hasNoCa = ca?.status === 'rejected' && codeOf(ca.reason) === 'ENOENT';
  if (cert?.status === 'fulfilled' && key?.status === 'fulfilled' && (ca?.status === 'fulfilled' || hasNoCa))
    return { cert: cert.value, key: key.value, ca: ca.status === 'fulfilled' ? ca.value : undefined };
  // In the order of the files, whichever read ended first.
  throw new MistakesError(
    [cert, key, hasNoCa ? undefined : ca].flatMap((read, index) =>
      read?.status === 'rejected' ? [unreadable(files[index]!, codeOf(read.reason))] : [],
    ),
  );
}

/**
 * Looks whether TLS will work with these files. `setSecureContext` doesn't: it takes an empty certificate, and after that
 * no handshake succeeds.
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
 * Reads the certificate of a folder, and checks it only as far as it must be right to serve at all: at the start there is
 * none before it that could serve in its place.
 *
 * @throws {MistakesError} with all that is wrong with it, if TLS cannot use it.
 */
export async function loadCertificate(place: CertificatePlace, now: Date): Promise<Certificate> {
  const { certificate, mistakes } = checkCertificate(await readCertificate(place.dir), place, now);
  if (certificate === undefined) throw new MistakesError(mistakes);
  return certificate;
}

/** What is worth a warning about a certificate that works, if anything is: it ends soon. */
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

/** What `parse` makes, or a mistake. OpenSSL's reasons hold nothing of the file's content. */
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
