import { expect } from 'chai';
import * as fc from 'fast-check';
import { imagesToJudge } from '../../../src/workload/images.ts';
import { podSpecs } from '../../../src/workload/pod-spec.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import { at, manifest } from '../../deploy/manifests.ts';
import { until } from '../../until.ts';
import type { Json } from '../objects.ts';
import { sharedCluster } from '../shared-cluster.ts';

const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 200);
const SEED = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);

const group = 'kinds.example.com';
const path = `/apis/${group}/v1/namespaces/default/likepods`;

/** A kind of any form: of a real pod the API server lets next to nothing change. */
const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `likepods.${group}` },
  spec: {
    group,
    scope: 'Namespaced',
    names: { kind: 'LikePod', plural: 'likepods', singular: 'likepod' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};

/** An entry that nobody serves: what it is asked about is refused. Asked are updates to what has the label alone. */
const entry = (probe: string, shipped: unknown): Json => ({
  name: `${probe}.image-changes.example.com`,
  failurePolicy: 'Fail',
  clientConfig: { url: 'https://127.0.0.1:1/' },
  rules: [{ apiGroups: [group], apiVersions: ['v1'], operations: ['UPDATE'], resources: ['likepods'] }],
  objectSelector: { matchLabels: { probe } },
  sideEffects: 'None',
  admissionReviewVersions: ['v1'],
  matchConditions: at(shipped, ['webhooks', 0, 'matchConditions']),
});
const webhook = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingWebhookConfiguration',
  metadata: { name: 'image-changes.example.com' },
  webhooks: [
    entry('judge', manifest('webhook.yaml', 'ValidatingWebhookConfiguration')),
    entry('rewrite', manifest('mutating-webhook.yaml', 'MutatingWebhookConfiguration')),
  ],
};
type Annotations = Readonly<Record<string, string>>;
/** What the gate notes, before and after an update. */
const ANNOTATIONS: readonly (readonly [
  old: Annotations | undefined,
  now: Annotations | undefined,
  isAsked: boolean,
])[] = [
  [undefined, undefined, false],
  [undefined, { other: 'a' }, false],
  [{ 'imagegate/rewritten': 'a', other: 'a' }, { 'imagegate/rewritten': 'a' }, false],
  [{ 'imagegate/rewritten': 'a' }, { 'imagegate/rewritten': 'b' }, true],
  [{ 'imagegate/rewritten': 'a' }, { other: 'a' }, true],
  [{ 'imagegate/rewritten': 'a' }, undefined, true],
  [undefined, { 'imagegate/rewritten': '' }, true],
];

const CONTAINERS = ['containers', 'initContainers', 'ephemeralContainers'] as const;
type Lists = Partial<Record<(typeof CONTAINERS)[number] | 'volumes', readonly Json[]>>;

const image = fc.constantFrom('docker.io/a:1', 'docker.io/b:1', 'docker.io/c:1', '');
// Named by their place, since no container or volume of a pod can be renamed or moved.
const named = (items: readonly Json[]): readonly Json[] => items.map((item, index) => ({ name: `c${index}`, ...item }));
const container = fc.record({ image, command: fc.constantFrom(['a'], ['b']) }, { requiredKeys: [] });
const volume = fc.oneof(
  fc.constantFrom({ emptyDir: {} }, { emptyDir: { medium: 'Memory' } }),
  fc.record({ image: fc.record({ reference: image }, { requiredKeys: [] }) }),
);
const containers = fc.array(container, { maxLength: 3 }).map(named);
const lists: fc.Arbitrary<Lists> = fc.record(
  {
    containers,
    initContainers: containers,
    ephemeralContainers: containers,
    volumes: fc.array(volume, { maxLength: 3 }).map(named),
  },
  { requiredKeys: ['containers'] },
);

