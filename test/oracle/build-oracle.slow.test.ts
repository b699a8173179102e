import { expect } from 'chai';
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { skipWithout } from '../skip-without.ts';
import { buildOracle } from './build-oracle.ts';

describe('the oracle of image references', () => {
  let path: string;
  let oracle: ChildProcessWithoutNullStreams;

  before(async function () {
    this.timeout(5 * 60_000); // Go builds its standard library first, if it never has
    const built = await buildOracle();
    path = built ?? skipWithout('Go', this);
  });

  beforeEach(() => {
    oracle = spawn(path);
  });

  afterEach(async () => {
    if (oracle.exitCode !== null) return;
    oracle.kill();
    await once(oracle, 'close');
  });

  /** The answers to these lines, read while the oracle's input stays open. */
  async function answers(lines: readonly string[]): Promise<unknown[]> {
    oracle.stdin.write(lines.map((line) => `${line}\n`).join(''));
    const found: unknown[] = [];
    for await (const line of createInterface({ input: oracle.stdout })) {
      found.push(JSON.parse(line));
      if (found.length === lines.length) break;
    }
    return found;
  }

  it('answers as the parser does', async () => {
    const sha256 = `sha256:${'a'.repeat(64)}`;
    const candidates = ['nginx', `localhost:5000/App/x:1`, `localhost:5000/app:Tag@${sha256}`, 'a\nb', '\ud800', ''];
    const invalid = { error: 'invalid reference format' };
    expect(await answers(candidates.map((candidate) => JSON.stringify(candidate)))).to.deep.equal([
      { domain: 'docker.io', path: 'library/nginx', familiarName: 'nginx', tag: '', digest: '' },
      { error: 'invalid reference format: repository name (App/x) must be lowercase' },
      {
        domain: 'localhost:5000',
        path: 'app',
        familiarName: 'localhost:5000/app',
        tag: 'Tag',
        digest: sha256,
      },
      invalid,
      invalid,
      invalid,
    ]);
  });

  it('knows the algorithms that the kubelet knows', async () => {
    const digests = [`sha384:${'a'.repeat(96)}`, `sha512:${'a'.repeat(128)}`];
    const found = await answers(digests.map((digest) => JSON.stringify(`x@${digest}`)));
    const expected = digests.map((digest) => ({
      domain: 'docker.io',
      path: 'library/x',
      familiarName: 'x',
      tag: '',
      digest,
    }));
    expect(found).to.deep.equal(expected);
    expect(await answers([`"x@md5:${'a'.repeat(32)}"`])).to.deep.equal([{ error: 'unsupported digest algorithm' }]);
  });

  it('answers a batch of 10,000 in order, and then the next, while its input stays open', async () => {
    for (const batch of [1, 2]) {
      const names = Array.from({ length: 10_000 }, (_, index) => `host-${batch}.example.com/repository/image-${index}`);
      // oxlint-disable-next-line no-await-in-loop -- the next batch only after the answers to this one
      const found = await answers(names.map((name) => JSON.stringify(name)));
      expect(found).to.have.length(10_000);
      expect(found.at(-1)).to.include({ familiarName: names.at(-1) });
    }
  });

  it('ends with its input', async () => {
    oracle.stdin.end('"a"\n"b"');
    const [code] = await once(oracle, 'close');
    expect(code).to.equal(0);
  });

  for (const line of ['nginx', 'null', '["a"]', '']) {
    it(`refuses the line ${JSON.stringify(line)}, which is no JSON string`, async () => {
      let stderr = '';
      oracle.stderr.on('data', (text) => (stderr += String(text)));
      oracle.stdin.end(`"a"\n${line}\n`);
      const [code] = await once(oracle, 'close');
      expect(code).to.equal(2);
      expect(stderr).to.equal(`reference-oracle: line 2 is no JSON string: ${JSON.stringify(`${line}\n`)}\n`);
    });
  }
});
