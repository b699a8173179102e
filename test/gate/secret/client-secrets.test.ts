import { join } from 'node:path';
import { mkdir, writeFile } from 'node:fs/promises';
import { expect } from 'chai';
import { loadClientSecrets } from '../../../src/gate/secret/client-secrets.ts';
import { MistakesError } from '../../../src/mistake/mistake.ts';
import { makeCertificate } from '../../certificate.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const TOKEN = 'AZaz09._~+/-'.repeat(3);
const { certificate: CA, key: KEY } = await makeCertificate();
const { certificate: OTHER_CA } = await makeCertificate();
const BOTH = `${CA.trim()}\n${OTHER_CA.trim()}`;

describe('what the API server is known by', () => {
  const folder = temporaryFolder();
  const load = async (files: { readonly ca?: string; readonly token?: string }) => {
    const [caFile, tokenFile] = await Promise.all(
      (['ca', 'token'] as const).map(async (name) => {
        const path = join(folder.path, name);
        if (files[name] === undefined) return undefined;
        await writeFile(path, files[name]);
        return path;
      }),
    );
    return loadClientSecrets({ caFile, tokenFile });
  };
  const mistakesOf = async (loading: Promise<unknown>): Promise<readonly string[]> => {
    const error: unknown = await loading.catch((thrown: unknown) => thrown);
    if (error instanceof MistakesError) return error.message.split('\n');
    throw new Error(`No mistakes, but ${String(error)}.`);
  };

  for (const [what, files, tokens, ca] of [
    ['a CA', { ca: CA }, undefined, CA.trim()],
    ['two CAs without anything between them', { ca: CA.trim() + OTHER_CA.trim() }, undefined, BOTH],
    ['two CAs with words between them', { ca: `old\n${CA}\nnew\n${OTHER_CA}` }, undefined, BOTH],
    ['a token', { token: TOKEN }, 1, undefined],
    ['a token in base64, with the end of its line', { token: `${TOKEN}==\n` }, 1, undefined],
    ['a token of 4,096 characters', { token: 'a'.repeat(4096) }, 1, undefined],
    ['two tokens, and a CA', { token: `${TOKEN}\n${TOKEN}x\n`, ca: CA }, 2, CA.trim()],
  ] as const) {
    it(`may be ${what}`, async () => {
      const secrets = await load(files);
      expect(secrets.ca?.toString()).to.equal(ca);
      expect(secrets.tokens?.length).to.equal(tokens);
      expect(JSON.stringify(secrets.tokens) ?? '').to.not.include(TOKEN);
    });
  }

  const wrong = (file: 'ca' | 'token', found = 'something else'): string => {
    const expected =
      file === 'ca' ? 'certificates of CAs, in PEM' : 'a token a line, of at least 32 of A-Z, a-z, 0-9 and ._~+/-';
    return `${join(folder.path, file)}: expected ${expected}, found ${found}. Mend the file, or leave its setting out. [client-file-invalid]`;
  };
  for (const [what, files, ...found] of [
    ['an empty CA', { ca: '' }, 'ca'],
    ['a key as the CA', { ca: KEY }, 'ca'],
    ['a CA that is cut off', { ca: CA.slice(0, -60) }, 'ca'],
    ['a CA that is broken inside', { ca: CA.replace(/\n[^\n]{20}/, '\n') }, 'ca'],
    ['a good CA and a broken one', { ca: `${CA}\n${CA.replace(/\n[^\n]{20}/, '\n')}` }, 'ca'],
    ['an empty token', { token: '' }, 'token'],
    ['a token that is too short', { token: TOKEN.slice(0, 31) }, 'token'],
    ['a token that is too long', { token: 'a'.repeat(4097) }, 'token'],
    ['a token with a blank', { token: `${TOKEN} ` }, 'token'],
    ['a token with the end of a line of Windows', { token: `${TOKEN}\r\n` }, 'token'],
    ['a token with an empty line', { token: `${TOKEN}\n\n` }, 'token'],
    ['a token with its scheme', { token: `Bearer ${TOKEN}` }, 'token'],
    ['both wrong', { token: '', ca: '' }, 'ca', 'token'],
  ] as const) {
    it(`is a mistake with ${what}, of which nothing is shown`, async () => {
      expect(await mistakesOf(load(files))).to.deep.equal(found.map((file) => wrong(file)));
    });
  }

  it('is a mistake with a certificate that is none of a CA: it would let nobody in', async () => {
    const ca = (await makeCertificate({ isCa: false })).certificate;
    expect(await mistakesOf(load({ ca }))).to.deep.equal([wrong('ca')]);
  });

  it('is a mistake where a file cannot be read, each told', async () => {
    const files = { caFile: join(folder.path, 'ca'), tokenFile: join(folder.path, 'token') };
    await mkdir(files.tokenFile);
    expect(await mistakesOf(loadClientSecrets(files))).to.deep.equal([
      wrong('ca', 'a file that cannot be read (ENOENT)'),
      wrong('token', 'a file that cannot be read (EISDIR)'),
    ]);
  });
});
