import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { prepare } from '../../src/cli/prepare.ts';
import { type ClientSettings, loadSettings, type Settings } from '../../src/gate/settings.ts';
import { type Mistake, MistakesError } from '../../src/mistake/mistake.ts';
import { makeCertificate } from '../certificate.ts';
import { rulesetOf } from '../ruleset.ts';
import { temporaryFolder } from '../temporary-folder.ts';

describe('prepare', () => {
  const folder = temporaryFolder();
  let stopped: number;
  beforeEach(() => (stopped = 0));
  const rulesets = { current: () => rulesetOf(), problem: () => undefined, stop: () => void (stopped += 1) };
  const SETTINGS = loadSettings({ PORT: '1', SERVER_NAME: 'localhost' }, false).settings;

  const settingsOf = (isNamed: boolean): Settings => {
    const file = { caFile: undefined, names: undefined, tokenFile: join(folder.path, 'token'), identity: 'observe' };
    return { ...SETTINGS, certsDir: folder.path, client: isNamed ? (file as ClientSettings) : undefined };
  };
  const start = async ({
    isNamed = true,
    startRulesets = async () => rulesets,
    mistakes = [] as readonly Mistake[],
  } = {}) => prepare({ settings: settingsOf(isNamed), mistakes }, startRulesets);
  const write = async (files: Readonly<Record<string, string>>) =>
    Promise.all(Object.entries(files).map(async ([name, text]) => writeFile(join(folder.path, name), text)));
  const writeAll = async (): Promise<void> => {
    const { certificate, key } = await makeCertificate();
    await write({
      'server.crt': certificate,
      'server.key': key,
      'policy-token': 'a'.repeat(64),
      token: 't'.repeat(32),
    });
  };
  const failure = async (starting: Promise<unknown>): Promise<unknown> => starting.catch((error: unknown) => error);

  it('has all that a gate is made of, and what clients are known by only where a file of them is named', async () => {
    await writeAll();
    const { certificate, policyToken, clientSecrets, ...rest } = await start();
    expect(rest).to.deep.equal({ settings: settingsOf(true), rulesets });
    expect([certificate.cert.length, policyToken?.hashes[0]?.length, clientSecrets?.tokens?.length]).to.satisfy(
      (lengths: readonly number[]) => lengths.every((length) => length > 0),
    );
    expect((await start({ isNamed: false })).clientSecrets).to.equal(undefined);
    expect(stopped).to.equal(0);
  });

  it('tells all that is wrong, and ends the rulesets', async () => {
    await write({ 'policy-token': '', token: '' });
    const error = await failure(start());
    expect(error).to.be.instanceOf(MistakesError);
    expect((error as MistakesError).mistakes.map(({ code }) => code)).to.deep.equal([
      'certificate-unreadable',
      'certificate-unreadable',
      'policy-token-invalid',
      'client-file-invalid',
    ]);
    expect(stopped).to.equal(1);
  });

  it('tells what is wrong with the policy token alone', async () => {
    await writeAll();
    await write({ 'policy-token': '' });
    const error = await failure(start());
    expect((error as MistakesError).mistakes.map(({ code }) => code)).to.deep.equal(['policy-token-invalid']);
    expect(stopped).to.equal(1);
  });

  it('tells what is wrong with the settings first, one of which may be the name in the certificate', async () => {
    const [{ certificate }, { key }] = [await makeCertificate({ names: ['other'] }), await makeCertificate()];
    await write({ 'server.crt': certificate, 'server.key': key, token: 't'.repeat(32) });
    const { mistakes } = loadSettings({ SERVER_NAME: '_' }, false);
    const told = async (inSettings: readonly Mistake[]): Promise<readonly string[]> =>
      ((await failure(start({ mistakes: inSettings }))) as MistakesError).mistakes.map(({ code }) => code);
    expect(await told(mistakes)).to.deep.equal(['setting-invalid', 'certificate-pair-mismatch']);
    expect(await told([])).to.deep.equal(['certificate-pair-mismatch', 'certificate-name-mismatch']);
  });

  it('passes on what is no mistake', async () => {
    await writeAll();
    const broken = new Error('out of memory');
    expect(await failure(start({ startRulesets: async () => Promise.reject(broken) }))).to.equal(broken);
  });
});
