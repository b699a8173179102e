import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { MistakesError, type Mistake } from '../mistake/mistake.ts';

/** A certificate and its key, as files, before anybody has looked into them. */
export interface CertificateFiles {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** A certificate with its key, of which is known that TLS can use them. */
export interface Certificate extends CertificateFiles {
  readonly validFrom: Date;
  readonly validTo: Date;
}

const CERT_FILE = 'server.crt';
const KEY_FILE = 'server.key';
const MS_PER_DAY = 86_400_000;
/** The longest notice before a certificate expires; one that lives shorter gets a fifth of its life. */
const NOTICE_MS = 30 * MS_PER_DAY;
/** Most often nobody has made one yet, or the gate looks elsewhere. */
const MAKE_PAIR =
  'Set CERTS_DIR to the folder of the pair. deploy/certificates.sh makes one for a cluster; `npm run demo` tries the gate without.';

/**
 * Reads server.crt and server.key.
 *
 * @throws {MistakesError} with every file that cannot be read.
 */
export async function readCertificate(dir: string): Promise<CertificateFiles> {
  const files = [CERT_FILE, KEY_FILE].map((file) => join(dir, file));
  const [cert, key] = await Promise.allSettled(files.map(async (file) => readFile(file)));
  if (cert?.status === 'fulfilled' && key?.status === 'fulfilled') return { cert: cert.value, key: key.value };
  // In the order of the files, whichever read ended first.
  throw new MistakesError(
    [cert, key].flatMap((read, index) => (read?.status === 'rejected' ? [unreadable(files[index]!, read.reason)] : [])),
  );
}

/**
 * Looks whether TLS will work with these files. `setSecureContext` doesn't: it takes an empty certificate, and after that
 * no handshake succeeds.
 *
 * @param dir where they come from, for the mistakes
 * @throws {MistakesError} with all that is wrong with them.
 */
export function checkCertificate({ cert, key }: CertificateFiles, dir: string, now: Date): Certificate {
  const mistakes: Mistake[] = [];
  const certFile = join(dir, CERT_FILE);
  const keyFile = join(dir, KEY_FILE);
  const x509 = parsed(() => parseCertificate(cert), 'a certificate in PEM', certFile, mistakes);
  const privateKey = parsed(() => createPrivateKey(key), 'a private key in PEM, without a password', keyFile, mistakes);
  if (x509 !== undefined && x509.validToDate < now) mistakes.push(expired(certFile, x509.validToDate));
  if (x509 !== undefined && privateKey !== undefined) mistakes.push(...pairMistakes(x509, privateKey, keyFile));
  if (mistakes.length === 0)
    parsed(() => createSecureContext({ cert, key }), 'a pair that TLS takes', certFile, mistakes);
  if (mistakes.length > 0 || x509 === undefined) throw new MistakesError(mistakes);
  return { cert, key, validFrom: x509.validFromDate, validTo: x509.validToDate };
}

/**
 * Reads and checks the certificate of a folder.
 *
 * @throws {MistakesError} with all that is wrong with it.
 */
export async function loadCertificate(dir: string, now: Date): Promise<Certificate> {
  return checkCertificate(await readCertificate(dir), dir, now);
}

/** What is worth a warning about a certificate that works, if anything is: it ends soon, or has yet to begin. */
export function certificateWarning({ validFrom, validTo }: Certificate, now: Date): string | undefined {
  if (validFrom > now) return `The certificate is not valid before ${validFrom.toISOString()}.`;
  const left = validTo.getTime() - now.getTime();
  if (left > Math.min(NOTICE_MS, (validTo.getTime() - validFrom.getTime()) / 5)) return undefined;
  if (left <= 0) return `The certificate expired on ${validTo.toISOString()}: the API server refuses it.`;
  return `The certificate expires on ${validTo.toISOString()}: renew it before.`;
}

function parseCertificate(cert: Buffer): { validFromDate: Date; validToDate: Date; x509: X509Certificate } {
  // X509Certificate reads DER too, which TLS does not.
  if (!cert.includes('-----BEGIN')) throw new Error('no PEM block');
  const x509 = new X509Certificate(cert);
  // The properties that are dates already came with Node 22.10; these texts are in a form that Date has always read.
  return { validFromDate: new Date(x509.validFrom), validToDate: new Date(x509.validTo), x509 };
}

/** What `parse` makes, or a mistake. OpenSSL's reasons hold nothing of the file's content. */
function parsed<T>(parse: () => T, expected: string, where: string, mistakes: Mistake[]): T | undefined {
  try {
    return parse();
  } catch (error) {
    const found = `a file that cannot be read as such (${error instanceof Error ? error.message : String(error)})`;
    mistakes.push({ code: 'certificate-invalid', where, expected, found, remedy: 'Write the pair of files anew.' });
    return undefined;
  }
}

function pairMistakes({ x509 }: { x509: X509Certificate }, privateKey: KeyObject, where: string): Mistake[] {
  if (x509.checkPrivateKey(privateKey)) return [];
  const expected = `the private key of ${CERT_FILE}`;
  const remedy = 'Write both files anew, from the same run of certificates.sh, say.';
  return [{ code: 'certificate-pair-mismatch', where, expected, found: 'the key of another certificate', remedy }];
}

function expired(where: string, validTo: Date): Mistake {
  const found = `one that expired on ${validTo.toISOString()}`;
  const remedy = 'Make a new one, with certificates.sh, say.';
  return { code: 'certificate-expired', where, expected: 'a certificate that is valid', found, remedy };
}

function unreadable(where: string, error: unknown): Mistake {
  const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  const [found, remedy] =
    reason === 'ENOENT'
      ? ['no such file', MAKE_PAIR]
      : [reason, 'Check CERTS_DIR, and that the process may read the file.'];
  return { code: 'certificate-unreadable', where, expected: 'a file that can be read', found, remedy };
}