/** A pod spec, and the same with some of its lists replaced; or with another image in one place; or with other fields. */
const change = fc
  .record({
    old: lists,
    replaced: fc.oneof({ weight: 1, arbitrary: lists }, { weight: 2, arbitrary: fc.constant({}) }),
  })
  .chain(({ old, replaced }) => {
    const now: Lists = { ...old, ...replaced };
    const rest = fc.record({ old: fc.constant(old), now: fc.constant(now), elsewhere: fc.boolean() });
    const places = CONTAINERS.flatMap((list) => (now[list] ?? []).map((_, index) => ({ list, index })));
    if (places.length === 0) return rest;
    const inOnePlace = fc.tuple(fc.constantFrom(...places), image).map(([{ list, index }, text]) => {
      const items = now[list]!.map((item, place) => (place === index ? { ...item, image: text } : item));
      return { old, now: { ...now, [list]: items }, elsewhere: false };
    });
    return fc.oneof(rest, inOnePlace);
  })
  .map(({ old, now, elsewhere }) => ({ old, now: { ...now, ...(elsewhere && { priority: 1 }) } }));

/** Every image in its place. */
const imagesOf = (spec: Lists): unknown => [
  ...CONTAINERS.map((list) => (spec[list] ?? []).map((item) => at(item, ['image']) ?? null)),
  (spec.volumes ?? []).map((item) => at(item, ['image', 'reference']) ?? null),
];

describe(`the match condition of pods (SEED=${SEED})`, () => {
  let cluster: Cluster;

  const object = (metadata: Json, spec: Lists): Json => ({
    apiVersion: `${group}/v1`,
    kind: 'LikePod',
    metadata,
    spec,
  });

  /** Whether the webhook is asked about an update. */
  const isAsked = async (
    old: Lists,
    now: Lists,
    probe = 'judge',
    [oldAnnotations, annotations]: readonly (Annotations | undefined)[] = [],
  ): Promise<boolean> => {
    const created = await cluster.api.send(
      'POST',
      path,
      object({ generateName: 'x', ...(oldAnnotations && { annotations: oldAnnotations }) }, old),
    );
    const { metadata } = JSON.parse(created.text) as { metadata: { name: string } };
    const labelled = { name: metadata.name, labels: { probe }, annotations };
    const { status, text } = await cluster.api.send('PUT', `${path}/${metadata.name}?dryRun=All`, {
      ...object(labelled, now),
      metadata: { ...metadata, ...labelled },
    });
    if (status === 200) return false;
    // Not, for instance, that the condition has failed.
    expect(text).to.include('failed calling webhook').and.include('connection refused');
    return true;
  };

  before(async () => {
    cluster = await sharedCluster();
    await cluster.apply(JSON.stringify(definition));
    await until(async () => (await cluster.api.status(path)) === 200, 'the kind');
    await cluster.apply(JSON.stringify(webhook));
    await until(
      () => isAsked({ containers: [{ image: 'a' }] }, { containers: [{ image: 'b' }] }),
      'the API server to ask',
    );
  });

  after(async () => {
    await cluster.kubectl(['delete', 'validatingwebhookconfiguration', webhook.metadata.name]);
    await cluster.kubectl(['delete', 'customresourcedefinition', definition.metadata.name, '--wait=false']);
  });

  it('has the gate asked if and only if an image is another than it was', async () => {
    await fc.assert(
      fc.asyncProperty(change, async ({ old, now }) => {
        const [asked, isRewritten] = [await isAsked(old, now), await isAsked(old, now, 'rewrite')];
        expect(isRewritten, 'as the entry that rewrites').to.equal(asked);
        expect(asked).to.equal(JSON.stringify(imagesOf(now)) !== JSON.stringify(imagesOf(old)));
        const kind = { group: '', version: 'v1', kind: 'Pod' };
        const brought = podSpecs({ kind, operation: 'UPDATE', object: { spec: now }, oldObject: { spec: old } });
        if (imagesToJudge(brought ?? []).length > 0) expect(asked, 'what the gate would judge').to.equal(true);
      }),
      { numRuns: RUNS, seed: SEED },
    );
  });

  for (const [old, now, asked] of ANNOTATIONS) {
    const what = `${JSON.stringify(old)} becomes ${JSON.stringify(now)}`;
    it(`has the gate ${asked ? '' : 'not '}asked to rewrite where of annotations ${what}`, async () => {
      const spec = { containers: [{ image: 'a' }] };
      expect(await isAsked(spec, spec, 'rewrite', [old, now])).to.equal(asked);
      expect(await isAsked(spec, spec, 'judge', [old, now])).to.equal(false);
    });
  }
});
