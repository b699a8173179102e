import { expect } from 'chai';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { diff } from '../../src/cli/diff/diff.ts';
import { learn } from '../../src/cli/learn/learn.ts';
import { BUILT_IN_KINDS, discovery, type StandInAnswer, standInApi } from '../cluster/stand-in-api.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { tryOnFiles } from './try-on-files.ts';

const KINDS = discovery(...BUILT_IN_KINDS);

const spec = { containers: [{ name: 'c', image: 'quay.io/a/b:1' }] };
const object = (name: string, namespace: string, apiVersion: string, kind: string) => ({
  metadata: { name, namespace, ownerReferences: [{ apiVersion, kind, name: 'o', controller: true }] },
});
const OBJECTS: Readonly<Record<string, readonly unknown[]>> = {
  namespaces: [{ metadata: { name: 'lab', labels: { 'imagegate/disable-filtering': 'true' } } }],
  pods: [
    { ...object('p', 'shop', 'apps/v1', 'ReplicaSet'), spec },
    { ...object('p', 'lab', 'batch/v1', 'Job'), spec },
  ],
  replicasets: [{ ...object('o', 'shop', 'apps/v1', 'Deployment'), spec: { template: { spec } } }],
  deployments: [{ metadata: { name: 'o', namespace: 'shop' }, spec: { template: { spec } } }],
};

describe('objectsAt', () => {
  const api = standInApi();
  const folder = temporaryFolder();

  beforeEach(() => {
    api.answer = (url): StandInAnswer | undefined => {
      const [, resource] = /\/(\w+)\?limit=500$/.exec(url) ?? [];
      return resource === undefined ? KINDS.get(url) : { body: { items: OBJECTS[resource] ?? [] } };
    };
  });

  it('has what runs in a cluster for diff, by its labels, and told once for all that a Deployment made', async () => {
    const [before, after] = ['quay.io', 'docker.io'].map((registry) => ({
      path: join(folder.path, registry),
      registry,
    }));
    for (const { path, registry } of [before!, after!]) {
      // oxlint-disable-next-line no-await-in-loop -- two
      await writeFile(path, `rules: { registry-allowlist: { options: { registries: [${registry}] } } }\n`);
    }
    const places = { before: before!, after: after!, cluster: { kubeconfig: api.kubeconfig } };
    const tried = await tryOnFiles(diff, folder.path, {}, { ...places, format: 'text' });
    expect(tried).to.deep.equal({
      code: 1,
      stdout: `Newly denied:
  quay.io/a/b:1
    Deployment shop/o
      c image comes from an untrusted registry! (quay.io/a/b:1). Only images from docker.io are allowed. [registry-allowlist]

1 newly denied, 0 newly allowed; 3 objects compared.
`,
      stderr: '',
    });
  });

  it('has what runs in a cluster for learn', async () => {
    const cluster = { kubeconfig: api.kubeconfig };
    const { code, stdout, stderr } = await tryOnFiles(learn, folder.path, {}, { cluster });
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    expect(stdout).to.include('\n        - quay.io/a/b # Deployment shop/o\n');
  });

  it('says what to name where nothing runs to learn from', async () => {
    api.answer = (url) => (url.endsWith('?limit=500') ? { body: { items: [] } } : KINDS.get(url));
    const cluster = { kubeconfig: api.kubeconfig };
    const { code, stdout, stderr } = await tryOnFiles(learn, folder.path, {}, { cluster });
    expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' });
    expect(stderr).to.include(
      '--cluster: expected objects with images, found none. Nothing runs there that the gate would be asked about: name another cluster by --context, or manifests. [manifest-invalid]',
    );
  });
});
