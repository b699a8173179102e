import { expect } from 'chai';
import { pod } from '../objects.ts';
import { podSpecWith } from '../workload-manifests.ts';
import { installNeighbour, type Neighbour, type Operation } from './neighbour.ts';
import { HUB, imagesOf, originalsOf, rewritingCluster, type Pod, type RewritingCluster } from './rewriting-cluster.ts';

const image = 'docker.io/a:1';
const rewritten = `${HUB}/library/a:1`;

const PATHS: Readonly<Record<string, string>> = {
  'initContainers/init': '/spec/initContainers/0/image',
  'initContainers/sidecar': '/spec/initContainers/1/image',
  'containers/main': '/spec/containers/0/image',
  'volumes/volume': '/spec/volumes/0/image/reference',
};
const set = (places: readonly string[], value: string): readonly Operation[] =>
  places.flatMap((place) => (PATHS[place] === undefined ? [] : [{ op: 'replace', path: PATHS[place], value }]));
const all = (to: string) => (): readonly Operation[] => set(Object.keys(PATHS), to);
const undo = (object: Pod): readonly Operation[] =>
  set(
    Object.entries(imagesOf(object)).flatMap(([place, now]) => (now === rewritten ? [place] : [])),
    image,
  );
const inject = ({ spec }: Pod): readonly Operation[] =>
  spec.containers?.some(({ name }) => name === 'mesh')
    ? []
    : [{ op: 'add', path: '/spec/containers/-', value: { name: 'mesh', image: 'docker.io/istio/proxyv2:1' } }];
const injectFirst = ({ spec }: Pod): readonly Operation[] =>
  spec.initContainers?.some(({ name }) => name === 'mesh')
    ? []
    : [{ op: 'add', path: '/spec/initContainers/0', value: { name: 'mesh', image: 'docker.io/istio/init:1' } }];
const forget = ({ metadata }: Pod): readonly Operation[] =>
  metadata.annotations === undefined ? [] : [{ op: 'remove', path: '/metadata/annotations' }];
const forge = (): readonly Operation[] => [
  { op: 'add', path: '/metadata/annotations', value: { 'imagegate/rewritten': '{"containers/main":"evil/x:1"}' } },
];

const original = {
  'initContainers/init': image,
  'initContainers/sidecar': image,
  'containers/main': image,
  'volumes/volume': image,
};
const final = Object.fromEntries(Object.keys(original).map((place) => [place, rewritten]));

/** What becomes of the pod. */
interface Outcome {
  readonly images: Readonly<Record<string, string>>;
  readonly originals: Readonly<Record<string, string>> | undefined;
}
const asAlways: Outcome = { images: final, originals: original };
const DENIED = 'denied';

interface Row {
  readonly what: string;
  readonly change: (object: Pod) => readonly Operation[];
  /** With the other webhook before ours, and after. */
  readonly before: Outcome | typeof DENIED;
  readonly after: Outcome | typeof DENIED;
}

const mesh: Outcome = {
  images: { ...final, 'containers/mesh': `${HUB}/istio/proxyv2:1` },
  originals: { ...original, 'containers/mesh': 'docker.io/istio/proxyv2:1' },
};
const meshFirst: Outcome = {
  images: { ...final, 'initContainers/mesh': `${HUB}/istio/init:1` },
  originals: { ...original, 'initContainers/mesh': 'docker.io/istio/init:1' },
};
const toOther = Object.fromEntries(Object.keys(original).map((place) => [place, `${HUB}/library/b:2`]));
const ofOther = Object.fromEntries(Object.keys(original).map((place) => [place, 'docker.io/b:2']));

