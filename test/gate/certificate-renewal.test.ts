import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { pino } from 'pino';
import { loadCertificate } from '../../src/gate/certificate.ts';
import { renewCertificate, type CertificateInUse } from '../../src/gate/certificate-renewal.ts';
import { makeCertificate, type TestCertificate } from '../certificate.ts';
import { admissionReview, podCreate } from '../admission-request.ts';
import { until } from '../until.ts';
import { certificateFolder, type CertificateFolder } from './certificate-folder.ts';
import { send } from './client.ts';
import { startTestGate, type LogLine, type TestGate } from './test-gate.ts';

const body = JSON.stringify(admissionReview(podCreate({ web: 'docker.io/acme/web:1' })));
const expiry = 'imagegate_certificate_expiry_timestamp_seconds';
const reloadErrors = 'imagegate_certificate_reload_errors_total';
const files = ({ certificate, key }: TestCertificate) => ({ cert: certificate, key });

describe('the renewal of the certificate', () => {
  let first: TestCertificate;
  let folder: CertificateFolder;
  let gate: TestGate;
  let inUse: CertificateInUse;
  let lines: LogLine[];

  async function start(certificate: TestCertificate): Promise<void> {
    first = certificate;
    folder = await certificateFolder(first);
    gate = await startTestGate({ certificate: first });
    lines = [];
    inUse = renewCertificate({
      dir: folder.path,
      certificate: await loadCertificate(folder.path, new Date()),
      server: gate.server,
      log: pino({ base: null }, { write: (line: string) => lines.push(JSON.parse(line) as LogLine) }),
      metrics: gate.metrics,
      certificatePollMs: 10,
    });
  }

  afterEach(async () => {
    inUse.stop();
    await gate.close();
    await folder.remove();
  });

  const answers = async (ca: TestCertificate): Promise<boolean> =>
    send({ port: gate.port, ca: ca.certificate }, { body }).then(
      ({ status }) => status === 200,
      () => false,
    );

  it('takes a pair that works when ..data is swapped', async () => {
    await start(await makeCertificate());
    expect(await gate.metric(expiry)).to.equal(inUse.certificate().validTo.getTime() / 1000);
    const second = await makeCertificate({ notAfter: new Date('2040-01-01T00:00:00Z') });
    await folder.swap(files(second));
    await until(() => answers(second), 'the new certificate', 5000);
    expect(await answers(first)).to.equal(false);
    expect(inUse.certificate().validTo).to.deep.equal(new Date('2040-01-01T00:00:00Z'));
    expect(await gate.metric(expiry)).to.equal(Date.parse('2040-01-01T00:00:00Z') / 1000);
    expect(lines.map(({ msg }) => msg)).to.deep.equal(['The certificate was renewed.']);
    expect(await gate.metric(reloadErrors)).to.equal(0);
  });

  it('keeps the old pair when the new one does not work, and tells it once', async () => {
    await start(await makeCertificate());
    const second = await makeCertificate();
    for (const bad of [
      { cert: second.certificate, key: first.key },
      { cert: '', key: '' },
    ]) {
      const before = lines.length;
      // oxlint-disable no-await-in-loop
      await folder.swap(bad);
      await until(() => lines.length > before, 'the bad pair to be told', 5000);
      expect(await answers(first)).to.equal(true);
      // oxlint-enable no-await-in-loop
    }
    expect(await gate.metric(reloadErrors)).to.equal(2);
    // The next one that works is taken, and nothing more was told of the bad ones in the meantime.
    await folder.swap(files(second));
    await until(() => answers(second), 'the new certificate', 5000);
    expect(lines.map(({ level, msg }) => ({ level, msg }))).to.deep.equal([
      { level: 50, msg: 'The renewed certificate does not work: the one before stays in use.' },
      { level: 50, msg: 'The renewed certificate does not work: the one before stays in use.' },
      { level: 30, msg: 'The certificate was renewed.' },
    ]);
    expect(JSON.stringify(lines[0])).to.contain('certificate-pair-mismatch');
    expect(JSON.stringify(lines[1])).to.contain('certificate-invalid');
  });

  it('lives through files that are gone', async () => {
    await start(await makeCertificate());
    await rm(join(folder.path, '..data'));
    await until(() => lines.length > 0, 'the missing files to be told', 5000);
    expect(JSON.stringify(lines[0])).to.contain('certificate-unreadable');
    expect(await answers(first)).to.equal(true);
  });

  it('warns of the end, once', async () => {
    const day = 86_400_000;
    const ending = { notBefore: new Date(Date.now() - 300 * day), notAfter: new Date(Date.now() + 10 * day) };
    await start(await makeCertificate(ending));
    expect(lines).to.have.lengthOf(1);
    expect(lines[0]).to.deep.include({ level: 40 });
    expect(lines[0]?.['msg']).to.match(/^The certificate expires on .*: renew it before\.$/);
    // It looks again and again; that it did is seen by what it finds.
    const second = await makeCertificate();
    await folder.swap(files(second));
    await until(() => answers(second), 'the new certificate', 5000);
    expect(lines.filter(({ level }) => level === 40)).to.have.lengthOf(1);
  });
});
