import type { X509Certificate } from 'node:crypto';
import { shown, type Mistake, type Source } from '../../mistake/mistake.ts';
import { brokenChainEnd, certificatesIn } from './certificate-chain.ts';

/** What a certificate is checked against. */
export interface Expectations {
  /** The certificate file, intermediates included. */
  readonly cert: Buffer;
  readonly ca: Buffer | undefined;
  readonly certFile: string;
  readonly caFile: string;
  readonly serverName: string | undefined;
  readonly now: Date;
}

const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const ANY_USAGE = '2.5.29.37.0';

/** All reasons why the API server would reject a certificate that TLS itself can use. */
export function certificateFaults(x509: X509Certificate, expectations: Expectations): readonly Mistake[] {
  const { certFile, serverName, now } = expectations;
  const source = { name: certFile };
  return [
    ...dateFaults(x509, source, now),
    ...(serverName === undefined || hasName(x509, serverName) ? [] : [otherName(x509, source, serverName)]),
    ...(isForServers(x509) ? [] : [otherUse(source)]),
    ...chainFaults(x509, expectations),
  ];
}

function dateFaults({ validFrom, validTo }: X509Certificate, source: Source, now: Date): readonly Mistake[] {
  const expected = 'a certificate that is valid';
  const [from, to] = [new Date(validFrom), new Date(validTo)];
  if (to < now) {
    const found = `one that expired on ${to.toISOString()}`;
    return [
      { code: 'certificate-expired', source, expected, found, remedy: 'Make a new one, with certificates.sh, say.' },
    ];
  }
  if (from <= now) return [];
  const found = `one that is not valid before ${from.toISOString()}`;
  const remedy = 'Wait until then; if it should be valid already, set the clock of the node.';
  return [{ code: 'certificate-not-yet-valid', source, expected, found, remedy }];
}

/** As Go (the API server) does: the common name is ignored, and `*` matches a whole label. */
function hasName(x509: X509Certificate, serverName: string): boolean {
  return x509.checkHost(serverName, { subject: 'never', partialWildcards: false }) !== undefined;
}

function otherName({ subjectAltName }: X509Certificate, source: Source, serverName: string): Mistake {
  return {
    code: 'certificate-name-mismatch',
    source,
    expected: `a certificate for ${serverName}`,
    found: subjectAltName === undefined ? 'one for no name' : `one for ${shown(subjectAltName)}`,
    remedy: 'Make one for the name of the Service, or set SERVER_NAME to the name that the API server asks for.',
  };
}

/** Node's `keyUsage` is the extended key usage; a certificate without it is valid for any use. */
function isForServers({ keyUsage }: X509Certificate): boolean {
  return keyUsage === undefined || keyUsage.includes(SERVER_AUTH) || keyUsage.includes(ANY_USAGE);
}

function otherUse(source: Source): Mistake {
  return {
    code: 'certificate-usage-mismatch',
    source,
    expected: 'a certificate for servers',
    found: 'one whose extended key usage has no server authentication',
    remedy: 'Make one with the usage `server auth`.',
  };
}

function chainFaults(x509: X509Certificate, { cert, ca, certFile, caFile, now }: Expectations): readonly Mistake[] {
  // Some tools write an empty ca.crt into a Secret when they don't know the CA.
  if (ca === undefined || ca.toString('latin1').trim() === '') return [];
  const cas = certificatesIn(ca);
  if (cas.length === 0) {
    const found = 'a file without one';
    const remedy = 'Write the CA of server.crt into it, or leave the file out.';
    return [
      { code: 'certificate-ca-invalid', source: { name: caFile }, expected: 'certificates in PEM', found, remedy },
    ];
  }
  const last = brokenChainEnd(x509, certificatesIn(cert), cas, now);
  if (last === undefined) return [];
  return [
    {
      code: 'certificate-untrusted',
      source: { name: certFile },
      expected: `a certificate of a CA in ${caFile}`,
      found: `one that no valid CA there has signed; its issuer is called ${shown(last.issuer.replaceAll('\n', ', '))}`,
      remedy:
        'Write both files anew, from the same run of certificates.sh, say; what stands between them belongs into server.crt.',
    },
  ];
}
