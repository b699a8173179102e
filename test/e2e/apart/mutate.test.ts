import { expect } from 'chai';
import { until } from '../../until.ts';
import { differences } from '../differences.ts';
import { auditAnnotations } from '../audit-log.ts';
import { metric } from '../metric.ts';
import { deployment, pod, podSpec, type Json, type Manifest } from '../objects.ts';
import { kinds, podSpecWith } from '../workload-manifests.ts';
import {
  HUB,
  imagesOf,
  originalsOf,
  POLICY,
  rewritingCluster,
  type Pod,
  type RewritingCluster,
} from './rewriting-cluster.ts';

const DIGEST = `@sha256:${'a'.repeat(64)}`;
const ECR = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';

/** What becomes of an image, for every form of mapping, and of what looks alike. */
const REWRITTEN: Readonly<Record<string, string>> = {
  'nginx:1': `${HUB}/library/nginx:1`,
  'acme/app:1': 'docker.io/acme/app:1',
  'docker.io/nginx:1': `${HUB}/library/nginx:1`,
  'docker.io/library/nginx:1': `${HUB}/library/nginx:1`,
  'index.docker.io/library/nginx:1': `${HUB}/library/nginx:1`,
  'registry-1.docker.io/a/b/c:1': `${HUB}/a/b/c:1`,
  [`docker.io/nginx:1${DIGEST}`]: `${HUB}/library/nginx:1${DIGEST}`,
  [`docker.io/a/nginx${DIGEST}`]: `${HUB}/a/nginx${DIGEST}`,
  'docker.io/bitnami/redis:7': 'docker.io/bitnamilegacy/redis:7',
  'bitnami/redis:7': 'docker.io/bitnamilegacy/redis:7',
  'docker.io/bitnamis/redis:7': `${HUB}/bitnamis/redis:7`,
  [`quay.io/org/app:1.2${DIGEST}`]: `${ECR}/quay/org/app:1.2${DIGEST}`,
  'registry.example.com:5000/team/app:1': 'harbor.example.com:8443/proxy/app:1',
  'ghcr.io/org/app:1': 'pull-through.example.com/org/app:1',
};

const UNCHANGED = [
  `${HUB}/library/nginx:1`,
  'docker.io/acme/app:1',
  'docker.io/bitnamilegacy/redis:7',
  `${ECR}/quay/org/app:1.2${DIGEST}`,
  'registry.example.com:5000/teams/app:1',
  'registry.example.com/team/app:1',
];

/** What nobody rewrites, and what is said of it. */
const DENIED: Readonly<Record<string, RegExp>> = {
  [`ghcr.io/org/app:1${DIGEST}`]: /digest/,
  'docker.io/nginx': /has no tag/,
  'docker.io/nginx:latest': /has a non-allowed tag/,
  'gcr.io/org/app:1': /comes from an untrusted registry/,
  'Bad/Name:1': /is not a valid reference/,
};

const manifestOfPod = (image: string): Json => podSpecWith({ init: image, sidecar: image, main: image, volume: image });
const PLACES = ['initContainers/init', 'initContainers/sidecar', 'containers/main', 'volumes/volume'];
const inEachPlace = (image: string): Readonly<Record<string, string>> =>
  Object.fromEntries(PLACES.map((place) => [place, image]));

/** Each of the images in each place. */
function withEach(images: readonly string[]): Json {
  const container = (name: string) => images.map((image, index) => ({ name: `${name}${index}`, image }));
  const volumes = images.map((reference, index) => ({ name: `v${index}`, image: { reference } }));
  return { initContainers: container('i'), containers: container('c'), volumes };
}

/** A Job has its own in a label. */
const UID = /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/g;

