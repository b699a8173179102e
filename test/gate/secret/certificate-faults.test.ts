import { X509Certificate } from 'node:crypto';
import { expect } from 'chai';
import { certificateFaults } from '../../../src/gate/secret/certificate-faults.ts';
import { mistakeText } from '../../../src/mistake/mistake.ts';
import { makeCertificate, type CertificateOptions } from '../../certificate.ts';

const ca = await makeCertificate({ commonName: 'The CA' });
const otherCa = await makeCertificate({ commonName: ['Another CA', 'of two names'] });
const validity = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2027-01-01T00:00:00Z') };
const [caOfThatTime, during] = [await makeCertificate(validity), new Date('2026-06-01T00:00:00Z')];

async function faults(made: CertificateOptions, expected: { ca?: string; serverName?: string; now?: Date } = {}) {
  const { certificate } = await makeCertificate({ issuer: ca, ...made });
  return certificateFaults(new X509Certificate(certificate), {
    cert: Buffer.from(certificate),
    ca: Buffer.from(expected.ca ?? ca.certificate),
    certFile: 'server.crt',
    caFile: 'ca.crt',
    serverName: expected.serverName,
    now: expected.now ?? new Date(),
  });
}

describe('certificateFaults', () => {
  for (const [what, made, expected, fault] of [
    [
      'expired',
      { ...validity, issuer: caOfThatTime },
      { now: new Date('2027-01-01T00:00:01Z'), ca: '' },
      'server.crt: expected a certificate that is valid, found one that expired on 2027-01-01T00:00:00.000Z. Make a new one, with certificates.sh, say. [certificate-expired]',
    ],
    [
      'not yet valid',
      validity,
      { now: new Date('2025-12-31T23:59:59Z'), ca: '' },
      'server.crt: expected a certificate that is valid, found one that is not valid before 2026-01-01T00:00:00.000Z. Wait until then; if it should be valid already, set the clock of the node. [certificate-not-yet-valid]',
    ],
    [
      'of other names',
      { names: ['a.b', 'c'] },
      { serverName: 'a' },
      'server.crt: expected a certificate for a, found one for "DNS:a.b, DNS:c, IP Address:127.0.0.1". Make one for the name of the Service, or set SERVER_NAME to the name that the API server asks for. [certificate-name-mismatch]',
    ],
    [
      'for clients',
      { usage: 'clientAuth' },
      {},
      'server.crt: expected a certificate for servers, found one whose extended key usage has no server authentication. Make one with the usage `server auth`. [certificate-usage-mismatch]',
    ],
    [
      'of another CA',
      { issuer: otherCa },
      {},
      'server.crt: expected a certificate of a CA in ca.crt, found one that no valid CA there has signed; its issuer is called "CN=Another CA, CN=of two names". Write both files anew, from the same run of certificates.sh, say; what stands between them belongs into server.crt. [certificate-untrusted]',
    ],
    [
      'beside no CA',
      {},
      { ca: 'nonsense' },
      'ca.crt: expected certificates in PEM, found a file without one. Write the CA of server.crt into it, or leave the file out. [certificate-ca-invalid]',
    ],
  ] as const satisfies readonly (readonly [string, CertificateOptions, object, string])[]) {
    it(`tells what is wrong with one that is ${what}`, async () => {
      expect((await faults(made, expected)).map(mistakeText)).to.deep.equal([fault]);
    });
  }

  for (const [what, made, expected] of [
    [
      'at its first moment',
      { ...validity, issuer: caOfThatTime },
      { now: validity.notBefore, ca: caOfThatTime.certificate },
    ],
    ['at its last', { ...validity, issuer: caOfThatTime }, { now: validity.notAfter, ca: caOfThatTime.certificate }],
    ['for servers', { usage: 'serverAuth' }, {}],
    ['under several CAs', {}, { ca: `${otherCa.certificate}\n${ca.certificate}` }],
    ['where nobody knows the CA', { issuer: otherCa }, { ca: '\n' }],
    ['where nobody knows its name', { names: ['a'] }, {}],
  ] as const satisfies readonly (readonly [string, CertificateOptions, object])[]) {
    it(`finds nothing wrong ${what}`, async () => {
      expect(await faults(made, expected)).to.deep.equal([]);
    });
  }

  for (const [name, serverName, matches] of [
    ['gate.svc', 'gate.svc', true],
    ['gate.svc', 'GATE.svc', true],
    ['*.x.svc', 'gate.x.svc', true],
    ['*.x.svc', 'a.gate.x.svc', false],
    ['g*.x.svc', 'gate.x.svc', false],
    ['gate', 'gate.svc', false],
    ['gate.svc', 'svc', false],
  ] as const) {
    it(`takes ${name} ${matches ? 'as' : 'not as'} ${serverName}`, async () => {
      // The API server reads no common name.
      const found = await faults(
        { ...validity, names: [name], commonName: serverName, issuer: caOfThatTime },
        { serverName, now: during, ca: '' },
      );
      expect(found.map(({ code }) => code)).to.deep.equal(matches ? [] : ['certificate-name-mismatch']);
    });
  }
});
