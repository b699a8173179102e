import { X509Certificate } from 'node:crypto';
import { expect } from 'chai';
import { certificateFaults } from '../../../src/gate/secret/certificate-faults.ts';
import { makeCertificate, type CertificateOptions } from '../../certificate.ts';

const ca = await makeCertificate({ commonName: 'The CA' });
const otherCa = await makeCertificate({ commonName: 'Another CA' });
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
  for (const [what, made, expected, code, found] of [
    [
      'expired',
      { ...validity, issuer: caOfThatTime },
      { now: new Date('2027-01-01T00:00:01Z'), ca: '' },
      'certificate-expired',
      'one that expired on 2027-01-01T00:00:00.000Z',
    ],
    [
      'not yet valid',
      validity,
      { now: new Date('2025-12-31T23:59:59Z'), ca: '' },
      'certificate-not-yet-valid',
      'one that is not valid before 2026-01-01T00:00:00.000Z',
    ],
    [
      'of other names',
      { names: ['a.b', 'c'] },
      { serverName: 'a' },
      'certificate-name-mismatch',
      'one for "DNS:a.b, DNS:c, IP Address:127.0.0.1"',
    ],
    [
      'for clients',
      { usage: 'clientAuth' },
      {},
      'certificate-usage-mismatch',
      'one whose extended key usage has no server authentication',
    ],
    [
      'of another CA',
      { issuer: otherCa },
      {},
      'certificate-untrusted',
      'one that no valid CA there has signed; its issuer is called "CN=Another CA"',
    ],
    ['beside no CA', {}, { ca: 'nonsense' }, 'certificate-ca-invalid', 'a file without one'],
  ] as const satisfies readonly (readonly [string, CertificateOptions, object, string, string])[]) {
    it(`tells what is wrong with one that is ${what}`, async () => {
      expect((await faults(made, expected)).map((fault) => [fault.code, fault.found])).to.deep.equal([[code, found]]);
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
