import { generateKeyPairSync } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { certificateWarning, loadCertificate, type Certificate } from '../../../src/gate/secret/certificate.ts';
import { MistakesError, mistakeText, type Mistake } from '../../../src/mistake/mistake.ts';
import { makeCertificate } from '../../certificate.ts';
import { at } from '../../mistakes.ts';

const DAY_MS = 86_400_000;
const made = await makeCertificate();
const other = await makeCertificate();
const past = new Date('2020-01-01T00:00:00Z');
const expired = await makeCertificate({ notBefore: past, notAfter: new Date('2020-02-01T00:00:00Z') });
const early = await makeCertificate({ notBefore: new Date('2099-01-01T00:00:00Z'), notAfter: new Date('2099-02-01') });
const misnamed = await makeCertificate({ names: ['imagegate'] });
const ec = { namedCurve: 'P-256', publicKeyEncoding: { type: 'spki', format: 'pem' } } as const;
const withPassword = generateKeyPairSync('ec', {
  ...ec,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' },
}).privateKey;
const weak = generateKeyPairSync('rsa', {
  modulusLength: 512,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
}).privateKey;

describe('a certificate', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'imagegate-'));
  });
  afterEach(async () => {
    await rm(dir, { recursive: true });
  });

  async function write(cert: string | Buffer | undefined, key: string | undefined): Promise<void> {
    if (cert !== undefined) await writeFile(join(dir, 'server.crt'), cert);
    if (key !== undefined) await writeFile(join(dir, 'server.key'), key);
  }

  const load = async (): Promise<Certificate> => loadCertificate({ dir, serverName: 'localhost' }, new Date());

  async function mistakes(): Promise<readonly Mistake[]> {
    const error: unknown = await load().catch((thrown: unknown) => thrown);
    if (error instanceof MistakesError) return error.mistakes;
    throw error;
  }

  const pem = (type: string, text: string): Buffer =>
    Buffer.from(text.replaceAll(new RegExp(`-----(BEGIN|END) ${type}-----`, 'g'), ''), 'base64');

  describe('loadCertificate', () => {
    it('loads a pair, and knows how long it is valid', async () => {
      await write(made.certificate, made.key);
      const { cert, key, validFrom, validTo } = await load();
      expect(cert.toString()).to.equal(made.certificate);
      expect(key.toString()).to.equal(made.key);
      expect(validTo.getTime() - validFrom.getTime()).to.be.within(DAY_MS, DAY_MS + 120_000);
    });

    it('takes a chain', async () => {
      await write(`${made.certificate}\n${other.certificate}`, made.key);
      expect((await load()).cert.toString()).to.contain(other.certificate);
    });

    for (const { what, cert, key, found } of [
      {
        what: 'no files',
        found: [
          ['certificate-unreadable', 'server.crt'],
          ['certificate-unreadable', 'server.key'],
        ],
      },
      { what: 'no key', cert: made.certificate, found: [['certificate-unreadable', 'server.key']] },
      {
        what: 'empty files',
        cert: '',
        key: '',
        found: [
          ['certificate-invalid', 'server.crt'],
          ['certificate-invalid', 'server.key'],
        ],
      },
      {
        what: 'a certificate of nonsense',
        cert: 'nonsense',
        key: made.key,
        found: [['certificate-invalid', 'server.crt']],
      },
      {
        what: 'a broken PEM',
        cert: made.certificate.replace(/[A-Z]{4}/, '????'),
        key: made.key,
        found: [['certificate-invalid', 'server.crt']],
      },
      {
        what: 'a certificate in DER',
        cert: pem('CERTIFICATE', made.certificate),
        key: made.key,
        found: [['certificate-invalid', 'server.crt']],
      },
      {
        what: 'a certificate with a date that is none',
        cert: made.certificate.replace(/\n[^-]+/, (body) => {
          const der = Buffer.from(body, 'base64');
          der.write('99999999', der.indexOf(Buffer.from([0x17, 0x0d])) + 2); // UTCTime, of 13 bytes
          return `\n${der.toString('base64')}\n`;
        }),
        key: made.key,
        found: [['certificate-invalid', 'server.crt']],
      },
      { what: 'the key in both files', cert: made.key, key: made.key, found: [['certificate-invalid', 'server.crt']] },
      {
        what: 'the certificate in both files',
        cert: made.certificate,
        key: made.certificate,
        found: [['certificate-invalid', 'server.key']],
      },
      {
        what: 'a key with a password',
        cert: made.certificate,
        key: withPassword,
        found: [['certificate-invalid', 'server.key']],
      },
      {
        what: "another certificate's key",
        cert: made.certificate,
        key: other.key,
        found: [['certificate-pair-mismatch', 'server.key']],
      },
      {
        what: 'a key of another type',
        cert: made.certificate,
        key: weak,
        found: [['certificate-pair-mismatch', 'server.key']],
      },
      {
        what: "an expired one with another's key",
        cert: expired.certificate,
        key: other.key,
        found: [
          ['certificate-expired', 'server.crt'],
          ['certificate-pair-mismatch', 'server.key'],
        ],
      },
      {
        what: 'a chain that is cut off',
        cert: `${made.certificate}\n${other.certificate.slice(0, 200)}`,
        key: made.key,
        found: [['certificate-invalid', 'server.crt']],
      },
    ]) {
      it(`refuses ${what}`, async () => {
        await write(cert, key);
        const all = await mistakes();
        expect(all.map(({ code, source }) => [code, source.name])).to.have.deep.members(
          found.map(([code, file]) => [code, join(dir, file!)]),
        );
        expect(JSON.stringify(all)).not.to.match(/PRIVATE KEY|MIG|MIIB/);
      });
    }

    it('says what is wrong with each file, and what to do', async () => {
      await write('nonsense', 'nonsense');
      const unreadable = (file: string, wanted: string, reason: string): string =>
        `${join(dir, file)}: expected ${wanted}, found a file that cannot be read as such (${reason}). Write the pair of files anew. [certificate-invalid]`;
      const [cert, key] = (await mistakes()).map(mistakeText);
      expect(cert).to.equal(unreadable('server.crt', 'a certificate in PEM', 'no PEM block'));
      const [, reason = ''] = /\((.*)\)/.exec(key ?? '') ?? [];
      expect(key).to.equal(unreadable('server.key', 'a private key in PEM, without a password', reason));
      await write(made.certificate, other.key);
      expect((await mistakes()).map(mistakeText)).to.deep.equal([
        `${join(dir, 'server.key')}: expected the private key of server.crt, found the key of another certificate. Write both files anew, from the same run of certificates.sh, say. [certificate-pair-mismatch]`,
      ]);
      await write(`${made.certificate}\n${other.certificate.slice(0, 200)}`, made.key);
      expect((await mistakes())[0]?.expected).to.equal('a pair that TLS takes');
    });

    for (const [what, { certificate, key }] of Object.entries({
      expired,
      'not yet valid': early,
      'of other names': misnamed,
    })) {
      it(`takes one that is ${what}, which can serve`, async () => {
        await write(certificate, key);
        expect((await load()).key.toString()).to.equal(key);
      });
    }

    it('says why a file cannot be read', async () => {
      await write(made.certificate, made.key);
      await chmod(join(dir, 'server.key'), 0);
      await rm(join(dir, 'server.crt'));
      const [first] = await mistakes();
      expect(first).to.deep.equal({
        code: 'certificate-unreadable',
        ...at(join(dir, 'server.crt')),
        expected: 'a file that can be read',
        found: 'no such file',
        remedy:
          'Set CERTS_DIR to the folder of the pair. deploy/certificates.sh makes one for a cluster; `npm run demo` tries the gate without.',
      });
      await mkdir(join(dir, 'server.crt'));
      expect((await mistakes())[0]).to.deep.include({
        code: 'certificate-unreadable',
        ...at(join(dir, 'server.crt')),
        found: 'EISDIR',
        remedy: 'Check CERTS_DIR, and that the process may read the file.',
      });
      await rm(join(dir, 'server.crt'), { recursive: true });
      await write(made.certificate, made.key);
      await mkdir(join(dir, 'ca.crt'));
      expect((await mistakes()).map(({ source }) => source.name)).to.include(join(dir, 'ca.crt'));
    });
  });

  describe('certificateWarning', () => {
    const now = new Date('2026-11-23T12:00:00Z');
    const lasting = (before: number, after: number): Certificate => ({
      cert: Buffer.alloc(0),
      key: Buffer.alloc(0),
      ca: undefined,
      validFrom: new Date(now.getTime() - before * DAY_MS),
      validTo: new Date(now.getTime() + after * DAY_MS),
    });
    for (const { what, certificate, warning } of [
      { what: 'a year to go', certificate: lasting(0, 365), warning: undefined },
      { what: '31 days of a year to go', certificate: lasting(334, 31), warning: undefined },
      {
        what: '29 days of a year to go',
        certificate: lasting(336, 29),
        warning: 'The certificate expires on 2026-12-22T12:00:00.000Z: renew it before.',
      },
      { what: 'a day to go, as at its beginning', certificate: lasting(0, 1), warning: undefined },
      { what: 'more than a fifth of ten days to go', certificate: lasting(7.999, 2.001), warning: undefined },
      {
        what: 'a fifth of ten days to go',
        certificate: lasting(8, 2),
        warning: 'The certificate expires on 2026-11-25T12:00:00.000Z: renew it before.',
      },
      { what: 'more than 30 days to go', certificate: lasting(334, 30.001), warning: undefined },
      {
        what: '30 days to go',
        certificate: lasting(335, 30),
        warning: 'The certificate expires on 2026-12-23T12:00:00.000Z: renew it before.',
      },
      {
        what: 'a tenth of a day to go',
        certificate: lasting(0.9, 0.1),
        warning: 'The certificate expires on 2026-11-23T14:24:00.000Z: renew it before.',
      },
      {
        what: 'none to go',
        certificate: lasting(10, 0),
        warning: 'The certificate expires on 2026-11-23T12:00:00.000Z: renew it before.',
      },
      { what: 'an end that is past, which is a mistake', certificate: lasting(10, -0.1), warning: undefined },
    ]) {
      it(what, () => {
        expect(certificateWarning(certificate, now)).to.equal(warning);
      });
    }
  });
});
