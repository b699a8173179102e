import { expect } from 'chai';
import { reviewsOf } from './metric.ts';
import { deployment, pod, type Json } from './objects.ts';
import {
  blockedTag,
  denial,
  done,
  about,
  noTag,
  notReplaced,
  podWebhook,
  refused,
  untrusted,
  workloadWebhook,
} from './sentences.ts';
import { behindTheGate } from './shared-installation.ts';

const good = 'docker.io/nginx:1';
const imagePullPolicy = 'IfNotPresent';

/** A container `bad` with an image that the gate denies, and a `good` one, beside a volume with a bad image. */
const spec = (images: { readonly bad?: string; readonly good?: string } = {}): Json => ({
  initContainers: [{ name: 'init', image: good, imagePullPolicy }],
  containers: [
    { name: 'bad', image: images.bad ?? 'nginx', imagePullPolicy },
    { name: 'good', image: images.good ?? good, imagePullPolicy },
  ],
  volumes: [{ name: 'data', image: { reference: 'data', pullPolicy: 'IfNotPresent' } }],
});

/** What the gate tells of what was there before, once a template changes. */
const told = (container: string, image: string): string[] => [
  `${noTag(container, image)} Its new pods will be denied. [imagegate: empty-tag]`,
  `${untrusted(container, image)} Its new pods will be denied. [imagegate: registry-allowlist]`,
];

