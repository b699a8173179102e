import type { X509Certificate } from 'node:crypto';
import { certificatesIn } from '../gate/secret/certificate-chain.ts';
import { checkCertificate } from '../gate/secret/certificate.ts';

/** A certificate, its key and the CA that signed it, in PEM. */
export interface ServingSet {
  readonly certificate: string;
  readonly key: string;
  readonly ca: string;
}

/**
 * The texts of the Secret, by key. What the gate serves with is in `server.crt`, `server.key` and `ca.crt`; what it will
 * serve with next in the same with `next-`; `previous-ca.crt` has CAs that pods may still serve by. `policy-token` has
 * the token of the webhook's path, and another one while that changes.
 */
export type SecretFiles = Readonly<Record<string, string>>;

const SERVING = ['server.crt', 'server.key', 'ca.crt'] as const;
const PREVIOUS_CA = 'previous-ca.crt';
const TOKEN = 'policy-token';
const TOKEN_FORM = /^[0-9a-f]{64}$/;

/** The certificate that is served, or the next one; `undefined` if an API server would not accept it. */
export function usableCertificate(
  files: SecretFiles,
  prefix: '' | 'next-',
  serverName: string,
  now: Date,
): X509Certificate | undefined {
  const [cert, key, ca] = SERVING.map((name) => Buffer.from(files[prefix + name] ?? '')) as [Buffer, Buffer, Buffer];
  const isSigned = certificatesIn(ca).length > 0;
  const { mistakes } = checkCertificate({ cert, key, ca }, { dir: '', serverName }, now);
  return isSigned && mistakes.length === 0 ? certificatesIn(cert)[0] : undefined;
}

/** What the API server must trust, in PEM, the current CA first. */
export function bundleOf(files: SecretFiles): string {
  return distinctPem(['ca.crt', 'next-ca.crt', PREVIOUS_CA].map((name) => files[name] ?? '').join('\n'));
}

/** Those that the gate accepts; the first is that of the webhook's path. */
export function tokensOf(files: SecretFiles): readonly string[] {
  return (files[TOKEN] ?? '').split('\n').filter((line) => TOKEN_FORM.test(line));
}

/** Whether there is something that only pods and API servers need that have not taken the last change over yet. */
export function hasPrevious(files: SecretFiles): boolean {
  return PREVIOUS_CA in files || tokensOf(files).length > 1;
}

/** Puts the next certificate and token beside what is in use. */
export function prepared(files: SecretFiles, { certificate, key, ca }: ServingSet, token: string): SecretFiles {
  const next = { 'next-server.crt': certificate, 'next-server.key': key, 'next-ca.crt': ca };
  return { ...files, ...next, [TOKEN]: [...tokensOf(files).slice(0, 1), token].join('\n') };
}

/** Serves with the next certificate, and keeps the CA before it. */
export function promoted(files: SecretFiles, now: Date): SecretFiles {
  const next = Object.fromEntries(SERVING.map((name) => [name, files[`next-${name}`] ?? '']));
  const kept = Object.entries(files).filter(([name]) => !name.startsWith('next-') && name !== PREVIOUS_CA);
  const tokens = tokensOf(files).toReversed().join('\n');
  const previous = distinctPem([files['ca.crt'], files[PREVIOUS_CA]].join('\n'), now);
  return { ...Object.fromEntries(kept), ...next, [TOKEN]: tokens, ...withPrevious(previous) };
}

/** Takes out the previous CA and token. */
export function forgotten(files: SecretFiles): SecretFiles {
  const kept = Object.entries(files).filter(([name]) => name !== PREVIOUS_CA);
  return { ...Object.fromEntries(kept), [TOKEN]: tokensOf(files).slice(0, 1).join('\n') };
}

/**
 * Keeps what somebody else has the API server trust, since pods may serve with it.
 *
 * @param bundle in PEM
 * @returns the same object if nothing is new
 */
export function adopted(files: SecretFiles, bundle: string, now: Date): SecretFiles {
  const known = bundleOf(files);
  if (distinctPem(`${known}\n${bundle}`, now).length <= distinctPem(known, now).length) return files;
  return { ...files, ...withPrevious(distinctPem([files[PREVIOUS_CA], bundle].join('\n'), now)) };
}

function withPrevious(previous: string): SecretFiles {
  return previous === '' ? {} : { [PREVIOUS_CA]: previous };
}

/** Each certificate once; with a time, without those that have expired. */
function distinctPem(pem: string, now?: Date): string {
  const certificates = certificatesIn(Buffer.from(pem)).filter(({ validTo }) => !now || new Date(validTo) >= now);
  return [...new Set(certificates.map(String))].join('');
}
