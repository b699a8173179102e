import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { expect } from 'chai';
import { pino } from 'pino';
import { loadCertificate } from '../../../src/gate/secret/certificate.ts';
import { renewCertificate, type CertificateRenewal } from '../../../src/gate/secret/certificate-renewal.ts';
import { makeCertificate, type CertificateOptions, type TestCertificate } from '../../certificate.ts';
import { mountConfigMap } from '../../mounted-config-map.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { until } from '../../until.ts';
import { startTestGate, type LogLine, type TestGate } from '../test-gate.ts';

const DAY_MS = 86_400_000;
const RELOADED = 'Certificate reloaded.';
const REJECTED = 'New certificate rejected; the previous one stays active.';
const INVALID = 'The active certificate is invalid.';

const expiry = 'imagegate_certificate_expiry_timestamp_seconds';
const reloadErrors = 'imagegate_certificate_reload_errors_total';
const inDays = (days: number): Date => new Date(Date.now() + days * DAY_MS);

const [ca, otherCa] = [
  await makeCertificate({ notAfter: inDays(500) }),
  await makeCertificate({ notAfter: inDays(500) }),
];
const issued = async (options: CertificateOptions = {}) => makeCertificate({ issuer: ca, ...options });
const secretOf = ({ certificate, key }: TestCertificate) => ({
  'server.crt': certificate,
  'server.key': key,
  'ca.crt': ca.certificate,
});

const [good, other] = [await issued(), await issued()];
const expired = await issued({ notBefore: inDays(-2), notAfter: inDays(-1) });
const early = await issued({ notBefore: inDays(1), notAfter: inDays(400) });
const misnamed = await issued({ names: ['imagegate.example.com'] });
const stray = await makeCertificate({ issuer: otherCa });

/** Each with the codes of all that is wrong with it. */
const BAD: readonly (readonly [what: string, secret: Readonly<Record<string, string>>, codes: readonly string[]])[] = [
  ['a mismatched pair', { ...secretOf(other), 'server.key': good.key }, ['certificate-pair-mismatch']],
  // The same is wrong with it as with the one before.
  [
    'another mismatched pair',
    { ...secretOf(stray), 'server.key': good.key, 'ca.crt': '' },
    ['certificate-pair-mismatch'],
  ],
  ['empty files', { ...secretOf(other), 'server.crt': '', 'server.key': '' }, Array(2).fill('certificate-invalid')],
  [
    'a certificate cut off',
    { ...secretOf(other), 'server.crt': other.certificate.slice(0, 300) },
    ['certificate-invalid'],
  ],
  ['no key', { 'server.crt': other.certificate, 'ca.crt': ca.certificate }, ['certificate-unreadable']],
  ['an expired one', secretOf(expired), ['certificate-expired']],
  ['one that is not yet valid', secretOf(early), ['certificate-not-yet-valid']],
  ['one for other names', secretOf(misnamed), ['certificate-name-mismatch']],
  ['one for clients', secretOf(await issued({ usage: 'clientAuth' })), ['certificate-usage-mismatch']],
  ['one of another CA', secretOf(stray), ['certificate-untrusted']],
  ['another CA beside the one in use', { ...secretOf(good), 'ca.crt': otherCa.certificate }, ['certificate-untrusted']],
  ['no CA beside it', { ...secretOf(other), 'ca.crt': 'none' }, ['certificate-ca-invalid']],
  [
    'one with which everything is wrong',
    secretOf(await makeCertificate({ notBefore: inDays(-2), notAfter: inDays(-1), names: ['x'], usage: 'clientAuth' })),
    ['certificate-expired', 'certificate-name-mismatch', 'certificate-usage-mismatch', 'certificate-untrusted'],
  ],
];

