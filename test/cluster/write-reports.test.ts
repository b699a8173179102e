import { expect } from 'chai';
import { text } from 'node:stream/consumers';
import { writeReports } from '../../src/cluster/write-reports.ts';
import { CollectedMistakes } from '../../src/mistake/collected-mistakes.ts';
import { mistakeText } from '../../src/mistake/mistake.ts';
import { type StandInAnswer, standInApi } from './stand-in-api.ts';

const API = '/apis/a.b/v1';
const report = (namespace?: string) => ({
  apiVersion: 'a.b/v1',
  kind: namespace === undefined ? 'ClusterReport' : 'Report',
  metadata: { name: 'r', ...(namespace !== undefined && { namespace }) },
});
const list = (...names: readonly string[]): StandInAnswer => ({
  body: { metadata: {}, items: names.map((name) => ({ metadata: { name, namespace: 'old', uid: name } })) },
});
const QUERY = 'limit=500&labelSelector=x%2Cx!%3D1';
const APPLY = '?fieldManager=imagegate-audit&force=true';

describe('writeReports', () => {
  const api = standInApi();

  const written = async (
    answers: Readonly<Record<string, StandInAnswer>>,
    { namespace, removes = true }: { readonly namespace?: string; readonly removes?: boolean } = {},
    reports: readonly ReturnType<typeof report>[] = [report(), report('shop')],
  ) => {
    const bodies: Promise<string>[] = [];
    api.answer = (url, request) => {
      if (request.method === 'PATCH') {
        expect(request.headers['content-type']).to.equal('application/apply-patch+yaml');
        bodies.push(text(request));
      }
      return (
        answers[`${request.method} ${url}`] ?? { body: request.url?.includes('?limit') === true ? list().body : {} }
      );
    };
    const collected = new CollectedMistakes();
    const set = {
      apiVersion: 'a.b/v1',
      kinds: ['Report', 'ClusterReport'],
      reports,
      stale: 'x,x!=1',
      namespace,
    } as const;
    await collected.from(async () => writeReports({ kubeconfig: api.kubeconfig }, set, removes));
    const mistakes = collected.mistakes.map((one) => mistakeText(one).replace(/^http:\S+: /, ''));
    return { asked: [...api.asked], mistakes, bodies: await Promise.all(bodies) };
  };
  const PATCHES = [`PATCH ${API}/clusterreports/r${APPLY}`, `PATCH ${API}/namespaces/shop/reports/r${APPLY}`];

  it('applies all, then deletes what is stale, in every namespace', async () => {
    const { asked, mistakes, bodies } = await written({ [`GET ${API}/reports?${QUERY}`]: list('a', 'b') });
    expect(mistakes).to.deep.equal([]);
    expect(bodies.map((body) => JSON.parse(body) as unknown)).to.deep.equal([report(), report('shop')]);
    expect(asked).to.deep.equal([
      `GET ${API}`,
      ...PATCHES,
      `GET ${API}/reports?${QUERY}`,
      `DELETE ${API}/namespaces/old/reports/a`,
      `DELETE ${API}/namespaces/old/reports/b`,
      `GET ${API}/clusterreports?${QUERY}`,
    ]);
  });

  it('deletes only in the namespace, and nothing where it may not', async () => {
    const { asked } = await written({}, { namespace: 'shop' }, []);
    expect(asked).to.deep.equal([`GET ${API}`, `GET ${API}/namespaces/shop/reports?${QUERY}`]);
    expect((await written({}, { removes: false }, [])).asked.slice(2)).to.deep.equal([`GET ${API}`]);
  });

  it('goes on after what is refused, and tells all with the rules that are missing', async () => {
    const refused = { status: 403, body: { message: 'No.' } };
    const { asked, mistakes } = await written({
      [PATCHES[0]!]: refused,
      [`GET ${API}/reports?${QUERY}`]: list('a', 'b'),
      [`DELETE ${API}/namespaces/old/reports/a`]: refused,
      [`DELETE ${API}/namespaces/old/reports/b`]: { status: 404, body: {} },
      [`GET ${API}/clusterreports?${QUERY}`]: refused,
    });
    expect(asked).to.include(PATCHES[1]);
    const rule = (kind: string, verbs: string): string =>
      `HTTP 403, No. Its user needs a role with the rule { apiGroups: ["a.b"], resources: ["${kind}"], verbs: [${verbs}] }.`;
    expect(mistakes).to.deep.equal([
      `expected to patch ${API}/clusterreports/r, found ${rule('clusterreports', '"create", "patch"')} [cluster-unreadable]`,
      `expected to delete ${API}/namespaces/old/reports/a, found ${rule('reports', '"delete"')} [cluster-unreadable]`,
      `expected each ClusterReport, found ${rule('clusterreports', '"list"')} [cluster-unreadable]`,
    ]);
  });

  it('says that the API is not there, once', async () => {
    const { asked, mistakes } = await written({ [`GET ${API}`]: { status: 404, body: {} } });
    expect(asked).to.deep.equal([`GET ${API}`]);
    expect(mistakes).to.deep.equal([
      'expected the reports of a.b/v1, found HTTP 404. Install their CRDs, or name the API that is there by --report-format. [cluster-unreadable]',
    ]);
  });
});
