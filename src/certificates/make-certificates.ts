import { randomBytes, webcrypto } from 'node:crypto';
import type * as X509 from '@peculiar/x509';
import { OUR_NAMESPACE } from '../config-map/config-map.ts';
import type { ServingSet } from './secret-files.ts';

const SERVICE = 'imagegate-webhook';
/** What the API server asks for. */
export const SERVER_NAME = `${SERVICE}.${OUR_NAMESPACE}.svc`;
/** The others are how a pod may call the Service. */
const NAMES = [SERVER_NAME, `${SERVER_NAME}.cluster.local`, `${SERVICE}.${OUR_NAMESPACE}`, SERVICE];
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const MAX_BACKDATE_MS = 5 * 60_000;

/**
 * Makes a certificate of the Service and a CA that signs it and nothing ever again: its key is forgotten. ECDSA P-256.
 *
 * @param lifeMs for which both are valid, in milliseconds; they begin a little earlier, for clocks that are slow
 */
export async function makeServingSet(now: Date, lifeMs: number): Promise<ServingSet> {
  const x509 = await import('@peculiar/x509');
  // A name of its own for each CA: two that differ in the key alone are easily confused.
  const issuer = `CN=${SERVICE}-ca-${randomBytes(4).toString('hex')}`;
  const [caKeys, keys] = await Promise.all([keyPair(), keyPair()]);
  const dates = {
    notBefore: new Date(now.getTime() - Math.min(MAX_BACKDATE_MS, lifeMs / 10)),
    notAfter: new Date(now.getTime() + lifeMs),
  };
  const make = async (subject: string, publicKey: webcrypto.CryptoKey, extensions: readonly X509.Extension[]) => {
    const ids = [
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(caKeys.publicKey),
    ];
    const certificate = await x509.X509CertificateGenerator.create({
      ...dates,
      subject,
      issuer,
      publicKey,
      serialNumber: `4${randomBytes(16).toString('hex').slice(1)}`, // positive, and 128 bits long
      signingKey: caKeys.privateKey,
      signingAlgorithm: ALGORITHM,
      extensions: [...extensions, ...ids],
    });
    return `${certificate.toString('pem')}\n`;
  };
  const { KeyUsageFlags } = x509;
  return {
    ca: await make(issuer, caKeys.publicKey, [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ]),
    certificate: await make(`CN=${SERVER_NAME}`, keys.publicKey, [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(NAMES.map((value) => ({ type: 'dns', value }))),
    ]),
    key: x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY'),
  };
}

async function keyPair(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}
