import { X509Certificate } from 'node:crypto';

const VERSION_TAG = 0xa0;
const PEM = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/** The certificates of a file in PEM. What is none is left out, as the API server does it with a caBundle. */
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
 * Follows the chain of a certificate as far as it goes, as the API server does: each step is to one that is a CA, is
 * valid now, and has signed the one before.
 *
 * @param intermediates what may stand between the certificate and the CAs, in any order
 * @returns the last one, if no CA has signed it; `undefined` if the chain leads to one
 */
export function brokenChainEnd(
  certificate: X509Certificate,
  intermediates: readonly X509Certificate[],
  cas: readonly X509Certificate[],
  now: Date,
): X509Certificate | undefined {
  // One that is trusted itself needs nobody to sign it, nor to be a CA.
  if (cas.some((ca) => ca.raw.equals(certificate.raw))) return undefined;
  let last = certificate;
  const reached = new Set([certificate]);
  // A set goes on with what is added while it is gone through, and takes each once: a circle ends.
  for (const one of reached) {
    if (cas.some((ca) => hasIssued(ca, one, now))) return undefined;
    for (const next of intermediates) if (hasIssued(next, one, now)) reached.add(next);
    last = one;
  }
  return last;
}

export function isValidAt({ validFrom, validTo }: X509Certificate, now: Date): boolean {
  // The properties that are dates already came with Node 22.10; these texts are in a form that Date has always read.
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

/** As Go has it, in which the API server is written: byte for byte, where `checkIssued` takes any encoding of the letters. */
function isNamedBy(ca: X509Certificate, certificate: X509Certificate): boolean {
  return encodedNames(certificate).issuer.equals(encodedNames(ca).subject);
}

/** RFC 5280, 4.1: version (there or not), serial number, signature algorithm, issuer, validity, subject. */
function encodedNames({ raw }: X509Certificate): { readonly issuer: Buffer; readonly subject: Buffer } {
  const toBeSigned = Buffer.concat(derParts(raw).slice(0, 1));
  const parts = derParts(toBeSigned).filter(([tag]) => tag !== VERSION_TAG);
  return { issuer: Buffer.concat(parts.slice(2, 3)), subject: Buffer.concat(parts.slice(4, 5)) };
}

/** The parts of a sequence, each with its head. */
function derParts(sequence: Buffer): readonly Buffer[] {
  const parts: Buffer[] = [];
  for (let rest = sequence.subarray(derHead(sequence)); rest.length > 0; rest = rest.subarray(parts.at(-1)!.length)) {
    parts.push(rest.subarray(0, derHead(rest) + derLength(rest)));
  }
  return parts;
}

const derHead = (der: Buffer): number => (der[1]! < 0x80 ? 2 : 2 + (der[1]! & 0x7f));
// Never throws, nor is the sum of both ever 0: OpenSSL reads lengths that Go refuses, so what comes of those does not matter.
const derLength = (der: Buffer): number =>
  der[1]! < 0x80 ? der[1]! : Number(`0x0${der.toString('hex', 2, derHead(der))}`);
