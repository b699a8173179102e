import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { projectRoot } from '../project-root.ts';

// A block with its content, as text or in base64 (as a Secret or a caBundle holds it). The bare heading may be written.
const block = /-----BEGIN [A-Z0-9 ]*(?:PRIVATE KEY|CERTIFICATE)-----(?:\\[nr]|\s)+[A-Za-z0-9+/]{16}/;
const inBase64 = /LS0tLS1CRUdJTi[A-Za-z0-9+/]{64}/;

const hasKeyOrCertificate = (text: string): boolean => block.test(text) || inBase64.test(text);

describe('files in git', () => {
  it('hold no key and no certificate', function () {
    const { status, stdout } = spawnSync('git', ['-C', projectRoot, 'ls-files', '-z'], { encoding: 'utf8' });
    if (status !== 0) this.skip(); // the sources without their repository
    const files = stdout
      .split('\0')
      .filter((file) => file !== '' && statSync(join(projectRoot, file), { throwIfNoEntry: false })?.isFile());
    expect(files).to.include('package.json');
    const found = files.filter((file) => hasKeyOrCertificate(readFileSync(join(projectRoot, file), 'latin1')));
    expect(found).to.deep.equal([]);
  });

  it('would be found out if they did', () => {
    const [dashes, body] = ['-----', 'MIIBtTCCAVugAwIBAgIRAL2qHy5D5nEwClzScjefJU'];
    for (const kind of ['CERTIFICATE', 'PRIVATE KEY', 'EC PRIVATE KEY', 'RSA PRIVATE KEY']) {
      const pem = `${dashes}BEGIN ${kind}${dashes}\n${body}\n${dashes}END ${kind}${dashes}\n`;
      expect(hasKeyOrCertificate(pem), kind).to.equal(true);
      expect(hasKeyOrCertificate(JSON.stringify({ pem })), `${kind} in JSON`).to.equal(true);
      expect(hasKeyOrCertificate(Buffer.from(pem).toString('base64')), `${kind} in base64`).to.equal(true);
      expect(hasKeyOrCertificate(`${dashes}BEGIN ${kind}${dashes} is how it begins`)).to.equal(false);
    }
  });
});