describe('what is rewritten', function () {
  this.timeout(300_000);
  let there: RewritingCluster;
  before(async () => {
    there = await rewritingCluster(POLICY, ['lab']);
  });
  after(async () => {
    await there?.remove();
  });

  const kubectl = async (...args: readonly string[]) => there.cluster.kubectl(args);
  const ok = async (args: readonly string[], manifest: Manifest): Promise<string> => {
    const { code, stdout, stderr } = await there.send(args, manifest);
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    return stdout;
  };
  const created = async (manifest: Manifest, namespace = 'default'): Promise<Pod> => {
    const text = await ok(['-n', namespace, 'create', '--dry-run=server', '-o', 'json'], manifest);
    const object = JSON.parse(text.replaceAll(UID, 'uid')) as Manifest;
    const { namespace: _, uid: _uid, creationTimestamp: _time, ...metadata } = object.metadata;
    return { ...object, metadata } as unknown as Pod;
  };
  /** Kind by kind, what the API server has after a create, beside what it has where no gate is asked. */
  const changes = async (manifest: Manifest): Promise<readonly string[]> =>
    differences(await created(manifest, there.exempt), await created(manifest));

  describe('in a pod', () => {
    for (const [written, becomes] of Object.entries(REWRITTEN)) {
      it(`${written} becomes ${becomes}, in each place and nothing else`, async () => {
        const told = JSON.stringify(written);
        const to = `${told} -> ${JSON.stringify(becomes)}`;
        const note = { 'imagegate/rewritten': JSON.stringify(inEachPlace(written)) };
        expect(await changes(pod('x', manifestOfPod(written)))).to.have.members([
          `spec.initContainers[0].image: ${to}`,
          `spec.initContainers[1].image: ${to}`,
          `spec.containers[0].image: ${to}`,
          `spec.volumes[0].image.reference: ${to}`,
          `metadata.annotations: nothing -> ${JSON.stringify(note)}`,
        ]);
      });
    }
    for (const image of UNCHANGED) {
      it(`${image} stays`, async () => {
        expect(await changes(pod('x', manifestOfPod(image)))).to.deep.equal([]);
      });
    }
    for (const [image, told] of Object.entries(DENIED)) {
      it(`${image} is denied`, async () => {
        const { code, stderr } = await there.send(['create', '--dry-run=server'], pod('x', podSpec(image)));
        expect(code).to.equal(1);
        expect(stderr).to.include('admission webhook "com.imagegate.webhook" denied the request').and.match(told);
      });
    }
  });

  for (const { name, manifest } of kinds.filter((kind) => kind.name !== 'pod')) {
    it(`in ${name} nothing changes, and it is judged as its pods will be`, async () => {
      expect(await changes(manifest(withEach([...Object.keys(REWRITTEN), ...UNCHANGED])))).to.deep.equal([]);
      for (const [image, told] of Object.entries(DENIED)) {
        const denied = manifest(podSpecWith({ main: image }));
        // oxlint-disable-next-line no-await-in-loop -- one at a time is enough
        const { code, stderr } = await there.send(['create', '--dry-run=server'], denied);
        expect(code, image).to.equal(1);
        expect(stderr).to.match(told);
      }
    });
  }

  it('is told with both references where it is denied all the same', async () => {
    const { stderr } = await there.send(
      ['create', '--dry-run=server'],
      deployment('x', podSpec('docker.io/nginx:latest')),
    );
    expect(stderr).to.include(`(docker.io/nginx:latest, rewritten to ${HUB}/library/nginx:latest)`);
  });

  it('depends on the profile', async () => {
    await there.setPolicy(`${POLICY}profiles:
  lab:
    rules:
      registry-mirror: { action: off }
      registry-allowlist: { options: { registries: [docker.io] } }
`);
    await there.cluster.apply(
      '{ apiVersion: v1, kind: Namespace, metadata: { name: lab, labels: { imagegate/profile: lab } } }',
    );
    expect(imagesOf(await created(pod('x', podSpec('nginx:1')), 'lab'))).to.deep.equal({
      'containers/c0': 'docker.io/library/nginx:1',
    });
    expect(imagesOf(await created(pod('x', podSpec('nginx:1'))))).to.deep.equal({
      'containers/c0': `${HUB}/library/nginx:1`,
    });
  });

  describe('of a pod that is there', () => {
    const first = podSpecWith({ init: 'docker.io/a:1', sidecar: 'quay.io/b:1', main: 'c:1', volume: 'docker.io/d:1' });
    const images = {
      'initContainers/init': `${HUB}/library/a:1`,
      'initContainers/sidecar': `${ECR}/quay/b:1`,
      'containers/main': `${HUB}/library/c:1`,
      'volumes/volume': `${HUB}/library/d:1`,
    };
    const originals = {
      'initContainers/init': 'docker.io/a:1',
      'initContainers/sidecar': 'quay.io/b:1',
      'containers/main': 'c:1',
      'volumes/volume': 'docker.io/d:1',
    };
    const stays = async (name: string): Promise<void> => {
      const object = await there.live(name);
      expect(imagesOf(object)).to.deep.equal(images);
      expect(originalsOf(object)).to.deep.equal(originals);
    };
    const otherMirror = POLICY.replaceAll(HUB, 'other.example.com/hub');
    const without = POLICY.replaceAll('action: rewrite', 'action: off').replace(
      'registries:\n',
      'registries:\n        - docker.io\n        - quay.io\n',
    );

    afterEach(async () => there.setPolicy(POLICY));

    it('stays, and its manifest can be applied again, image volume and all', async () => {
      const manifest = pod('applied', first);
      await ok(['apply'], manifest);
      await stays('applied');
      expect(await ok(['apply'], manifest)).to.match(/^pod\/applied (?:configured|unchanged)\n$/);
      expect(await ok(['diff'], manifest)).to.equal('');
      await stays('applied');
      await ok(['apply'], pod('applied', first, { labels: { a: 'b' } }));
      await stays('applied');
      await ok(['replace'], manifest);
      await stays('applied');
    });

    it('can be applied again where the policy has another mirror by now, or none', async () => {
      const manifest = pod('moved', { ...first, containers: [{ name: 'main', image: `${HUB}/c:1` }] });
      await ok(['apply'], manifest);
      const { 'volumes/volume': volume } = imagesOf(await there.live('moved'));
      for (const policy of [otherMirror, without]) {
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        await there.setPolicy(policy.replace('registries:\n', `registries:\n        - ${HUB}\n`));
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        await ok(['apply'], manifest);
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        expect(imagesOf(await there.live('moved'))).to.include({ 'volumes/volume': volume });
      }
    });

    it('can be applied by the server, again and again by the same manager', async () => {
      const manifest = pod('by-server', first);
      for (let times = 0; times < 3; times += 1) {
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        await ok(['apply', '--server-side'], manifest);
      }
      expect(await ok(['diff', '--server-side'], manifest)).to.equal('');
      await stays('by-server');
      const other = await there.send(['apply', '--server-side', '--field-manager=other'], manifest);
      expect(other.stderr).to.include('Apply failed with 4 conflicts');
      await ok(['apply', '--server-side', '--field-manager=other', '--force-conflicts'], manifest);
      await stays('by-server');
    });

    it('follows a new image, and the note with it', async () => {
      await ok(['apply'], pod('follows', podSpec('docker.io/a:1', 'docker.io/b:1')));
      expect(await kubectl('set', 'image', 'pod/follows', 'c0=docker.io/a:2')).to.include({ code: 0, stderr: '' });
      const object = await there.live('follows');
      expect(imagesOf(object)).to.deep.equal({
        'containers/c0': `${HUB}/library/a:2`,
        'containers/c1': `${HUB}/library/b:1`,
      });
      expect(originalsOf(object)).to.deep.equal({ 'containers/c0': 'docker.io/a:2', 'containers/c1': 'docker.io/b:1' });
      await kubectl('set', 'image', 'pod/follows', `c0=${HUB}/library/a:3`, `c1=${HUB}/library/b:3`);
      expect(originalsOf(await there.live('follows'))).to.equal(undefined);
    });

    it('has a note that nobody can forge or take away', async () => {
      await ok(['apply'], pod('noted', podSpec('docker.io/a:1')));
      const note = { 'containers/c0': 'docker.io/a:1' };
      const lies = ['{"containers/c0":"evil.example.com/a:1"}', '{}', 'nonsense', '{"containers/c0":"docker.io/b:1"}'];
      for (const lie of lies) {
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        const { code } = await kubectl('annotate', '--overwrite', 'pod', 'noted', `imagegate/rewritten=${lie}`);
        expect(code).to.equal(0);
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        expect(originalsOf(await there.live('noted')), lie).to.deep.equal(note);
      }
      await kubectl('annotate', 'pod', 'noted', 'imagegate/rewritten-');
      expect(originalsOf(await there.live('noted'))).to.deep.equal(note);
      const annotations = { 'imagegate/rewritten': '{"containers/c0":"docker.io/evil:1"}', mine: 'yes' };
      const forged = await created(pod('x', podSpec(`${HUB}/library/a:1`), { annotations }));
      expect(forged.metadata.annotations).to.deep.equal({ mine: 'yes' });
    });

    it('gets ephemeral containers, each rewritten once', async () => {
      await ok(['apply'], pod('debugged', first));
      for (const tag of [1, 2, 3]) {
        const args = ['debug', 'debugged', `--image=docker.io/busybox:${tag}`, '-c', `d${tag}`];
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        const { code, stderr } = await kubectl(...args, '--profile=general', '--attach=false', '--', 'true');
        expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
      }
      const debuggers = [1, 2, 3].map((tag) => [`ephemeralContainers/d${tag}`, `${HUB}/library/busybox:${tag}`]);
      expect(imagesOf(await there.live('debugged'))).to.deep.equal({ ...images, ...Object.fromEntries(debuggers) });
      // Annotations cannot be set through this subresource.
      expect(originalsOf(await there.live('debugged'))).to.deep.equal(originals);
      await ok(['apply'], pod('debugged', first));
      const refused = await kubectl('debug', 'debugged', '--image=gcr.io/a/b:1', '-c', 'd4', '--profile=general');
      expect(refused.stderr).to.include('comes from an untrusted registry! (gcr.io/a/b:1)');
    });

    it('keeps its annotations where they leave no room for the note', async () => {
      const annotations = { mine: 'x'.repeat(256 * 1024 - 'mine'.length) };
      const object = await created(pod('full', podSpec('docker.io/a:1'), { annotations }));
      expect(imagesOf(object)).to.deep.equal({ 'containers/c0': `${HUB}/library/a:1` });
      expect(object.metadata.annotations).to.deep.equal(annotations);
    });
  });

  describe('of the pods of a Deployment', () => {
    before(async () => there.cluster.startControllers());

    for (const [how, flags] of [
      ['client', []],
      ['server', ['--server-side']],
    ] as const) {
      it(`leaves the Deployment as it was applied, by the ${how}`, async () => {
        const manifest = deployment(`by-${how}`, podSpec('nginx:1', 'quay.io/b:1'), 2);
        await ok(['apply', ...flags], manifest);
        await ok(['apply', ...flags], manifest);
        expect(await ok(['diff', ...flags], manifest)).to.equal('');
        const query = ['get', 'pods', '-l', `app=by-${how}`, '-o', 'json'];
        const pods = await until(async () => {
          const { items } = JSON.parse((await kubectl(...query)).stdout) as { readonly items: readonly Pod[] };
          return items.length === 2 && items;
        }, 'its pods');
        for (const each of pods) {
          expect(imagesOf(each)).to.deep.equal({
            'containers/c0': `${HUB}/library/nginx:1`,
            'containers/c1': `${ECR}/quay/b:1`,
          });
          expect(originalsOf(each)).to.deep.equal({ 'containers/c0': 'nginx:1', 'containers/c1': 'quay.io/b:1' });
        }
        const asked = [
          'get',
          'deployment',
          `by-${how}`,
          '-o',
          'jsonpath={.metadata.generation} {..containers[*].image}',
        ];
        expect((await kubectl(...asked)).stdout).to.equal('1 nginx:1 quay.io/b:1');
      });
    }
  });

  describe('is told', () => {
    afterEach(async () => there.setPolicy(POLICY));
    const manifest = pod('told', podSpec('docker.io/a:1', `${HUB}/b:1`));

    it('as a warning only if the policy says so', async () => {
      await ok(['create', '--dry-run=server'], manifest);
      await there.setPolicy(`rewriteWarnings: true\n${POLICY}`);
      const { code, stderr } = await there.send(['create', '--dry-run=server'], manifest);
      expect({ code, stderr }).to.deep.equal({
        code: 0,
        stderr: `Warning: c0 image is rewritten: docker.io/a:1 -> ${HUB}/library/a:1. [imagegate: registry-mirror]\n`,
      });
    });

    it('in the audit log, the log and the metrics', async () => {
      const labels = { rule: 'registry-mirror', mapping: `docker.io -> ${HUB}` };
      const count = async () => metric(there.gate, 'imagegate_rewritten_images_total', labels);
      const before = await count();
      await ok(['create'], manifest);
      expect(await count()).to.equal(before + 1);
      expect(await auditAnnotations(there.cluster, 'default', 'told')).to.include({
        'mutate.com.imagegate.webhook/rewritten': `spec.containers[0].image: docker.io/a:1 -> ${HUB}/library/a:1`,
      });
      const line = await until(
        () => there.gate.log().find(({ rewritten, name }) => rewritten !== undefined && name === 'told'),
        'the line of the review',
      );
      expect(line['rewritten']).to.deep.include.members([
        {
          field: 'spec.containers[0].image',
          from: 'docker.io/a:1',
          to: `${HUB}/library/a:1`,
          rules: ['registry-mirror'],
        },
      ]);
    });
  });

  describe('if the half that rewrites is down', () => {
    const withVolume = pod('with-volume', podSpecWith({ init: 'a:1', sidecar: 'a:1', main: 'a:1', volume: 'a:1' }));
    before(async () => {
      await ok(['apply'], pod('down', podSpec('docker.io/a:1')));
      await ok(['apply'], withVolume);
    });
    before(() => {
      there.half.remove(there.gate.port);
      there.half.cut();
    });
    after(() => there.half.add(there.gate.port));

    it('is denied, with what to write', async () => {
      const { code, stderr } = await there.send(['create', '--dry-run=server'], pod('x', podSpec('docker.io/a:1')));
      expect(code).to.equal(1);
      expect(stderr).to.include('admission webhook "com.imagegate.webhook" denied the request');
      expect(stderr).to.include(`Write ${HUB}/library/a:1.`);
    });

    it('is allowed as it will be, in a workload', async () => {
      await ok(['create', '--dry-run=server'], deployment('x', podSpec('docker.io/a:1')));
    });

    it('is not there, and all else passes', async () => {
      await ok(['create', '--dry-run=server'], pod('x', podSpec(`${HUB}/library/a:1`)));
      expect(await kubectl('label', 'pod', 'down', 'a=b')).to.include({ code: 0 });
      const { code } = await there.send(['apply'], pod('down', podSpec('docker.io/a:1')));
      expect(code).to.equal(1);
      expect(imagesOf(await there.live('down'))).to.deep.equal({ 'containers/c0': `${HUB}/library/a:1` });
      // The API server itself sees to it that an image volume stays.
      expect((await there.send(['apply'], withVolume)).stderr).to.include('pod updates may not change fields');
    });
  });
});
