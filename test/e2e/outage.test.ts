import { expect } from 'chai';
import { pod, podSpec, restrictedPodSpec } from './objects.ts';
import { about, done, notCreated, refused, untrusted } from './sentences.ts';
import { behindTheGate } from './shared-installation.ts';

const good = 'docker.io/nginx:1';

/** As large a pod as an update must not fail with: in CEL, to look for each image among the others would cost too much. */
const large = podSpec(...Array.from({ length: 6000 }, (_, index) => `docker.io/a:${index}`));

describe('while the gate is down', () => {
  const suite = behindTheGate('outage', async ({ kubectl, create }) => {
    await create(pod('old', { ...podSpec(good), initContainers: [{ name: 'init', image: good }] }));
    await create(pod('large', large));
    await kubectl(['create', 'deployment', 'old', `--image=${good}`, '--replicas=0']);
  });

  before(async () => {
    await suite().gate.stop();
  });

  after(async () => {
    await suite().gate.start();
  });

  /** What the API server says when nobody answers it. */
  const noAnswer = (): string =>
    'Internal error occurred: failed calling webhook "com.imagegate.webhook": failed to call webhook: ' +
    `Post "https://imagegate-webhook.imagegate.svc:${suite().gate.port}/validate?timeout=5s": ` +
    `dial tcp 127.0.0.1:${suite().gate.port}: connect: connection refused`;
  const imageUpdate = 'error: failed to patch image update to pod template: ';

  describe('refused are', () => {
    it('pods, good ones too', async () => {
      expect(await suite().kubectl(['run', 'nginx', `--image=${good}`])).to.deep.equal(
        refused(`Error from server (InternalError): ${noAnswer()}`),
      );
    });

    for (const [object, container] of [
      ['pod/old', 'c0'],
      ['pod/old', 'init'],
      ['pod/large', 'c5999'],
    ] as const) {
      it(`another image for ${container} of ${object}`, async () => {
        const result = await suite().kubectl(['set', 'image', object, `${container}=docker.io/nginx:2`]);
        expect(result).to.deep.equal(refused(imageUpdate + noAnswer()));
      });
    }

    it('ephemeral containers', async () => {
      const debug = ['debug', 'old', `--image=${good}`, '--container=debug', '--profile=general', '--attach=false'];
      expect(await suite().kubectl(debug)).to.deep.equal(refused(`Error from server (InternalError): ${noAnswer()}`));
    });
  });

  describe('not refused are', () => {
    it('labels and annotations of a pod, a large one too', async () => {
      const { kubectl } = suite();
      for (const name of ['old', 'large']) {
        // oxlint-disable-next-line no-await-in-loop -- two of them
        expect(await kubectl(['label', 'pod', name, 'a=b'])).to.deep.equal(done(`pod/${name} labeled`));
        // oxlint-disable-next-line no-await-in-loop -- two of them
        expect(await kubectl(['annotate', 'pod', name, 'a=b'])).to.deep.equal(done(`pod/${name} annotated`));
      }
    });

    for (const [what, patch] of Object.entries({
      'a finalizer': { op: 'add', path: '/metadata/finalizers', value: ['example.com/x'] },
      'that it goes': { op: 'remove', path: '/metadata/finalizers' },
      'a toleration': { op: 'add', path: '/spec/tolerations/-', value: { key: 'x', operator: 'Exists' } },
      'a deadline': { op: 'add', path: '/spec/activeDeadlineSeconds', value: 3600 },
    })) {
      it(`${what}, on a pod`, async () => {
        const args = ['patch', 'pod', 'old', '--type=json', '-p', JSON.stringify([patch])];
        expect(await suite().kubectl(args)).to.deep.equal(done('pod/old patched'));
      });
    }

    it('the status of a pod, and its deletion', async () => {
      const { kubectl } = suite();
      const patch = ['patch', 'pod', 'old', '--subresource=status', '-p', '{"status":{"message":"x"}}'];
      expect(await kubectl(patch)).to.deep.equal(done('pod/old patched'));
      await kubectl(['patch', 'pod', 'old', '-p', '{"metadata":{"finalizers":["example.com/x"]}}']);
      await kubectl(['delete', 'pod', 'old', '--now', '--wait=false']);
      await kubectl(['patch', 'pod', 'old', '-p', '{"metadata":{"finalizers":null}}']);
      expect(await kubectl(['get', 'pod', 'old'])).to.deep.equal(
        refused('Error from server (NotFound): pods "old" not found'),
      );
    });

    it('workloads, bad ones too: their pods are judged when the gate is back', async () => {
      const { kubectl } = suite();
      const create = ['create', 'deployment', 'bad', '--image=nginx', '--replicas=0'];
      expect(await kubectl(create)).to.deep.equal(done('deployment.apps/bad created'));
      const set = ['set', 'image', 'deployment/old', 'nginx=nginx:latest'];
      expect(await kubectl(set)).to.deep.equal(done('deployment.apps/old image updated'));
      expect(await kubectl(['scale', 'deployment/old', '--replicas=0'])).to.deep.equal(
        done('deployment.apps/old scaled'),
      );
    });

    it('pods of exempt namespaces, the gate among them', async () => {
      for (const [namespace, spec] of [
        ['imagegate', restrictedPodSpec('nginx')],
        ['kube-system', podSpec('nginx')],
      ] as const) {
        // oxlint-disable-next-line no-await-in-loop -- two of them
        const result = await suite().cluster.kubectl(['create', '-n', namespace, '--dry-run=server', '-f', '-'], {
          input: JSON.stringify(pod('x', spec)),
        });
        expect(result, namespace).to.deep.equal(done('pod/x created (server dry run)'));
      }
    });

    it('everything else', async () => {
      const result = await suite().kubectl(['create', 'configmap', 'x', '--from-literal=a=b']);
      expect(result).to.deep.equal(done('configmap/x created'));
    });
  });

  it('it needs only to come back', async () => {
    await suite().gate.start();
    expect(await suite().dryRun(pod('x', podSpec(good)))).to.deep.equal(done('pod/x created (server dry run)'));
    const result = await suite().dryRun(pod('x', podSpec('nginx:1')));
    expect(result).to.deep.equal(notCreated(about('Pod outage/x', [untrusted('c0', 'nginx:1')])));
    await suite().gate.stop();
  });
});
