import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { expect } from 'chai';
import { brokenChainEnd, certificatesIn } from '../../../src/gate/secret/certificate-chain.ts';
import { makeCertificate, type CertificateOptions, type TestCertificate } from '../../certificate.ts';

const past = { notBefore: new Date('2020-01-01'), notAfter: new Date('2020-02-01') };
const future = { notBefore: new Date('2099-01-01'), notAfter: new Date('2099-02-01') };
const root = async (commonName: string, options: CertificateOptions = {}) =>
  makeCertificate({ commonName, ...options });
const step = async (issuer: TestCertificate, commonName: string, options: CertificateOptions = {}) =>
  makeCertificate({ issuer, commonName, isCa: true, ...options });

const [ca, sameName, expiredCa, futureCa] = [
  await root('CA'),
  await root('CA'),
  await root('old', past),
  await root('new', future),
];
const [noCa, loop] = [await root('no CA', { isCa: false }), await root('loop')];
const upper = await step(ca, 'upper');
const lower = await step(upper, 'lower');
const expiredStep = await step(ca, 'old step', past);
const noCaStep = await step(ca, 'no step', { isCa: false });

/** The name as OpenSSL writes it, a UTF8String in place of a PrintableString. A CA's own signature is not looked at. */
const encodedOtherwise = {
  certificate: pem(x509(ca).raw.toString('latin1').replaceAll('\x13\x02CA', '\x0c\x02CA')),
  key: ca.key,
};

function x509({ certificate }: TestCertificate): X509Certificate {
  return new X509Certificate(certificate);
}

function pem(der: string): string {
  return `-----BEGIN CERTIFICATE-----\n${Buffer.from(der, 'latin1').toString('base64')}\n-----END CERTIFICATE-----\n`;
}

describe('brokenChainEnd', () => {
  for (const [what, issuer, between, cas, end] of [
    ['of the CA', ca, [], [ca], undefined],
    ['of one of several CAs', ca, [], [expiredCa, sameName, ca], undefined],
    ['over two steps, in any order', lower, [upper, lower], [ca], undefined],
    ['over a step that is a CA there', lower, [lower], [upper], undefined],
    ['that is there itself among others, though it is no CA', undefined, [noCa], [ca, noCa], undefined],
    ['beside steps of others', lower, [expiredStep, loop, lower, noCaStep, upper], [ca], undefined],
    ['of another CA of the same name', ca, [], [sameName], 'leaf'],
    ['of a CA whose name is encoded otherwise', ca, [], [encodedOtherwise], 'leaf'],
    ['of a CA that has expired', expiredCa, [], [expiredCa], 'leaf'],
    ['of a CA that is not valid yet', futureCa, [], [futureCa], 'leaf'],
    ['of one that is no CA', noCa, [], [noCa], 'leaf'],
    ['without the upper step', lower, [lower], [ca], 'lower'],
    ['without the lower step', lower, [upper], [ca], 'leaf'],
    ['over a step that has expired', expiredStep, [expiredStep], [ca], 'leaf'],
    ['over a step that is no CA', noCaStep, [noCaStep], [ca], 'leaf'],
    ['in a circle', loop, [loop, upper], [ca], 'loop'],
  ] as const) {
    it(`${end === undefined ? 'finds none' : `tells ${end}`}: a certificate ${what}`, async () => {
      const certificate = issuer === undefined ? noCa : await makeCertificate({ issuer, commonName: 'leaf' });
      const found = brokenChainEnd(x509(certificate), between.map(x509), cas.map(x509), new Date());
      expect(found?.subject).to.equal(end && `CN=${end}`);
    });
  }
});

describe('certificatesIn', () => {
  it('finds every certificate among whatever else there is', () => {
    const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' });
    const broken = ca.certificate.replace(/[A-Z]{4}/, '????');
    const cutOff = upper.certificate.slice(0, 200);
    const text = `# Ünsere CA\r\n${ca.certificate.replaceAll('\n', '\r\n')}\n${broken}${String(key)}${lower.certificate}${cutOff}`;
    const found = certificatesIn(Buffer.from(text)).map(({ subject }) => subject);
    expect(found).to.deep.equal(['CN=CA', 'CN=lower']);
    expect(certificatesIn(Buffer.from(''))).to.deep.equal([]);
  });
});
