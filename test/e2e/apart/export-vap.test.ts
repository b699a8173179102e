import { expect } from 'chai';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { startCluster, type Cluster } from '../../cluster/cluster.ts';
import type { KubectlResult } from '../../cluster/kubectl.ts';
import { pageSteps } from '../../docs/page-blocks.ts';
import { projectRoot } from '../../project-root.ts';
import { runLine } from '../run.ts';
import { codesIn, readPage, rowsUnder } from '../../docs/tables.ts';
import { randomFrom, seedOfRun } from '../../random.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { apiVerdict, exportedYaml, gateVerdict, namespaceOf, putInForce, type TestPolicy } from './exported-policy.ts';
import { PLACES, someImage, somePolicy } from './generated-policies.ts';
import { IMAGE_PATTERN_CASES, IMAGE_PATTERN_POLICY } from '../image-pattern-cases.ts';
import { POLICY_ROWS } from '../policy-rows.ts';
import { REFERENCE_ROWS } from '../reference-rows.ts';
import { sharedCluster } from '../shared-cluster.ts';
import { deployment, type Json, type Manifest, pod, podSpec } from '../objects.ts';
import { until } from '../../until.ts';
import { bad, good, kinds, places, podSpecWith } from '../workload-manifests.ts';

const POLICIES = Number(process.env['PROPERTY_RUNS'] ?? 20);
const IMAGES = 40;
const SEED = seedOfRun();

/** An image without a tag is latest where that is denied; and what may be in a range is not judged by the next entry. */
const EDGES = {
  policy: {
    'policy.yaml': {
      rules: {
        'empty-tag': { action: 'off' },
        'blocked-images': { action: 'deny', options: { images: ['gcr.io/acme/*:latest', 'gcr.io/a/b:latest'] } },
        'tag-pattern': {
          action: 'deny',
          options: {
            patterns: [
              { images: ['docker.io/acme/app:^1.4'], tags: ['1.4.*'] },
              { images: ['docker.io/acme/**'], tags: ['1.5.*'] },
            ],
          },
        },
      },
    },
  },
  images: [
    'gcr.io/acme/app',
    'gcr.io/a/b',
    `gcr.io/a/b@sha256:${'a'.repeat(64)}`,
    'docker.io/acme/app:1.4.2',
    'docker.io/acme/web:1.4.2',
    'docker.io/acme/web:1.5.2',
  ],
};

/** Of registries, paths, exceptions and mirrors without digests, some of it rewritten. */
const REWRITING = {
  policy: {
    'policy.yaml': {
      rules: {
        'registry-allowlist': { options: { registries: ['mirror.example.com', 'docker.io/bitnamilegacy'] } },
        'blocked-images': { action: 'deny', options: { images: ['docker.io/library/nginx'] } },
        'default-registry': { action: 'rewrite', images: ['docker.io/library/redis'] },
        'registry-mirror': {
          action: 'rewrite',
          options: {
            mirrors: [
              { registry: 'docker.io', mirror: 'mirror.example.com/hub', except: ['docker.io/bitnamilegacy/**'] },
              { registry: 'docker.io/bitnami', mirror: 'docker.io/bitnamilegacy' },
              { registry: 'quay.io', mirror: 'mirror.example.com', digests: 'refuse' },
              { registry: 'gcr.io/acme/app', mirror: 'mirror.example.com/app', except: ['gcr.io/acme/app:1.3'] },
            ],
          },
        },
      },
    },
  },
  images: [
    'nginx:1',
    'redis:7',
    'docker.io/nginx',
    'docker.io/library/nginx:1',
    'registry-1.docker.io:443/library/nginx:1',
    'mirror.example.com/hub/library/nginx:1',
    'docker.io/bitnami/redis:7',
    'docker.io/bitnamilegacy/redis:7',
    'docker.io/bitnami2/redis:7',
    `quay.io/a/b:1@sha256:${'a'.repeat(64)}`,
    `quay.io/a/b@sha256:${'a'.repeat(64)}`,
    'quay.io/a/b:1',
    'quay.io/a/b:latest',
    'gcr.io/acme/app:1',
    'gcr.io/acme/app:1.3',
    'gcr.io/acme/app/x:1',
    'gcr.io/acme/application:1',
  ],
};