describe('what was there before the gate', () => {
  const suite = behindTheGate('updates', async ({ create }) => {
    const before = [
      pod('old', spec()),
      pod('old-swap', spec()),
      deployment('old', spec()),
      deployment('many', {
        containers: Array.from({ length: 20 }, (_, index) => ({ name: `c${index}`, image: `nginx${index}` })),
      }),
      deployment('long', { containers: [{ name: 'c', image: `docker.io/${'a'.repeat(200)}:latest` }] }),
    ];
    for (const manifest of before) {
      // oxlint-disable-next-line no-await-in-loop -- a handful
      const result = await create(manifest);
      expect(result, JSON.stringify(manifest.metadata)).to.include({ code: 0, stderr: '' });
    }
  });

  const dry = async (...args: string[]) => suite().kubectl([...args, '--dry-run=server']);
  // kubectl does not say here that it was one.
  const dryPatched = (object: string) => done(`${object} patched`);
  const patched = async (object: string, patch: Json) =>
    suite().kubectl(['patch', object, '--patch', JSON.stringify(patch)]);

  describe('a pod', () => {
    it('can be labelled, annotated, and given and rid of a finalizer, without the gate being asked', async () => {
      const asked = await reviewsOf(suite().gate, async () => {
        expect(await dry('label', 'pod', 'old', 'a=b')).to.deep.equal(done('pod/old labeled (server dry run)'));
        expect(await dry('annotate', 'pod', 'old', 'a=b')).to.deep.equal(done('pod/old annotated (server dry run)'));
        const finalizers = JSON.stringify({ metadata: { finalizers: ['example.com/x'] } });
        expect(await dry('patch', 'pod/old', '--patch', finalizers)).to.deep.equal(dryPatched('pod/old'));
      });
      expect(asked).to.equal(0);
      for (const finalizers of [['example.com/kept'], null]) {
        // oxlint-disable-next-line no-await-in-loop -- the second undoes the first
        expect(await patched('pod/old', { metadata: { finalizers } })).to.deep.equal(done('pod/old patched'));
      }
    });

    it('can have its status written, without the gate being asked', async () => {
      const patch = ['patch', 'pod/old', '--subresource=status', '--patch', '{"status":{"message":"x"}}'];
      const asked = await reviewsOf(suite().gate, async () => {
        expect(await dry(...patch)).to.deep.equal(dryPatched('pod/old'));
      });
      expect(asked).to.equal(0);
    });

    it('can be changed elsewhere in its spec, without the gate being asked', async () => {
      const toleration = { op: 'add', path: '/spec/tolerations/-', value: { key: 'x', operator: 'Exists' } };
      const deadline = { op: 'add', path: '/spec/activeDeadlineSeconds', value: 3600 };
      const patch = ['patch', 'pod/old', '--type=json', '--patch', JSON.stringify([toleration, deadline])];
      const asked = await reviewsOf(suite().gate, async () => {
        expect(await dry(...patch)).to.deep.equal(dryPatched('pod/old'));
      });
      expect(asked).to.equal(0);
    });

    const to = (image: string) => ({ spec: { containers: [{ name: 'good', image }] } });
    const ephemeral = { name: 'debug', image: good, imagePullPolicy, terminationMessagePolicy: 'File' };
    const replacedWith = async (change: (spec: Record<string, unknown>) => Json, subresource = '') => {
      const { api } = suite().cluster;
      const url = `/api/v1/namespaces/updates/pods/old${subresource}`;
      const found = JSON.parse((await api.send('GET', url)).text) as { readonly spec: Record<string, unknown> };
      return api.send('PUT', `${url}?dryRun=All`, { ...found, spec: { ...found.spec, ...change(found.spec) } });
    };
    for (const [way, make] of Object.entries({
      'kubectl set image': async () => dry('set', 'image', 'pod/old', 'good=docker.io/nginx:2'),
      'of an init container': async () => dry('set', 'image', 'pod/old', 'init=docker.io/nginx:2'),
      'a strategic merge patch': async () => dry('patch', 'pod/old', '-p', JSON.stringify(to('docker.io/nginx:2'))),
      'a JSON patch': async () =>
        dry(
          'patch',
          'pod/old',
          '--type=json',
          '-p',
          '[{"op":"replace","path":"/spec/containers/1/image","value":"nginx:1.2"}]',
        ),
      'server-side apply': async () =>
        suite().kubectl(['apply', '--server-side', '--force-conflicts', '--dry-run=server', '-f', '-'], {
          input: JSON.stringify(pod('old', to('docker.io/nginx:2').spec)),
        }),
      'a PUT': async () =>
        replacedWith(({ containers }) => ({
          containers: (containers as Json[]).map((container) => ({ ...container, image: 'docker.io/nginx:2' })),
        })),
      'an ephemeral container with a good image that the pod has already': async () =>
        replacedWith(() => ({ ephemeralContainers: [ephemeral] }), '/ephemeralcontainers'),
    })) {
      it(`is asked about once when an image changes: ${way}`, async () => {
        expect(await reviewsOf(suite().gate, async () => void (await make()))).to.equal(1);
      });
    }

    it('can have another image mended or moved on, without a warning', async () => {
      const result = await suite().kubectl(['set', 'image', 'pod/old', 'good=docker.io/nginx:2']);
      expect(result).to.deep.equal(done('pod/old image updated'));
    });

    it('cannot have its bad image copied to another container', async () => {
      const result = await suite().dryReplace(pod('old-swap', spec({ good: 'nginx' })));
      expect(result).to.deep.equal(
        notReplaced(about('Pod updates/old-swap', [noTag('good', 'nginx'), untrusted('good', 'nginx')])),
      );
    });

    it('cannot have its images swapped: the bad one is judged in its new place', async () => {
      const result = await suite().dryReplace(pod('old-swap', spec({ bad: good, good: 'nginx' })));
      expect(result).to.deep.equal(
        notReplaced(about('Pod updates/old-swap', [noTag('good', 'nginx'), untrusted('good', 'nginx')])),
      );
    });

    it('cannot have its bad image run again in an ephemeral container', async () => {
      const result = await suite().kubectl(['debug', 'old', '--image=nginx', '--container=again', '--attach=false']);
      expect(result).to.deep.equal(
        refused(
          `Error from server: ${denial(about('Pod updates/old', [noTag('again', 'nginx'), untrusted('again', 'nginx')]))}`,
        ),
      );
    });

    it('can be debugged with a good image, twice: what was added before is not judged again', async () => {
      for (const container of ['first', 'second']) {
        const debug = ['debug', 'old', '--image=docker.io/busybox:1', `--container=${container}`, '--attach=false'];
        // oxlint-disable-next-line no-await-in-loop -- the second after the first
        const result = await suite().kubectl([...debug, '--profile=general']);
        expect(result).to.deep.equal({ code: 0, stdout: '', stderr: '' });
      }
    });

    it('cannot have its bad image changed to another bad one', async () => {
      const result = await suite().kubectl(['set', 'image', 'pod/old', 'bad=nginx:latest']);
      const sentences = [untrusted('bad', 'nginx:latest'), blockedTag('bad', 'nginx:latest')];
      expect(result).to.deep.equal(
        refused(
          `error: failed to patch image update to pod template: ${denial(about('Pod updates/old', sentences), podWebhook)}`,
        ),
      );
    });

    it('can have its bad image mended', async () => {
      const result = await suite().kubectl(['set', 'image', 'pod/old', `bad=${good}`]);
      expect(result).to.deep.equal(done('pod/old image updated'));
    });

    it('is judged also while it is being deleted, and can be let go', async () => {
      const { kubectl } = suite();
      await patched('pod/old', { metadata: { finalizers: ['example.com/kept'] } });
      expect(await kubectl(['delete', 'pod', 'old', '--now', '--wait=false'])).to.include({ code: 0, stderr: '' });
      const result = await kubectl(['set', 'image', 'pod/old', 'good=nginx']);
      expect(result).to.deep.equal(
        refused(
          `error: failed to patch image update to pod template: ${denial(about('Pod updates/old', [noTag('good', 'nginx'), untrusted('good', 'nginx')]))}`,
        ),
      );
      expect(await patched('pod/old', { metadata: { finalizers: null } })).to.deep.equal(done('pod/old patched'));
      const get = ['get', 'pod', 'old', '--ignore-not-found', '-o', 'name'];
      expect(await kubectl(get)).to.deep.equal({ code: 0, stdout: '', stderr: '' });
    });

    it('can be deleted', async () => {
      const result = await suite().kubectl(['delete', 'pod', 'old-swap', '--now']);
      expect(result).to.deep.equal(done('pod "old-swap" deleted from updates namespace'));
    });
  });

  describe('a Deployment', () => {
    it('can be labelled and scaled by its subresource, without the gate being asked', async () => {
      const asked = await reviewsOf(suite().gate, async () => {
        expect(await dry('label', 'deployment/old', 'a=b')).to.deep.equal(
          done('deployment.apps/old labeled (server dry run)'),
        );
        expect(await dry('scale', 'deployment/old', '--replicas=1')).to.deep.equal(
          done('deployment.apps/old scaled (server dry run)'),
        );
      });
      expect(asked).to.equal(0);
    });

    it('can be changed beside its template, without a warning', async () => {
      const patch = ['patch', 'deployment/old', '--patch', '{"spec":{"replicas":3,"minReadySeconds":1}}'];
      const asked = await reviewsOf(suite().gate, async () => {
        expect(await dry(...patch)).to.deep.equal(dryPatched('deployment.apps/old'));
      });
      expect(asked).to.equal(1);
    });

    it('goes through with a warning when its template changes around the bad image', async () => {
      const warnings = [...told('bad', 'nginx'), ...told('data', 'data')];
      expect(await suite().kubectl(['set', 'env', 'deployment/old', '--containers=good', 'A=b'])).to.deep.equal(
        done('deployment.apps/old env updated', warnings),
      );
      expect(await suite().kubectl(['set', 'image', 'deployment/old', 'good=docker.io/nginx:2'])).to.deep.equal(
        done('deployment.apps/old image updated', warnings),
      );
      expect(await suite().kubectl(['rollout', 'restart', 'deployment/old'])).to.deep.equal(
        done('deployment.apps/old restarted', warnings),
      );
    });

    it('is denied for what is new, and warned of what is old, at once', async () => {
      const result = await suite().kubectl(['set', 'image', 'deployment/old', 'good=docker.io/nginx:staging']);
      const warnings = [...told('bad', 'nginx'), ...told('data', 'data')].map((warning) => `Warning: ${warning}\n`);
      const sentences = [blockedTag('good', 'docker.io/nginx:staging')];
      expect(result).to.deep.equal({
        code: 1,
        stdout: '',
        stderr: `${warnings.join('')}error: failed to patch image update to pod template: ${denial(about('Deployment updates/old', sentences), workloadWebhook)}\n`,
      });
    });

    it('cannot have its bad image copied to another container', async () => {
      const { code, stderr } = await suite().kubectl(['set', 'image', 'deployment/old', 'good=nginx']);
      const sentences = [noTag('good', 'nginx'), untrusted('good', 'nginx')];
      expect(code).to.equal(1);
      expect(stderr)
        .to.match(/^Warning: bad image/)
        .and.contain(denial(about('Deployment updates/old', sentences), workloadWebhook));
    });

    it('has at most 15 warnings, the last of which says how many more there are', async () => {
      const result = await suite().kubectl(['set', 'env', 'deployment/many', 'A=b']);
      const all = Array.from({ length: 20 }, (_, index) => told(`c${index}`, `nginx${index}`)).flat();
      const warnings = [...all.slice(0, 14), '… and 26 more'];
      expect(result).to.deep.equal(done('deployment.apps/many env updated', warnings));
    });

    it('has a warning cut at 256 characters, but for what follows and the name of the rule', async () => {
      const result = await suite().kubectl(['set', 'env', 'deployment/long', 'A=b']);
      const end = '... Its new pods will be denied. [imagegate: blocked-tags]';
      const sentence = blockedTag('c', `docker.io/${'a'.repeat(200)}:latest`);
      const warning = sentence.slice(0, 256 - end.length) + end;
      expect(result).to.deep.equal(done('deployment.apps/long env updated', [warning]));
    });

    it('can be mended, which ends the warnings', async () => {
      const volumes = [{ name: 'data', $patch: 'delete' }];
      expect(await patched('deployment/old', { spec: { template: { spec: { volumes } } } })).to.deep.equal(
        done('deployment.apps/old patched', told('bad', 'nginx')),
      );
      const result = await suite().kubectl(['set', 'image', 'deployment/old', `bad=${good}`]);
      expect(result).to.deep.equal(done('deployment.apps/old image updated'));
    });
  });
});