describe('the renewal of the certificate', () => {
  const folder = temporaryFolder();
  let gate: TestGate;
  let renewal: CertificateRenewal;
  let lines: LogLine[];
  let now: Date;
  let looks: number;
  let onCheck: (() => void) | undefined;

  beforeEach(() => ([now, looks, onCheck] = [new Date(), 0, undefined]));
  afterEach(async () => {
    renewal.stop();
    await gate.close();
  });

  const put = async (secret: Readonly<Record<string, string>>): Promise<void> => mountConfigMap(folder.path, secret);

  async function start(first: TestCertificate): Promise<void> {
    await put(secretOf(first));
    gate = await startTestGate({ certificate: first });
    lines = [];
    const place = { dir: folder.path, serverName: 'localhost' };
    renewal = renewCertificate({
      place,
      certificate: await loadCertificate(place, now),
      server: gate.server,
      log: pino({ base: null }, { write: (line: string) => lines.push(JSON.parse(line) as LogLine) }),
      metrics: gate.metrics,
      certificatePollMs: 10,
      now: () => {
        looks += 1;
        onCheck?.();
        return now;
      },
    });
  }

  /** Whether a new connection is given this certificate. */
  const serves = async ({ certificate }: TestCertificate): Promise<boolean> => {
    const socket = connect({ port: gate.port, host: '127.0.0.1', rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    const { raw } = socket.getPeerCertificate();
    socket.destroy();
    return raw.equals(new X509Certificate(certificate).raw);
  };
  const someLooks = async (): Promise<boolean> => {
    const enough = looks + 20;
    return until(() => looks >= enough, 'some looks');
  };
  const told = (): readonly unknown[] => lines.map(({ msg }) => msg);
  const codesIn = (text: string): readonly string[] =>
    [...text.matchAll(/\[(certificate-[a-z-]+)\]/g)].map(([, code = '']) => code);

  it('takes a pair that works when ..data is swapped', async () => {
    await start(good);
    expect(await gate.metric(expiry)).to.equal(renewal.certificate().validTo.getTime() / 1000);
    const second = await issued({ notAfter: new Date('2040-01-01T00:00:00Z') });
    await put(secretOf(second));
    await until(() => serves(second), 'the new certificate');
    expect(await serves(good)).to.equal(false);
    expect(renewal.certificate().validTo).to.deep.equal(new Date('2040-01-01T00:00:00Z'));
    expect(await gate.metric(expiry)).to.equal(Date.parse('2040-01-01T00:00:00Z') / 1000);
    expect(told()).to.deep.equal([RELOADED]);
    expect(await gate.metric(reloadErrors)).to.equal(0);
  });

  it('keeps the old pair when the new one does not work, and tells each once, with all that is wrong, until it is mended', async () => {
    await start(good);
    for (const [index, [what, secret, codes]] of BAD.entries()) {
      // oxlint-disable no-await-in-loop -- one after the other
      await put(secret);
      await until(() => lines.length > index, `${what} to be told`);
      expect(codesIn(JSON.stringify(lines[index])), what).to.deep.equal(codes);
      expect(codesIn(renewal.problem() ?? ''), what).to.deep.equal(codes);
      expect(renewal.problem(), what).to.match(/^New certificate rejected; the previous one stays active\.\n {2}/);
      expect(await serves(good), what).to.equal(true);
      // oxlint-enable no-await-in-loop
    }
    expect(await gate.metric(reloadErrors)).to.equal(BAD.length);
    await put(secretOf(other));
    await until(() => serves(other), 'the new certificate');
    expect(renewal.problem()).to.equal(undefined);
    // Nothing more was told in the meantime.
    expect(lines.map(({ level, msg }) => [level, msg])).to.deep.equal([
      ...BAD.map(() => [50, REJECTED]),
      [30, RELOADED],
    ]);
  });

  it('is over, too, when the old one is put back, and tells the same again when it comes again', async () => {
    await start(good);
    for (const count of [1, 2]) {
      // oxlint-disable no-await-in-loop -- one after the other
      await put(secretOf(stray));
      await until(() => renewal.problem() !== undefined, 'the bad one to be told');
      await put(secretOf(good));
      await until(() => renewal.problem() === undefined, 'nothing to be wrong');
      expect(told()).to.deep.equal(Array(count).fill(REJECTED));
      // oxlint-enable no-await-in-loop
    }
  });

  it('takes one that was not valid yet when it is, though nothing is written', async () => {
    await start(good);
    await put(secretOf(early));
    await until(() => lines.length > 0, 'it to be told');
    now = inDays(1.1);
    await until(() => serves(early), 'the new certificate');
    expect(renewal.problem()).to.equal(undefined);
    expect(told()).to.deep.equal([REJECTED, RELOADED]);
  });

  it('lives through files that are gone', async () => {
    await start(good);
    await rm(join(folder.path, '..data'));
    await until(() => lines.length > 0, 'the missing files to be told');
    expect(codesIn(renewal.problem() ?? '')).to.deep.equal(Array(2).fill('certificate-unreadable'));
    expect(await serves(good)).to.equal(true);
    await put({});
  });

  it('serves at the start with what can serve, and tells what is wrong', async () => {
    await start(misnamed);
    await someLooks();
    expect(told()).to.deep.equal([INVALID]);
    expect(codesIn(JSON.stringify(lines))).to.deep.equal(['certificate-name-mismatch']);
    expect(renewal.problem()).to.match(/^The active certificate is invalid\.\n {2}.*\[certificate-name-mismatch\]$/);
    expect(await gate.metric(reloadErrors)).to.equal(0);
    // It may yet be what the API server takes: so another that does not work does not replace it.
    await put(secretOf(stray));
    await until(() => lines.length > 1, 'the other one to be told');
    expect(codesIn(renewal.problem() ?? '')).to.deep.equal(['certificate-untrusted', 'certificate-name-mismatch']);
    expect(await serves(misnamed)).to.equal(true);
    await put(secretOf(good));
    await until(() => serves(good), 'the one that works');
    expect(renewal.problem()).to.equal(undefined);
  });

  it('tells when the one in use expires, and then takes whatever can serve', async () => {
    await start(good);
    now = inDays(2);
    await until(() => renewal.problem() !== undefined, 'its end to be told');
    await someLooks();
    expect(told()).to.deep.equal([INVALID]);
    expect(codesIn(renewal.problem() ?? '')).to.deep.equal(['certificate-expired']);
    await put({ ...secretOf(other), 'server.key': good.key });
    await until(() => lines.length > 1, 'the mismatched one to be told');
    expect(codesIn(renewal.problem() ?? '')).to.deep.equal([
      'certificate-pair-mismatch',
      'certificate-expired',
      'certificate-expired',
    ]);
    const { certificate, key } = await makeCertificate({ issuer: otherCa, notAfter: inDays(30) });
    await put(secretOf({ certificate, key }));
    await until(() => serves({ certificate, key }), 'the one of another CA');
    await someLooks();
    expect(renewal.problem()).to.match(/^The active certificate is invalid\.\n {2}.*\[certificate-untrusted\]$/);
  });

  it('warns of the end, once a day', async () => {
    const ending = await issued({ notBefore: inDays(-300), notAfter: inDays(10) });
    await start(ending);
    expect(lines).to.have.lengthOf(1);
    expect(lines[0]).to.deep.include({ level: 40 });
    expect(lines[0]?.['msg']).to.match(/^The certificate expires on .*: renew it before\.$/);
    const first = now.getTime();
    now = new Date(first + DAY_MS - 1);
    await someLooks();
    expect(lines).to.have.lengthOf(1);
    now = new Date(first + DAY_MS);
    await until(() => lines.length > 1, 'the next warning');
    const lasting = await issued({ notAfter: inDays(400) });
    await put(secretOf(lasting));
    await until(() => serves(lasting), 'the new certificate');
    now = inDays(2.2);
    await someLooks();
    expect(lines.map(({ level }) => level)).to.deep.equal([40, 40, 30]);
  });

  for (const [what, key, expected] of [
    ['takes a pair that works at the first look', other.key, [RELOADED, RELOADED]],
    ['does not tell of a bad pair that only one look has met', good.key, []],
  ] as const) {
    it(what, async () => {
      await start(good);
      const pairs = [{ certificate: other.certificate, key }, good];
      const writeNext = (): void => {
        const pair = pairs.shift()!;
        writeFileSync(join(folder.path, 'server.crt'), pair.certificate);
        writeFileSync(join(folder.path, 'server.key'), pair.key);
        onCheck = undefined;
        // The checks of one look follow each other without a pause, so the next one then is that of another look.
        queueMicrotask(() => (onCheck = pairs.length > 0 ? writeNext : undefined));
      };
      onCheck = writeNext;
      await until(() => pairs.length === 0, 'both pairs to be written');
      await someLooks();
      expect(told()).to.deep.equal(expected);
    });
  }
});