/** What must be the same, but for versions in a range. */
const TABLES: Readonly<Record<string, { readonly policy: TestPolicy; readonly images: readonly string[] }>> = {
  'references, by default': { policy: {}, images: REFERENCE_ROWS.map(({ image }) => image) },
  'patterns of images': {
    policy: { 'policy.yaml': JSON.parse(IMAGE_PATTERN_POLICY) },
    images: IMAGE_PATTERN_CASES.map(([image]) => image),
  },
  edges: EDGES,
  'images that are rewritten': REWRITING,
  ...Object.fromEntries(
    Object.entries(POLICY_ROWS).map(([name, { policy, images }]) => [name, { policy, images: Object.keys(images) }]),
  ),
};

describe('imagegate export vap', function () {
  const folder = temporaryFolder();
  let cluster: Cluster;

  before(async () => {
    cluster = await sharedCluster();
    for (const { namespace, ...place } of PLACES) {
      const labels = 'profile' in place ? { 'imagegate/profile': place.profile } : {};
      // oxlint-disable-next-line no-await-in-loop -- three
      await cluster.apply(JSON.stringify(namespaceOf(namespace, labels)));
    }
  });

  after(async () => {
    await cluster.kubectl(['delete', 'validatingadmissionpolicies,validatingadmissionpolicybindings', '--all']);
    await cluster.kubectl(['delete', 'namespace', '--wait=false', ...PLACES.map(({ namespace }) => namespace)]);
  });

  /** Where both differ, and how often each verdict was the same. */
  const compared = async (
    policy: TestPolicy,
    asked: readonly { readonly image: string; readonly place: (typeof PLACES)[number] }[],
  ) => {
    const { ruleset } = await putInForce(cluster, folder.path, policy, ['vap-a', 'vap-b', 'vap-c']);
    const found = {
      stricter: [] as unknown[],
      laxer: [] as string[],
      otherWords: [] as unknown[],
      allowed: 0,
      denied: 0,
    };
    for (const { image, place } of asked) {
      const { namespace } = place;
      const profile = 'profile' in place ? { profile: place.profile } : {};
      const workload = { kind: 'Deployment', ...profile } as const;
      // oxlint-disable-next-line no-await-in-loop -- the API server is asked one after the other
      const made = await apiVerdict(cluster, namespace, image, 'Deployment');
      if (made?.allowed === false && gateVerdict(ruleset, namespace, image, workload).allowed)
        found.stricter.push(['Deployment', namespace, image, made.message, policy]);
      // oxlint-disable-next-line no-await-in-loop
      const api = await apiVerdict(cluster, namespace, image);
      if (api === undefined) continue;
      const gate = gateVerdict(ruleset, namespace, image, profile);
      found[gate.allowed ? 'allowed' : 'denied'] += 1;
      if (gate.allowed && !api.allowed) found.stricter.push([namespace, image, api.message, policy]);
      if (!gate.allowed && api.allowed) found.laxer.push(`${namespace} ${image}: ${gate.message}`);
      if (gate.allowed || api.allowed || gate.message.includes('is not a valid reference!')) continue;
      if (!api.message.startsWith(gate.message)) found.otherWords.push([image, api.message, gate.message]);
    }
    return found;
  };

  for (const [name, { policy, images }] of Object.entries(TABLES)) {
    it(`says the same as the gate: ${name}`, async () => {
      const found = await compared(
        policy,
        images.map((image) => ({ image, place: PLACES[0] })),
      );
      const laxer = name === 'patterns of images' ? 4 : 0; // versions in a range
      expect(found).to.deep.include({ stricter: [], otherWords: [] });
      expect(found.laxer, found.laxer.join('\n')).to.have.length(laxer);
      expect(found.denied + found.allowed).to.be.above(1);
    });
  }

  for (const withRanges of [false, true]) {
    it(`is never stricter under any policy ${withRanges ? 'with ranges' : 'without ranges, nor laxer'} (SEED=${SEED})`, async function () {
      this.timeout(600_000);
      const random = randomFrom(SEED + Number(withRanges));
      const counts = { allowed: 0, denied: 0 };
      for (let run = 0; run < POLICIES; run += 1) {
        const policy = { 'policy.yaml': somePolicy(random, withRanges) };
        const asked = Array.from({ length: IMAGES }, () => ({ image: someImage(random), place: random.pick(PLACES) }));
        // oxlint-disable-next-line no-await-in-loop -- one policy takes the place of the other
        const found = await compared(policy, asked);
        expect(found, JSON.stringify(policy)).to.deep.include({
          stricter: [],
          ...(withRanges ? {} : { laxer: [], otherWords: [] }),
        });
        for (const verdict of ['allowed', 'denied'] as const) counts[verdict] += found[verdict];
      }
      expect(Math.min(counts.allowed, counts.denied)).to.be.above(POLICIES);
    });
  }

  it('is laxer where the page says so, and the gate is not', async () => {
    const rows = rowsUnder(readPage('docs/export-vap.md'), 'what');
    expect(rows.length).to.be.above(5);
    for (const [what, ...cells] of rows.filter(({ length }) => length === 3)) {
      const [policy, image] = cells.map((cell) => codesIn(cell)[0]!) as [string, string];
      // oxlint-disable no-await-in-loop -- one policy takes the place of the other
      const inForce = await putInForce(cluster, folder.path, { 'policy.yaml': parse(`{${policy}}`) }, ['vap-a']);
      const api = await apiVerdict(cluster, 'vap-a', image);
      // oxlint-enable no-await-in-loop
      const gate = gateVerdict(inForce.ruleset, 'vap-a', image, { now: Date.parse('2100-01-01') });
      expect({ gate: gate.allowed, api: api?.allowed, what }).to.deep.equal({ gate: false, api: true, what });
      expect(inForce.said, what).to.match(/^Left out, as CEL cannot say it:\n- /);
    }
  });

  it('lets a Deployment pass whose pods will have another image, and not the pod that has not', async () => {
    await putInForce(cluster, folder.path, REWRITING.policy, ['vap-a']);
    const rows: Readonly<Record<string, readonly [made: boolean | string, run: boolean | string]>> = {
      'docker.io/redis:7': [true, 'does not come from its mirror'],
      'docker.io/redis:latest': ['has a non-allowed tag', 'has a non-allowed tag'],
      [`quay.io/a/b:1@sha256:${'a'.repeat(64)}`]: [
        'comes from an untrusted registry',
        'comes from an untrusted registry',
      ],
      'ghcr.io/a/b:1': ['comes from an untrusted registry', 'comes from an untrusted registry'],
      'mirror.example.com/hub/library/redis:7': [true, true],
    };
    for (const [image, expected] of Object.entries(rows)) {
      for (const [index, kind] of (['Deployment', 'Pod'] as const).entries()) {
        // oxlint-disable-next-line no-await-in-loop -- the API server is asked one after the other
        const verdict = await apiVerdict(cluster, 'vap-a', image, kind);
        if (expected[index] === true) expect(verdict, `${kind} ${image}`).to.deep.equal({ allowed: true });
        else
          expect(verdict, `${kind} ${image}`)
            .to.have.property('message')
            .that.matches(/image (?:comes|has|does)/);
      }
    }
  });

  describe('by default', () => {
    const refused = /ValidatingAdmissionPolicy 'imagegate-deny' .* denied request: /;
    const kubectl = async (args: readonly string[], manifest?: object): Promise<KubectlResult> =>
      cluster.kubectl(['-n', 'vap-a', ...args, ...(manifest === undefined ? [] : ['-f', '-'])], {
        ...(manifest !== undefined && { input: JSON.stringify(manifest) }),
      });
    const dry = async (args: readonly string[], manifest?: object) => kubectl([...args, '--dry-run=server'], manifest);
    const old: readonly Manifest[] = [
      pod('old', {
        containers: [
          { name: 'bad', image: bad, imagePullPolicy: 'IfNotPresent' },
          { name: 'good', image: good },
        ],
      }),
      deployment('old', podSpec(bad, good)),
    ];

    before(async () => {
      await cluster.kubectl(['delete', 'validatingadmissionpolicies,validatingadmissionpolicybindings', '--all']);
      await until(
        async () => (await apiVerdict(cluster, 'vap-a', 'INVALID'))?.allowed !== false,
        'no policy to be in force',
      );
      // oxlint-disable-next-line no-await-in-loop -- two
      for (const manifest of old) expect(await kubectl(['create'], manifest)).to.include({ code: 0 });
    });

    beforeEach(async () => putInForce(cluster, folder.path, {}, ['vap-a']));

    for (const { name, manifest } of kinds) {
      it(`judges each place of an image of a ${name}`, async () => {
        expect(await dry(['create'], manifest(podSpecWith()))).to.include({ code: 0, stderr: '' });
        for (const place of places) {
          // oxlint-disable-next-line no-await-in-loop -- four
          const { stderr } = await dry(['create'], manifest(podSpecWith({ [place]: bad })));
          expect(stderr).to.match(refused).and.contain(`: ${place} image has no tag! (nginx). Only images with tags`);
        }
      });
    }

    /** What changes an object that was there before, and the container that is refused; `undefined` if it passes. */
    const swapped: Json = {
      containers: [
        { name: 'bad', image: bad },
        { name: 'good', image: bad },
      ],
    };
    const updates: Readonly<Record<string, readonly [args: readonly string[], container: string | undefined]>> = {
      'a label of a pod': [['label', 'pod', 'old', 'a=b'], undefined],
      'a good image in place of a bad one': [['set', 'image', 'pod/old', `bad=${good}`], undefined],
      'another bad image': [['set', 'image', 'pod/old', 'bad=redis'], 'bad'],
      'the bad image in another container': [['patch', 'pod', 'old', '-p', JSON.stringify({ spec: swapped })], 'good'],
      'a number of replicas': [['scale', 'deployment', 'old', '--replicas=1'], undefined],
      'a template beside its bad image': [
        ['patch', 'deployment', 'old', '-p', '{"spec":{"template":{"metadata":{"labels":{"a":"b"}}}}}'],
        undefined,
      ],
      'a bad image of a template': [['set', 'image', 'deployment/old', 'c1=redis'], 'c1'],
      'the old bad image in an init container': [
        [
          'patch',
          'deployment',
          'old',
          '-p',
          JSON.stringify({ spec: { template: { spec: { initContainers: [{ name: 'init', image: bad }] } } } }),
        ],
        'init',
      ],
    };
    for (const [what, [args, container]] of Object.entries(updates)) {
      it(`${container === undefined ? 'lets pass' : 'refuses'} ${what}`, async () => {
        const { code, stderr } = await dry(args);
        if (container === undefined) expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
        else expect(stderr).to.match(refused).and.contain(`: ${container} image has no tag!`);
      });
    }

    it('judges ephemeral containers', async () => {
      const debug = (image: string) =>
        kubectl(['debug', 'old', `--image=${image}`, '--profile=general', '--attach=false', '-c', 'd']);
      expect((await debug(bad)).stderr)
        .to.match(refused)
        .and.contain(': d image has no tag!');
      expect(await debug('docker.io/busybox:1')).to.include({ code: 0 });
    });

    it('lets a mirror pod pass, by the annotation and the identity of a node together', async () => {
      const metadata = { annotations: { 'kubernetes.io/config.mirror': 'x' } };
      const manifest = pod('m', { ...podSpec(bad), nodeName: 'node-1' }, metadata);
      const create = async (object: Manifest, ...as: readonly string[]) => dry(['create', ...as], object);
      const node = ['--as=system:node:node-1', '--as-group=system:nodes', '--as-group=system:masters'];
      expect((await create(manifest)).stderr).to.match(refused);
      expect((await create(pod('m', podSpec(bad)), ...node)).stderr).to.match(refused);
      expect(await create(manifest, ...node)).to.include({ code: 0 });
    });

    it('judges a pod of 1,000 images, and none that costs more', async () => {
      const sized = (count: number) =>
        pod('x', podSpec(...Array.from({ length: count }, (_, index) => `docker.io/acme/${'a'.repeat(90)}:${index}`)));
      expect(await dry(['create'], sized(1000))).to.include({ code: 0, stderr: '' });
      expect((await dry(['create'], sized(4000))).stderr).to.contain('actual cost limit exceeded');
    });

    it('has no wrong types, says the API server', async () => {
      await cluster.startControllers();
      const path = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies';
      const read = async (name: string) =>
        JSON.parse((await cluster.api.send('GET', `${path}/${name}`)).text) as {
          metadata: { generation: number };
          spec: object;
          status?: { observedGeneration?: number };
        };
      // Under a name of its own. The controllers were seen to write what they had found of a policy that was deleted before into
      // the status of the next one of that name, which then counts as checked for as many generations as the first one had.
      const name = 'types-of-imagegate-deny';
      const [apiVersion, kind] = ['admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicy'];
      const { spec } = await read('imagegate-deny');
      expect(await cluster.api.send('POST', path, { apiVersion, kind, metadata: { name }, spec })).to.include({
        status: 201,
      });
      const checked = await until(async () => {
        const { metadata, status } = await read(name);
        return status?.observedGeneration === metadata.generation && status;
      }, 'the types to be checked');
      expect(checked).to.deep.include({ typeChecking: {} });
    });
  });

  it('evaluates the largest policy that is printed, of patterns and of names, for 60 images', async () => {
    const images = Array.from({ length: 60 }, (_, index) => `docker.io/acme/${'a'.repeat(109)}:${100 + index}`);
    const largest: Readonly<Record<string, readonly string[]>> = {
      patterns: Array.from({ length: 84 }, (_, index) => `docker.io/acme/*-${'b'.repeat(20)}-${100 + index}`),
      names: Array.from({ length: 3000 }, (_, index) => `docker.io/acme/b${1000 + index}`),
    };
    for (const [what, blocked] of Object.entries(largest)) {
      const policy = { rules: { 'blocked-images': { action: 'deny', options: { images: blocked } } } };
      // oxlint-disable-next-line no-await-in-loop -- one policy takes the place of the other
      await putInForce(cluster, folder.path, { 'policy.yaml': policy }, ['vap-a']);
      // oxlint-disable-next-line no-await-in-loop
      const { status, text } = await cluster.api.send(
        'POST',
        '/api/v1/namespaces/vap-a/pods?dryRun=All',
        pod('x', podSpec(...images)),
      );
      expect({ status, what }, text).to.deep.equal({ status: 201, what });
      // Half as many more, and it is not printed.
      const more = {
        rules: {
          'blocked-images': {
            action: 'deny',
            options: { images: [...blocked, ...blocked.slice(0, blocked.length / 2).map((one) => `${one}-c`)] },
          },
        },
      };
      // oxlint-disable-next-line no-await-in-loop
      const error = await exportedYaml(folder.path, { 'policy.yaml': more }).catch(String);
      expect(error, what).to.contain('Too large for the API server');
    }
  });

  it('holds as a static manifest from the first pod on', async () => {
    const manifests = join(folder.path, 'manifests');
    await mkdir(manifests);
    const { yaml } = await exportedYaml(folder.path, {}, undefined, true);
    await writeFile(join(manifests, 'imagegate.yaml'), yaml);
    const [, configuration = ''] =
      /^```yaml\n(apiVersion: apiserver.config[^`]+)^```$/m.exec(readPage('docs/export-vap.md')) ?? [];
    const config = join(folder.path, 'admission-control.yaml');
    await writeFile(config, configuration.replace('/etc/kubernetes/policies', manifests));
    const own = await startCluster({ apiServerFlags: [`--admission-control-config-file=${config}`] });
    try {
      expect(await apiVerdict(own, 'default', 'nginx')).to.deep.equal({
        allowed: false,
        message: 'c0 image has no tag! (nginx). Only images with tags are allowed.',
      });
      expect(await apiVerdict(own, 'default', good)).to.deep.equal({ allowed: true });
      expect(await apiVerdict(own, 'kube-system', bad)).to.deep.equal({ allowed: true });
    } finally {
      await own.stop();
    }
  });

  it('prints on the page what kubectl does', async () => {
    await cluster.kubectl(['delete', 'validatingadmissionpolicies,validatingadmissionpolicybindings', '--all']);
    const run = async (line: string) =>
      runLine(line.replace('npx imagegate', `node ${join(projectRoot, 'build', 'src', 'main.js')}`), {
        cwd: folder.path,
        env: { ...cluster.environment(), PATH: `${cluster.environment()['PATH']}:${dirname(process.execPath)}` },
      });
    for (const step of pageSteps(readPage('docs/export-vap.md'))) {
      // oxlint-disable no-await-in-loop -- one after the other
      if ('path' in step) await writeFile(join(folder.path, step.path), step.text);
      else {
        let last = '';
        const { line, output } = step;
        // What is applied is in force a moment later.
        await until(
          async () => (last = (await run(line)).output) === output || line.startsWith('kubectl apply'),
          () => `${line} to print ${output}, not ${last}`,
        );
        expect(last).to.equal(output);
      }
      // oxlint-enable no-await-in-loop
    }
  });
});
