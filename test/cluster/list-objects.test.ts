import { expect } from 'chai';
import { connectCluster } from '../../src/cluster/cluster-client.ts';
import { listObjects } from '../../src/cluster/list-objects.ts';
import { locationText, mistakeText } from '../../src/mistake/mistake.ts';
import { collected } from '../manifest/chunks.ts';
import { discovery, type StandInAnswer, standInApi } from './stand-in-api.ts';

const KINDS = discovery('v1 Pod pods', 'v1 Namespace! namespaces', 'apps/v1 Deployment deployments');

const page = (names: readonly string[], next?: string): StandInAnswer => ({
  body: {
    kind: 'PodList',
    metadata: { ...(next !== undefined && { continue: next }) },
    items: names.map((name) => ({ metadata: { name, uid: `uid-${name}` } })),
  },
});
const status = (code: number, message: string, next?: string): StandInAnswer => ({
  status: code,
  body: { kind: 'Status', message, metadata: { ...(next !== undefined && { continue: next }) } },
});
const PODS = '/api/v1/pods?limit=500';

describe('listObjects', () => {
  const api = standInApi();

  /** The names of what is listed, and the mistakes. */
  const listed = async (
    answers: Readonly<Record<string, StandInAnswer | readonly StandInAnswer[]>>,
    kinds: readonly string[] = ['/Pod'],
    namespace?: string,
  ): Promise<readonly string[]> => {
    const left = new Map(Object.entries(answers).map(([path, answer]) => [path, [answer].flat()]));
    // Of several answers each is given once, and the last one from then on.
    api.answer = (url) => {
      const next = left.get(url);
      return (next !== undefined && next.length > 1 ? next.shift() : next?.[0]) ?? KINDS.get(url);
    };
    const client = await connectCluster({ kubeconfig: api.kubeconfig });
    const items = await collected(listObjects(client, kinds, namespace));
    expect(api.asked.filter((one) => !one.startsWith('GET '))).to.deep.equal([]);
    return items.map((item) => {
      if ('mistake' in item) return mistakeText(item.mistake).replaceAll(/http:\S+?: /g, '');
      if ('skipped' in item) return locationText(item.skipped);
      const { apiVersion, kind, metadata } = item.object;
      return [apiVersion, kind, (metadata as { readonly name: string }).name].join(' ');
    });
  };
  const pods = (...names: readonly string[]): readonly string[] => names.map((name) => `v1 Pod ${name}`);

  it('gives the objects of all pages, each with its type', async () => {
    const pages = { [PODS]: page(['a', 'b'], 'x y'), [`${PODS}&continue=x%20y`]: page(['c'], '') };
    expect(await listed(pages)).to.deep.equal(pods('a', 'b', 'c'));
  });

  for (const [what, expired] of [
    ['goes on where the API server says', status(410, 'expired', 'newer')],
    ['begins anew where it does not say', status(410, 'expired')],
  ] as const) {
    it(`loses nothing of a list that expires, and gives nothing twice: ${what}`, async () => {
      const pages = {
        [PODS]: [page(['a', 'b'], 'old'), page(['a', 'aa', 'b'], 'newer')],
        [`${PODS}&continue=old`]: expired,
        [`${PODS}&continue=newer`]: page(['b', 'c']),
      };
      const between = what.startsWith('begins') ? ['aa'] : [];
      expect(await listed(pages)).to.deep.equal(pods('a', 'b', ...between, 'c'));
    });
  }

  it('gives a list up that expires again and again', async () => {
    const [said, ...more] = (
      await listed({ [PODS]: page(['a'], 'x'), [`${PODS}&continue=x`]: status(410, 'old.') })
    ).slice(1);
    expect(said).to.equal('expected each Pod, found HTTP 410, old. Look whether it is there. [cluster-unreadable]');
    expect(more).to.deep.equal([]);
    expect(api.asked.length).to.be.within(10, 100);
  });

  it('waits for an API server that is busy', async () => {
    const busy = { ...status(429, 'busy'), headers: { 'retry-after': '0' } };
    expect(await listed({ [PODS]: [busy, busy, page(['a'])] })).to.deep.equal(pods('a'));
    const [said] = await listed({ [PODS]: busy });
    expect(said).to.include('found HTTP 429, busy. ');
  });

  it('says what it may not list or does not find, and goes on', async () => {
    const answers = {
      [PODS]: status(403, 'pods is forbidden'),
      '/apis/apps/v1/deployments?limit=500': page(['d']),
    };
    expect(await listed(answers, ['/Pod', 'argoproj.io/Rollout', 'apps/Deployments', 'apps/Deployment'])).to.deep.equal(
      [
        'expected each Pod, found HTTP 403, pods is forbidden. Its user needs a role with the rule { apiGroups: [""], resources: ["pods"], verbs: ["list"] }. [cluster-unreadable]',
        'expected the kinds of the policy, found no argoproj.io/Rollout. Install what has it, or take it from podSpecs of the policy. [cluster-unreadable]',
        'expected the kinds of the policy, found no apps/Deployments. Install what has it, or take it from podSpecs of the policy. [cluster-unreadable]',
        'apps/v1 Deployment d',
      ],
    );
  });

  it('asks for one namespace alone, and gets that itself', async () => {
    const answers = {
      '/api/v1/namespaces/shop?limit=500': { body: { metadata: { name: 'shop' } } },
      '/api/v1/namespaces/shop/pods?limit=500': page(['a']),
    };
    expect(await listed(answers, ['/Namespace', '/Pod'], 'shop')).to.deep.equal(['v1 Namespace shop', 'v1 Pod a']);
  });

  for (const [what, answer] of [
    ['no JSON', { body: 'hello' }],
    ['what cannot be listed', status(500, 'etcd is gone')],
  ] as const) {
    it(`is a mistake: ${what}`, async () => {
      expect((await listed({ [PODS]: answer })).map((said) => /\[cluster-unrea.*\]$/.test(said))).to.deep.equal([true]);
    });
  }
});
