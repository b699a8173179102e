import { expect } from 'chai';
import type { Json } from './objects.ts';
import {
  denial,
  done,
  about,
  noTag,
  notCreated,
  notReplaced,
  podWebhook,
  refused,
  untrusted,
  workloadWebhook,
} from './sentences.ts';
import { behindTheGate } from './shared-installation.ts';
import { bad, good, kinds, places, podSpecWith } from './workload-manifests.ts';

describe('images in workloads', () => {
  const suite = behindTheGate('workloads');

  for (const { name, manifest, immutable = {} } of kinds) {
    describe(name, () => {
      const webhook = name === 'pod' ? podWebhook : workloadWebhook;
      const object = `${manifest({}).kind} workloads/x`;
      // A Job cannot be replaced by what lacks the selector that it was given.
      const update = async (spec: Json) => {
        if (name !== 'job.batch') return suite().dryReplace(manifest(spec));
        const patch = JSON.stringify({ spec: { template: { spec } } });
        return suite().kubectl(['patch', 'job', 'x', '--dry-run=server', '--patch', patch]);
      };

      it('is created with good images, without a warning', async () => {
        expect(await suite().create(manifest(podSpecWith()))).to.deep.equal(done(`${name}/x created`));
      });

      it('is updated with other good images, without a warning', async () => {
        const spec = { ...podSpecWith({ main: 'gcr.io/nginx:2' }) };
        if (immutable.main !== undefined) expect((await update(spec)).stderr).to.match(immutable.main);
        else expect(await update(spec)).to.deep.equal(done(`${name}/x replaced (server dry run)`));
      });

      for (const place of places) {
        const sentences = [noTag(place, bad), untrusted(place, bad)];

        it(`is not created with a bad image: ${place}`, async () => {
          const result = await suite().dryRun(manifest(podSpecWith({ [place]: bad })));
          expect(result).to.deep.equal(notCreated(about(object, sentences), webhook));
        });

        const own = immutable[place];
        const reason = own ? ', since the API server itself refuses any change there' : '';
        it(`is not updated with a bad image: ${place}${reason}`, async () => {
          const result = await update(podSpecWith({ [place]: bad }));
          if (own === undefined) expect(result).to.deep.equal(notReplaced(about(object, sentences), webhook));
          else expect(result.stderr).to.match(own);
        });
      }

      it('is denied with all that is wrong, in the order of the pod spec', async () => {
        const spec = podSpecWith({ volume: 'v', main: 'm', sidecar: 's', init: 'i' });
        const sentences = [
          ['init', 'i'],
          ['sidecar', 's'],
          ['main', 'm'],
          ['volume', 'v'],
        ].flatMap(([place = '', image = '']) => [noTag(place, image), untrusted(place, image)]);
        expect(await suite().dryRun(manifest(spec))).to.deep.equal(notCreated(about(object, sentences), webhook));
      });
    });
  }

  describe('ephemeral containers', () => {
    const debug = (image: string, container: string) => [
      'debug',
      'x',
      `--image=${image}`,
      `--container=${container}`,
      '--profile=general',
      '--attach=false',
    ];

    it('are added with a good image', async () => {
      expect(await suite().kubectl(debug('docker.io/busybox:1', 'good'))).to.deep.equal({
        code: 0,
        stdout: '',
        stderr: '',
      });
    });

    it('are not added with a bad image', async () => {
      const result = await suite().kubectl(debug('busybox', 'bad'));
      const sentences = [noTag('bad', 'busybox'), untrusted('bad', 'busybox')];
      expect(result).to.deep.equal(refused(`Error from server: ${denial(about('Pod workloads/x', sentences))}`));
    });

    it('cannot stand in a new pod, nor in a template: the API server itself refuses them', async () => {
      const spec = { ...podSpecWith(), ephemeralContainers: [{ name: 'debug', image: bad }] };
      for (const { name, manifest } of kinds) {
        // oxlint-disable-next-line no-await-in-loop -- nine of them
        const { code, stderr } = await suite().dryRun(manifest(spec));
        expect(code, name).to.equal(1);
        expect(stderr, name).to.match(/phemeral ?[cC]ontainers.*(?:Forbidden|not allowed|cannot be set)/);
      }
    });
  });

  describe("kubectl's own commands", () => {
    const sentences = (container: string, image: string) => [noTag(container, image), untrusted(container, image)];
    const table: readonly [args: string, prefix: string, container: string, webhook: string, object?: string][] = [
      ['run y --image=nginx', 'Error from server: ', 'y', podWebhook],
      [
        'create deployment y --image=nginx',
        'error: failed to create deployment: ',
        'nginx',
        workloadWebhook,
        'Deployment workloads/y',
      ],
      ['create job y --image=nginx', 'error: failed to create job: ', 'y', workloadWebhook, 'Job workloads/y'],
      [
        'create cronjob y --image=nginx --schedule=@daily',
        'error: failed to create cronjob: ',
        'y',
        workloadWebhook,
        'CronJob workloads/y',
      ],
      [
        'set image pod/x main=nginx',
        'error: failed to patch image update to pod template: ',
        'main',
        podWebhook,
        'Pod workloads/x',
      ],
      [
        'set image deployment/x main=nginx',
        'error: failed to patch image update to pod template: ',
        'main',
        workloadWebhook,
        'Deployment workloads/x',
      ],
      [
        'set image statefulset/x main=nginx',
        'error: failed to patch image update to pod template: ',
        'main',
        workloadWebhook,
        'StatefulSet workloads/x',
      ],
      [
        'set image daemonset/x main=nginx',
        'error: failed to patch image update to pod template: ',
        'main',
        workloadWebhook,
        'DaemonSet workloads/x',
      ],
      [
        'set image cronjob/x main=nginx',
        'error: failed to patch image update to pod template: ',
        'main',
        workloadWebhook,
        'CronJob workloads/x',
      ],
    ];
    for (const [args, prefix, container, webhook, object] of table) {
      it(`kubectl ${args}: denied`, async () => {
        const result = await suite().kubectl(args.split(' '));
        // A Pod that its container is called like needs no more.
        const all = sentences(container, 'nginx');
        const said = object === undefined ? all : about(object, all);
        expect(result).to.deep.equal(refused(prefix + denial(said, webhook)));
      });
    }

    const deployment = (image: string, name: string) => {
      const { manifest } = kinds.find((kind) => kind.name === 'deployment.apps') ?? {};
      return JSON.stringify({ ...manifest?.(podSpecWith({ main: image })), metadata: { name } });
    };

    for (const flags of ['', ' --server-side']) {
      it(`kubectl apply${flags} of a new Deployment: denied`, async () => {
        const args = `apply${flags} -f -`.split(' ');
        const result = await suite().kubectl(args, { input: deployment(bad, 'new') });
        const where = flags === '' ? 'error when creating "STDIN": ' : '';
        const text = `Error from server: ${where}${denial(about('Deployment workloads/new', sentences('main', bad)), workloadWebhook)}`;
        expect(result).to.deep.equal(refused(text));
      });

      it(`kubectl apply${flags} to a Deployment: denied`, async () => {
        const name = `applied${flags === '' ? '' : '-server-side'}`;
        const args = `apply${flags} -f -`.split(' ');
        const suffix = flags === '' ? 'created' : 'serverside-applied';
        expect(await suite().kubectl(args, { input: deployment(good, name) })).to.deep.equal(
          done(`deployment.apps/${name} ${suffix}`),
        );
        const { code, stdout, stderr } = await suite().kubectl(args, { input: deployment(bad, name) });
        expect({ code, stdout }).to.deep.equal({ code: 1, stdout: '' });
        // Between these, a client-side apply prints its patch.
        const end = `${denial(about(`Deployment workloads/${name}`, sentences('main', bad)), workloadWebhook)}\n`;
        expect(stderr).to.match(/^Error from server: /);
        expect(stderr.slice(-end.length)).to.equal(end);
      });
    }

    it('kubectl create deployment with a good image: created', async () => {
      const result = await suite().kubectl(['create', 'deployment', 'y', '--image=docker.io/nginx:1.27']);
      expect(result).to.deep.equal(done('deployment.apps/y created'));
    });

    it('kubectl set image with a good image: updated', async () => {
      for (const workload of ['pod/x', 'deployment.apps/x']) {
        // oxlint-disable-next-line no-await-in-loop -- two of them
        const result = await suite().kubectl(['set', 'image', workload, 'main=docker.io/nginx:3']);
        expect(result).to.deep.equal(done(`${workload} image updated`));
      }
    });

    it('kubectl scale: scaled', async () => {
      const result = await suite().kubectl(['scale', 'deployment/x', '--replicas=1']);
      expect(result).to.deep.equal(done('deployment.apps/x scaled'));
    });

    it('kubectl rollout restart: restarted', async () => {
      const result = await suite().kubectl(['rollout', 'restart', 'deployment/x']);
      expect(result).to.deep.equal(done('deployment.apps/x restarted'));
    });

    it('kubectl delete: deleted', async () => {
      const result = await suite().kubectl(['delete', 'pod', 'x', '--now']);
      expect(result).to.deep.equal(done('pod "x" deleted from workloads namespace'));
    });
  });
});
