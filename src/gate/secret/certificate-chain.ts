import { X509Certificate } from 'node:crypto';

const VERSION_TAG = 0xa0;
const PEM = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/** The certificates of a PEM file. Invalid blocks are skipped, as the API server does with a caBundle. */
export function certificatesIn(pem: Buffer): readonly X509Certificate[] {
  return [...pem.toString('latin1').matchAll(PEM)].flatMap(([block]) => {
    try {
      return [new X509Certificate(block)];
    } catch {
      return [];
    }
  });
}

/**
 * Follows a certificate chain as the API server does: each issuer must be a CA, be valid now, and have signed the
 * certificate before it.
 *
 * @param intermediates in any order
 * @returns the last certificate reached; `undefined` if the chain ends at one of `cas`
 */
export function brokenChainEnd(
  certificate: X509Certificate,
  intermediates: readonly X509Certificate[],
  cas: readonly X509Certificate[],
  now: Date,
): X509Certificate | undefined {
  // A certificate that is trusted itself needs no issuer, and need not be a CA.
  if (cas.some((ca) => ca.raw.equals(certificate.raw))) return undefined;
  let last = certificate;
  const reached = new Set([certificate]);
  // Iterating a set includes items added meanwhile, each once: a cycle ends.
  for (const one of reached) {
    if (cas.some((ca) => hasIssued(ca, one, now))) return undefined;
    for (const next of intermediates) if (hasIssued(next, one, now)) reached.add(next);
    last = one;
  }
  return last;
}

export function isValidAt({ validFrom, validTo }: X509Certificate, now: Date): boolean {
  // `validFromDate` and `validToDate` came with Node 22.10; Date has always parsed these texts.
  return new Date(validFrom) <= now && now <= new Date(validTo);
}

function hasIssued(ca: X509Certificate, certificate: X509Certificate, now: Date): boolean {
  return (
    ca.ca &&
    isValidAt(ca, now) &&
    certificate.checkIssued(ca) &&
    isNamedBy(ca, certificate) &&
    certificate.verify(ca.publicKey)
  );
}

/** Compares names byte for byte, as Go (the API server) does; `checkIssued` accepts any encoding of the characters. */
function isNamedBy(ca: X509Certificate, certificate: X509Certificate): boolean {
  return encodedNames(certificate).issuer.equals(encodedNames(ca).subject);
}

/** RFC 5280, 4.1: version (optional), serial number, signature algorithm, issuer, validity, subject. */
function encodedNames({ raw }: X509Certificate): { readonly issuer: Buffer; readonly subject: Buffer } {
  const toBeSigned = raw.subarray(derHead(raw));
  const parts = derParts(toBeSigned).filter(([tag]) => tag !== VERSION_TAG);
  return { issuer: Buffer.concat(parts.slice(2, 3)), subject: Buffer.concat(parts.slice(4, 5)) };
}

/** The elements of a DER sequence, and what comes after it, each with its head. */
function derParts(sequence: Buffer): readonly Buffer[] {
  const parts: Buffer[] = [];
  for (let rest = sequence.subarray(derHead(sequence)); rest.length > 0; rest = rest.subarray(parts.at(-1)!.length)) {
    parts.push(rest.subarray(0, derHead(rest) + derLength(rest)));
  }
  return parts;
}

const derHead = (der: Buffer): number => (der[1]! < 0x80 ? 2 : 2 + (der[1]! & 0x7f));
// Never throws, and head plus length is never 0. OpenSSL reads lengths that Go refuses; their result does not matter.
const derLength = (der: Buffer): number =>
  der[1]! < 0x80 ? der[1]! : Number(`0x0${der.toString('hex', 2, derHead(der))}`);
