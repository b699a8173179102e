import { expect } from 'chai';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rehearse, type RehearseOptions } from '../../../src/cli/rehearsal/rehearse.ts';
import { discovery, standInApi } from '../../cluster/stand-in-api.ts';
import { chunks } from '../../manifest/chunks.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { gatePod } from '../doctor/installed.ts';

const lineOf = (fields: object): string =>
  `${JSON.stringify({ msg: 'review', verdict: 'allowed', kind: 'Pod', namespace: 'shop', name: 'a', time: 't', ...fields })}\n`;

describe('imagegate doctor --rehearsal', () => {
  const folder = temporaryFolder();
  const api = standInApi();

  const rehearsed = async (options: Partial<RehearseOptions> = {}, input = '') => {
    const [out, err]: [string[], string[]] = [[], []];
    const code = await rehearse({
      paths: [],
      stdin: chunks(Buffer.from(input)),
      format: 'json',
      kubeconfig: api.kubeconfig,
      write: (text) => void out.push(text),
      writeError: (text) => void err.push(text),
      ...options,
    });
    return { code, stdout: out.join(''), stderr: err.join('') };
  };

  it('reads files and the standard input, as one log', async () => {
    const path = join(folder.path, 'gate.log');
    await writeFile(path, lineOf({ warned: ['x'] }));
    const { code, stdout } = await rehearsed({ paths: [path, '-'] }, lineOf({ audited: ['y'] }));
    expect(JSON.parse(stdout)).to.deep.include({ requests: 2 });
    expect(code).to.equal(1);
  });

  const CODES: readonly (readonly [what: string, input: string, code: number])[] = [
    ['would have been denied', lineOf({ warned: ['x'] }), 1],
    ['would have been denied that was not', lineOf({ rules: ['x'], verdict: 'denied' }), 0],
    ['is told of requests', 'ready\n', 2],
  ];
  for (const [what, input, expected] of CODES) {
    it(`ends with ${expected} where ${expected === 1 ? 'something' : 'nothing'} ${what}`, async () => {
      const { code, stderr } = await rehearsed({ paths: ['-'] }, input);
      expect({ code, stderr }).to.deep.equal({ code: expected, stderr: '' });
    });
  }

  it('says which file it could not read, and tells what the others have', async () => {
    const { code, stdout, stderr } = await rehearsed({ paths: ['none.log', '-'] }, lineOf({ warned: ['x'] }));
    expect(stderr).to.match(/^none\.log: expected a log that can be read, found ENOENT.*\[setting-invalid\]\n$/);
    expect(JSON.parse(stdout)).to.deep.include({ requests: 1 });
    expect(code).to.equal(2);
  });

  it('reads the logs of all replicas, and says which it could not', async () => {
    const found = discovery('v1 Pod pods');
    const other = gatePod('other');
    other.metadata.labels = { app: 'other' };
    const pods = [gatePod('gate-a'), other, gatePod('gate-b'), gatePod('gate-c'), gatePod('gate-d')];
    api.answer = (url) => {
      if (url === '/api/v1/namespaces/imagegate/pods?limit=500') return { body: { items: pods } };
      const [, name] =
        /^\/api\/v1\/namespaces\/imagegate\/pods\/([^/]+)\/log\?container=imagegate-webhook$/.exec(url) ?? [];
      if (name === 'gate-b') return { status: 403, body: { message: 'you may not' } };
      if (name === 'gate-d') return { status: 204, body: '' };
      return name === undefined ? found.get(url) : { body: lineOf({ warned: [name] }) };
    };
    const { code, stdout, stderr } = await rehearsed({ format: 'text' });
    expect(stdout).to.match(
      /^gate-a \(warn\).*\n.*\ngate-c \(warn\).*\n.*\n\nThe logs tell of 2 requests, from t to t\.\n$/,
    );
    expect(stderr).to.match(
      /expected the log of gate-b, found HTTP 403, .*you may not.*resources: \["pods\/log"\], verbs: \["get"\].*\n$/,
    );
    expect(code).to.equal(2);
  });

  it('says that it may not list the replicas', async () => {
    const found = discovery('v1 Pod pods');
    api.answer = (url) => found.get(url) ?? { status: 403, body: { message: 'you may not' } };
    const { code, stderr } = await rehearsed();
    expect(stderr).to.match(/^\S+: expected each Pod, found HTTP 403, you may not\. .*\[cluster-unreadable\]\n$/);
    expect(code).to.equal(2);
  });
});
