import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { isPolicyPath, loadPolicyToken } from '../../../src/gate/secret/policy-token.ts';
import { MistakesError } from '../../../src/mistake/mistake.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { at } from '../../mistakes.ts';

const TOKEN = '0123456789abcdef'.repeat(4);
const OTHER = 'f'.repeat(64);

describe('the policy token', () => {
  const folder = temporaryFolder();
  const file = (): string => join(folder.path, 'policy-token');
  const load = async (text: string) => {
    await writeFile(file(), text);
    return loadPolicyToken(folder.path);
  };
  const mistakesOf = async (loading: Promise<unknown>) => {
    const error: unknown = await loading.catch((thrown: unknown) => thrown);
    if (error instanceof MistakesError) return error.mistakes;
    throw new Error(`No mistakes, but ${String(error)}.`);
  };

  for (const [what, text] of [
    ['as the Secret has it', TOKEN],
    ['with the end of its line, as openssl writes it', `${TOKEN}\n`],
  ] as const) {
    it(`is loaded ${what}, and kept as no text`, async () => {
      const token = await load(text);
      expect(isPolicyPath(`/validate-policy/${TOKEN}`, token)).to.equal(true);
      expect(Object.keys(token ?? {})).to.deep.equal(['hashes']);
      expect(token?.hashes.map((hash) => hash.toString('latin1')).join()).to.not.include(TOKEN);
    });
  }

  it('may be two while it changes, and both are known', async () => {
    const token = await load(`${TOKEN}\n${OTHER}`);
    const known = [TOKEN, OTHER, 'e'.repeat(64)].map((each) => isPolicyPath(`/validate-policy/${each}`, token));
    expect(known).to.deep.equal([true, true, false]);
  });

  for (const [what, dir] of [
    ['file', () => folder.path],
    ['folder', () => join(folder.path, 'nowhere')],
  ] as const) {
    it(`is none where there is no ${what}`, async () => {
      expect(await loadPolicyToken(dir())).to.equal(undefined);
    });
  }

  for (const [what, text] of [
    ['nothing', ''],
    ['a line without anything', '\n'],
    ['a digit too few', TOKEN.slice(1)],
    ['a digit too many', `${TOKEN}0`],
    ['capitals', TOKEN.toUpperCase()],
    ['a letter that is no digit', TOKEN.replace('a', 'g')],
    ['a blank before it', ` ${TOKEN}`],
    ['a blank after it', `${TOKEN} `],
    ['a line after it', `${TOKEN}\n\n`],
    ['the end of a line of Windows', `${TOKEN}\r\n`],
    ['a third line', `${TOKEN}\n${TOKEN}\n${TOKEN}\n`],
    ['a second line that is none', `${TOKEN}\nx\n`],
    ['what looks like digits', TOKEN.replace('0', '\u0660')],
    ['base64', Buffer.from(TOKEN, 'hex').toString('base64')],
  ] as const) {
    it(`is a mistake with ${what}, of which nothing is shown`, async () => {
      expect(await mistakesOf(load(text))).to.deep.equal([
        {
          code: 'policy-token-invalid',
          ...at(file()),
          expected: 'one line of 64 lower-case hex digits, or two',
          found: 'something else',
          remedy:
            'Apply the Secret that certificates.sh writes, or remove the file for a gate that judges no ConfigMap.',
        },
      ]);
    });
  }

  it('is a mistake where it cannot be read', async () => {
    await mkdir(file());
    const [mistake] = await mistakesOf(loadPolicyToken(folder.path));
    expect(mistake).to.deep.include({ code: 'policy-token-invalid', found: 'a file that cannot be read (EISDIR)' });
  });

  for (const [what, path, known] of [
    ['the token', `/validate-policy/${TOKEN}`, true],
    ['another token', `/validate-policy/${OTHER}`, false],
    ['more than it', `/validate-policy/${TOKEN}/`, false],
    ['less than it', `/validate-policy/${TOKEN.slice(1)}`, false],
    ['nothing', '/validate-policy/', false],
    ['no end', '/validate-policy', false],
    ['another beginning', `/validate/${TOKEN}`, false],
    ['something of many bytes', `/validate-policy/${'\u{1f600}'.repeat(16)}`, false],
  ] as const) {
    it(`${known ? 'is' : 'is not'} in a path with ${what}`, async () => {
      expect(isPolicyPath(path, await load(TOKEN))).to.equal(known);
      expect(isPolicyPath(path, undefined), 'without a token').to.equal(false);
    });
  }
});
