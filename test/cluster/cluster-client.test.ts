import { expect } from 'chai';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connectCluster } from '../../src/cluster/cluster-client.ts';
import { CollectedMistakes } from '../../src/mistake/collected-mistakes.ts';
import { mistakeText } from '../../src/mistake/mistake.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { kubeconfigOf, standInApi } from './stand-in-api.ts';

describe('connectCluster', () => {
  const api = standInApi();
  const folder = temporaryFolder();

  it('asks as the user of the context', async () => {
    const { get } = await connectCluster({ kubeconfig: api.kubeconfig, context: 'test' });
    api.answer = (_, { headers }) => ({ body: { by: headers.authorization } });
    expect(await get('/x')).to.deep.equal({ status: 200, body: { by: 'Bearer a-token' } });
  });

  it('reads that an API is not there', async () => {
    const { get } = await connectCluster({ kubeconfig: api.kubeconfig });
    api.answer = () => ({ status: 404, body: '404 page not found\n' });
    expect(await get('/x')).to.deep.equal({ status: 404, body: undefined });
  });

  for (const [what, text, context, said] of [
    [
      'no file',
      undefined,
      undefined,
      /no-file: expected a cluster that answers, found ENOENT.* \[cluster-unreachable\]/,
    ],
    ['a broken one', 'a: [', undefined, /x: expected a cluster that answers, found .* \[cluster-unreachable\]/],
    ['one without a cluster', '{}', undefined, /kubeconfig: .* \[cluster-unreachable\]/],
    [
      'a misspelt context',
      kubeconfigOf('http://127.0.0.1:1'),
      'tset',
      /--context: .* Did you mean test\? \[setting-invalid\]/,
    ],
    [
      'nobody there',
      kubeconfigOf('http://127.0.0.1:1'),
      'test',
      /127.0.0.1:1: .* ECONNREFUSED .* \[cluster-unreachable\]/,
    ],
    ['no TLS', kubeconfigOf('http://127.0.0.1:1').replace('true', 'false'), 'test', /HTTP protocol is not allowed/],
  ] as const) {
    it(`says of a kubeconfig what is wrong: ${what}`, async () => {
      const kubeconfig = join(folder.path, text === undefined ? 'no-file' : 'x');
      if (text !== undefined) await writeFile(kubeconfig, text);
      const collected = new CollectedMistakes();
      await collected.from(async () => (await connectCluster({ kubeconfig, context })).get('/version'));
      expect(collected.mistakes.map(mistakeText).join('\n')).to.match(said);
    });
  }
});
