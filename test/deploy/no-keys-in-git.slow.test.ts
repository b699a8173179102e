import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { projectRoot } from '../project-root.ts';

// A block with its content, as text or in base64 (as a Secret or a caBundle holds it). The bare heading may be written.
const block = /-----BEGIN [A-Z0-9 ]*(?:PRIVATE KEY|CERTIFICATE)-----(?:\\[nr]|\s)+[A-Za-z0-9+/]{16}/;
const inBase64 = /LS0tLS1CRUdJTi[A-Za-z0-9+/]{64}/;

// A policy token where certificates.sh writes one: in a file of its own, a path of the webhook, a value of the Secret.
const token = /^[0-9a-f]{64}\n?$|validate-policy\/[0-9a-f]{64}|policy-token: *[A-Za-z0-9+/]{86}==/;

const hasKeyOrCertificate = (text: string): boolean => block.test(text) || inBase64.test(text);
const hasSecret = (text: string): boolean => hasKeyOrCertificate(text) || token.test(text);

describe('files in git', () => {
  it('hold no key, no certificate and no policy token', function () {
    const { status, stdout } = spawnSync('git', ['-C', projectRoot, 'ls-files', '-z'], { encoding: 'utf8' });
    if (status !== 0) this.skip(); // the sources without their repository
    const files = stdout
      .split('\0')
      .filter((file) => file !== '' && statSync(join(projectRoot, file), { throwIfNoEntry: false })?.isFile());
    expect(files).to.include('package.json');
    const found = files.filter((file) => hasSecret(readFileSync(join(projectRoot, file), 'latin1')));
    expect(found).to.deep.equal([]);
  });

  it('would be found out if they held a policy token', () => {
    const hex = '0123456789abcdef'.repeat(4);
    const inSecret = Buffer.from(hex).toString('base64');
    for (const text of [hex, `${hex}\n`, `  path: /validate-policy/${hex}\n`, `data:\n  policy-token: ${inSecret}\n`]) {
      expect(hasSecret(text), text).to.equal(true);
    }
    for (const text of [`sha256:${hex}`, '  path: /validate-policy/<certificates.sh fills this in>\n']) {
      expect(hasSecret(text), text).to.equal(false);
    }
  });

  it('would be found out if they held a key or a certificate', () => {
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
