import { expect } from 'chai';
import { clusterObjects } from '../../src/cluster/cluster-objects.ts';
import { Namespaces } from '../../src/manifest/namespaces.ts';
import { mistakeText } from '../../src/mistake/mistake.ts';
import { collected } from '../manifest/chunks.ts';
import { BUILT_IN_KINDS, discovery, type StandInAnswer, standInApi } from './stand-in-api.ts';

const KINDS = discovery(...BUILT_IN_KINDS, 'a.b/v1 Rollout rollouts');

const LAB = { metadata: { name: 'lab', labels: { 'imagegate/disable-filtering': 'true' } } };

describe('clusterObjects', () => {
  const api = standInApi();

  const objectsOf = async (kinds: readonly string[], namespace?: string, kubeconfig = api.kubeconfig) => {
    api.answer = (url): StandInAnswer | undefined => {
      if (url.startsWith('/api/v1/namespaces/lab?')) return { body: LAB };
      const [, resource] = /\/(\w+)\?limit=500$/.exec(url) ?? [];
      if (resource === undefined) return KINDS.get(url);
      return { body: { items: resource === 'namespaces' ? [LAB] : [{ metadata: { name: resource } }] } };
    };
    const namespaces = new Namespaces();
    const items = await collected(clusterObjects({ kubeconfig }, { kinds, namespace }, namespaces));
    const said = items.map((item) => {
      if ('mistake' in item) return mistakeText(item.mistake);
      return 'object' in item ? item.object.kind : 'skipped';
    });
    return { said, isExempt: namespaces.labelsOf('lab').isExempt };
  };

  it('has the Namespaces first, and all kinds that pods are made from, those of the policy too', async () => {
    const { said, isExempt } = await objectsOf(['a.b/Rollout', 'a.b/Rollout']);
    expect(said[0]).to.equal('Namespace');
    expect(said).to.have.members([...KINDS.values()].flatMap(({ body }) => kindsOf(body)));
    expect(isExempt).to.equal(true);
  });

  it('has what is in one namespace alone, and knows its labels', async () => {
    const { said, isExempt } = await objectsOf([], 'lab');
    expect([said[0], said.length, isExempt]).to.deep.equal(['Namespace', 10, true]);
    const lists = api.asked.filter((line) => line.includes('?limit='));
    expect(lists.filter((line) => !line.includes('/namespaces/lab'))).to.deep.equal([]);
  });

  it('goes on after a kind that is not there, and says so', async () => {
    const { said } = await objectsOf(['c.d/None', 'a.b/Rollout']);
    expect(said.filter((text) => text.includes('None'))).to.have.lengthOf(1);
    expect(said).to.include('Rollout');
  });

  it('has a mistake where there is no cluster', async () => {
    const { said } = await objectsOf([], undefined, '/nowhere');
    expect(said).to.have.lengthOf(1);
    expect(said[0]).to.match(/^\/nowhere: expected .*\[[a-z-]+\]$/);
  });
});

function kindsOf(body: unknown): readonly string[] {
  const { resources = [] } = body as {
    readonly resources?: readonly { readonly kind: string; readonly name: string }[];
  };
  return resources.filter(({ name }) => !name.includes('/')).map(({ kind }) => kind);
}