const ROWS: readonly Row[] = [
  { what: 'injects a container', change: inject, before: mesh, after: mesh },
  { what: 'injects an init container before all others', change: injectFirst, before: meshFirst, after: meshFirst },
  // Both are asked again. Where ours is the last one, it is right; where it is not, what came out is denied.
  { what: 'undoes it', change: undo, before: asAlways, after: DENIED },
  {
    what: 'sets another image',
    change: all('docker.io/b:2'),
    before: { images: toOther, originals: ofOther },
    after: DENIED,
  },
  { what: 'sets one of a registry that is not allowed', change: all('gcr.io/a:1'), before: DENIED, after: DENIED },
  {
    what: 'sets what would be rewritten to',
    change: all(rewritten),
    before: { images: final, originals: undefined },
    after: asAlways,
  },
  // What stood there cannot be known any more. No more than that is lost.
  {
    what: 'takes all annotations away',
    change: forget,
    before: { images: final, originals: undefined },
    after: { images: final, originals: undefined },
  },
  {
    what: 'writes a note of its own',
    change: forge,
    before: { images: final, originals: undefined },
    // It is asked once more after ours, and has the last word: whoever installs a webhook may write any annotation.
    after: { images: final, originals: { 'containers/main': 'evil/x:1' } },
  },
];

const NAMES = { before: 'a.before-ours.example.com', after: 'z.after-ours.example.com' } as const;

/** How a pod that is there gets another image, and what the other webhook makes of that. */
const UPDATES: Readonly<Record<string, readonly [args: readonly string[], path: string, place: string]>> = {
  'an update': [['set', 'image', 'pod/there', 'main=docker.io/a:2'], '/spec/containers/0/image', 'containers/main'],
  'an ephemeral container': [
    ['debug', 'there', '--image=docker.io/a:2', '-c', 'd', '--profile=general', '--attach=false', '--', 'true'],
    '/spec/ephemeralContainers/0/image',
    'ephemeralContainers/d',
  ],
};

describe('what is rewritten beside another webhook', function () {
  this.timeout(300_000);
  let there: RewritingCluster;
  let neighbour: Neighbour | undefined;
  before(async () => {
    there = await rewritingCluster();
  });
  afterEach(async () => {
    await neighbour?.remove();
    neighbour = undefined;
  });
  after(async () => {
    await there?.remove();
  });

  for (const { what, change, ...outcomes } of ROWS) {
    for (const [place, name] of Object.entries(NAMES) as [keyof typeof NAMES, string][]) {
      const expected = outcomes[place];
      it(`that ${what} ${place} ours: ${expected === DENIED ? 'denied' : 'as it should be'}`, async () => {
        neighbour = await installNeighbour(there.cluster, name, change);
        const asked = neighbour.asked();
        const manifest = pod('x', podSpecWith({ init: image, sidecar: image, main: image, volume: image }));
        const { code, stdout, stderr } = await there.send(['create', '--dry-run=server', '-o', 'json'], manifest);
        expect(neighbour.asked()).to.be.greaterThan(asked);
        if (expected === DENIED) {
          expect(code).to.equal(1);
          expect(stderr).to.include('admission webhook "com.imagegate.webhook" denied the request');
          return;
        }
        expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
        const object = JSON.parse(stdout) as Pod;
        expect(imagesOf(object)).to.deep.equal(expected.images);
        expect(originalsOf(object)).to.deep.equal(expected.originals);
      });
    }
  }

  for (const [what, [args, path, changed]] of Object.entries(UPDATES)) {
    for (const [place, name] of Object.entries(NAMES)) {
      it(`that sets the image of ${what} ${place} ours: ${place === 'after' ? 'denied' : 'as it should be'}`, async () => {
        const manifest = pod('there', podSpecWith({ init: image, sidecar: image, main: image, volume: image }));
        expect(await there.send(['create'], manifest)).to.include({ code: 0, stderr: '' });
        neighbour = await installNeighbour(there.cluster, name, ({ metadata: { name: of } }) =>
          of === 'there' ? [{ op: 'replace', path, value: 'docker.io/b:2' }] : [],
        );
        const { code, stderr } = await there.cluster.kubectl(args);
        const images = imagesOf(await there.live('there'));
        await there.cluster.kubectl(['delete', 'pod', 'there', '--force', '--grace-period=0']);
        if (place === 'after') {
          expect(stderr).to.include('admission webhook "com.imagegate.webhook" denied the request');
          expect(images).to.deep.equal(final);
        } else {
          expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
          expect(images).to.deep.equal({ ...final, [changed]: `${HUB}/library/b:2` });
        }
      });
    }
  }
});
