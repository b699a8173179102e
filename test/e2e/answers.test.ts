import { expect } from 'chai';
import { until } from '../until.ts';
import { auditAnnotations } from './audit-log.ts';
import { reviews } from './metric.ts';
import { deployment, pod, podSpec } from './objects.ts';
import {
  about,
  blockedTag,
  denial,
  noTag,
  notCreated,
  notValid,
  podWebhook,
  untrusted,
  workloadWebhook,
} from './sentences.ts';
import { behindTheGate } from './shared-installation.ts';

describe('answers', () => {
  const suite = behindTheGate('answers', async ({ create }) => {
    await create(deployment('old', podSpec('nginx', 'docker.io/nginx:1')));
  });

  /** What a program gets to see of a denial: the API server's answer to the same request. */
  const status = async (spec: object): Promise<{ readonly code: number; readonly body: unknown }> => {
    const { cluster, namespace } = suite();
    const path = `/api/v1/namespaces/${namespace}/pods?dryRun=All`;
    const answer = await cluster.api.send('POST', path, pod('x', { ...spec }));
    return { code: answer.status, body: JSON.parse(answer.text) as unknown };
  };

  it('hold every violation for programs too, with its rule and its field path', async () => {
    const spec = {
      initContainers: [{ name: 'init', image: 'docker.io/NGINX:1' }],
      ...podSpec('nginx', 'docker.io/nginx:latest'),
      volumes: [{ name: 'data', image: { reference: 'nginx:1' } }],
    };
    const violations = [
      {
        reason: 'valid-reference',
        message: notValid('init', 'docker.io/NGINX:1', 'A repository must be in lower case.'),
        field: 'spec.initContainers[0].image',
      },
      { reason: 'empty-tag', message: noTag('c0', 'nginx'), field: 'spec.containers[0].image' },
      { reason: 'registry-allowlist', message: untrusted('c0', 'nginx'), field: 'spec.containers[0].image' },
      {
        reason: 'blocked-tags',
        message: blockedTag('c1', 'docker.io/nginx:latest'),
        field: 'spec.containers[1].image',
      },
      { reason: 'registry-allowlist', message: untrusted('data', 'nginx:1'), field: 'spec.volumes[0].image.reference' },
    ];
    expect(await status(spec)).to.deep.equal({
      code: 403,
      body: {
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Failure',
        message: denial(
          about(
            'Pod answers/x',
            violations.map(({ message }) => message),
          ),
        ),
        details: { causes: violations },
        code: 403,
      },
    });
  });

  it('have at most 32 causes', async () => {
    const { body } = await status(podSpec(...Array.from({ length: 20 }, () => 'nginx')));
    const { causes } = (body as { details: { causes: { field: string }[] } }).details;
    expect(causes).to.have.length(32);
    expect(causes.at(-1)?.field).to.equal('spec.containers[15].image');
  });

  it('end at 4 KiB, and say how many violations there are besides', async () => {
    const images = Array.from({ length: 100 }, (_, index) => `evil.example.com/${'x'.repeat(index + 1)}:latest`);
    const all = images.flatMap((image, index) => [untrusted(`c${index}`, image), blockedTag(`c${index}`, image)]);
    const { code, stderr } = await suite().dryRun(pod('x', podSpec(...images)));
    expect(code).to.equal(1);
    const prefix = `Error from server: error when creating "STDIN": ${denial([])}`;
    expect(stderr.slice(0, prefix.length)).to.equal(prefix);
    const message = stderr.slice(prefix.length, -1);
    const lines = message.split('\n');
    const told = lines.slice(0, -2);
    expect(told).to.deep.equal(all.slice(0, told.length));
    expect(lines.at(-1)).to.equal('Pod answers/x, by registry-allowlist and blocked-tags.');
    expect(lines.at(-2)).to.equal(`… and ${all.length - told.length} more violations.`);
    expect(Buffer.byteLength(message)).to.be.at.most(4096);
    // No shorter than need be: the next sentence had no room.
    expect(Buffer.byteLength(message) + Buffer.byteLength(all[told.length] ?? '')).to.be.at.least(4096 - 40);
  });

  it('hold no line that an image forged', async () => {
    const image = 'nginx:1). Fine.\nError from server: admission webhook "other" denied the request: x (y';
    const reason = 'A reference has only ASCII characters, without blanks and control characters.';
    const result = await suite().dryRun(pod('x', podSpec(image)));
    expect(result).to.deep.equal(
      notCreated(about('Pod answers/x', [notValid('c0', image.replace('\n', '\\u{A}'), reason)])),
    );
  });

  it('are the same for a dry run, which is counted apart', async () => {
    const { gate, kubectl } = suite();
    const dryRuns = await reviews(gate, { dry_run: 'true' });
    const others = await reviews(gate, { dry_run: 'false' });
    for (const image of ['nginx:latest', 'docker.io/nginx:1']) {
      const run = ['run', `dry-${image.length}`, `--image=${image}`];
      // oxlint-disable-next-line no-await-in-loop -- the dry run first
      const dry = await kubectl([...run, '--dry-run=server']);
      // oxlint-disable-next-line no-await-in-loop -- then the other
      const real = await kubectl(run);
      expect({ ...dry, stdout: dry.stdout.replace(' (server dry run)', '') }).to.deep.equal(real);
    }
    expect(await reviews(gate, { dry_run: 'true' })).to.equal(dryRuns + 2);
    expect(await reviews(gate, { dry_run: 'false' })).to.be.at.least(others + 2); // controllers may be at work
  });

  describe('in the audit log', () => {
    const annotations = async (name: string) => auditAnnotations(suite().cluster, suite().namespace, name);

    it('have an annotation for each rule violated, with its sentences', async () => {
      await suite().dryRun(pod('audited', podSpec('nginx', 'redis', 'docker.io/nginx:latest', 'DOCKER.IO/x:1')));
      expect(await annotations('audited')).to.deep.equal({
        [`${podWebhook}/empty-tag`]: `${noTag('c0', 'nginx')}\n${noTag('c1', 'redis')}`,
        [`${podWebhook}/registry-allowlist`]: `${untrusted('c0', 'nginx')}\n${untrusted('c1', 'redis')}`,
        [`${podWebhook}/blocked-tags`]: blockedTag('c2', 'docker.io/nginx:latest'),
        [`${podWebhook}/valid-reference`]: notValid('c3', 'DOCKER.IO/x:1', 'A registry must be in lower case.'),
      });
    });

    it('are cut at 1 KiB each', async () => {
      const images = Array.from({ length: 30 }, (_, index) => `docker.io/nginx${index}`);
      await suite().dryRun(pod('audited-long', podSpec(...images)));
      const sentences = images.map((image, index) => noTag(`c${index}`, image)).join('\n');
      expect(await annotations('audited-long')).to.deep.equal({
        [`${podWebhook}/empty-tag`]: sentences.slice(0, 1024),
      });
    });

    it('are there for a warning too', async () => {
      const result = await suite().kubectl(['set', 'image', 'deployment/old', 'c1=docker.io/nginx:2']);
      expect(result).to.include({ code: 0 });
      expect(await annotations('old')).to.deep.equal({
        [`${workloadWebhook}/empty-tag`]: noTag('c0', 'nginx'),
        [`${workloadWebhook}/registry-allowlist`]: untrusted('c0', 'nginx'),
      });
    });

    it('are not there if nothing is wrong', async () => {
      expect(await suite().dryRun(pod('clean', podSpec('docker.io/nginx:1')))).to.include({ code: 0 });
      expect(await annotations('clean')).to.deep.equal({});
    });
  });

  it('are a line in the log of the gate, without images and without a user', async () => {
    const { gate, namespace } = suite();
    await suite().dryRun(pod('logged', podSpec('nginx')), 'developer');
    const manifest = { ...pod('', podSpec('docker.io/nginx:1')), metadata: { generateName: 'made-' } };
    expect(await suite().dryRun(manifest)).to.include({ code: 0 });
    const lineOf = async (prefix: string) => {
      const line = await until(() => gate.log().find(({ name }) => String(name).startsWith(prefix)), prefix);
      const { uid, time, ms, ...rest } = line;
      expect(uid).to.match(/^[0-9a-f-]{36}$/);
      expect(time).to.match(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
      expect(ms).to.be.within(0, 5000);
      return rest;
    };
    const common = { level: 'info', msg: 'review', operation: 'CREATE', kind: 'Pod', namespace, dryRun: true };
    expect(await lineOf('logged')).to.deep.equal({
      ...common,
      verdict: 'denied',
      name: 'logged',
      rules: ['empty-tag', 'registry-allowlist'],
    });
    // This API server has made the name by the time it asks; older ones leave it empty.
    const { name, ...made } = await lineOf('made-');
    expect(name).to.match(/^made-[a-z0-9]{5}$/);
    expect(made).to.deep.equal({ ...common, verdict: 'allowed' });
  });
});
