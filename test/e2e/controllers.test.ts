import { expect } from 'chai';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { until } from '../until.ts';
import { deployment, podSpec } from './objects.ts';
import { about, denial, done, noTag, refused, untrusted, workloadWebhook } from './sentences.ts';
import { behindTheGate, type Suite } from './shared-installation.ts';

interface Event {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly involvedObject: { readonly kind: string; readonly name: string };
}

/** The events about objects of a kind whose names begin so, once there are any. */
async function eventsOf({ kubectl }: Suite, kind: string, name: string): Promise<readonly Event[]> {
  let all: readonly Event[] = [];
  return until(
    async () => {
      const { stdout } = await kubectl(['get', 'events', '-o', 'json']);
      all = (JSON.parse(stdout) as { items: Event[] }).items;
      const found = all.filter(({ involvedObject: of }) => of.kind === kind && of.name.startsWith(name));
      return found.length > 0 && found;
    },
    () => `an event of the ${kind} ${name}. There are ${JSON.stringify(all)}`,
  );
}

async function podsOf({ kubectl }: Pick<Suite, 'kubectl'>, label: string): Promise<readonly string[]> {
  const { stdout } = await kubectl(['get', 'pods', '-l', label, '-o', 'name']);
  return stdout.split('\n').filter((line) => line !== '');
}

describe('controllers behind the gate', () => {
  const suite = behindTheGate('controllers', async ({ cluster, create, kubectl }) => {
    await cluster.startControllers();
    await create(deployment('old', podSpec('nginx')));
    await create({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'old' },
      spec: { suspend: true, template: { spec: { ...podSpec('nginx'), restartPolicy: 'Never' } } },
    });
    await until(
      async () => (await kubectl(['get', 'replicasets', '-l', 'app=old', '-o', 'name'])).stdout !== '',
      'the ReplicaSet of the Deployment',
    );
  });

  const sentences = [noTag('c0', 'nginx'), untrusted('c0', 'nginx')];
  /** What an event about an object says, which makes pods of this name. */
  const failed = (name: string) => {
    const message = `Error creating: ${denial(about(`Pod controllers/${name}-*`, sentences))}`;
    return { type: 'Warning', reason: 'FailedCreate', message };
  };

  it('make no pods of a Deployment from before the gate, and an event says why', async () => {
    expect(await suite().kubectl(['scale', 'deployment/old', '--replicas=1'])).to.deep.equal(
      done('deployment.apps/old scaled'),
    );
    const [event] = await eventsOf(suite(), 'ReplicaSet', 'old-');
    expect(event).to.deep.include(failed(event?.involvedObject.name ?? ''));
    expect(await podsOf(suite(), 'app=old')).to.deep.equal([]);
  });

  it('tell it in the status of the Deployment too', async () => {
    const condition = await until(async () => {
      const { stdout } = await suite().kubectl(['get', 'deployment', 'old', '-o', 'json']);
      const { status } = JSON.parse(stdout) as { status: { conditions?: { type: string }[] } };
      return status.conditions?.find(({ type }) => type === 'ReplicaFailure');
    }, 'the condition ReplicaFailure');
    const [event] = await eventsOf(suite(), 'ReplicaSet', 'old-');
    const message = denial(about(`Pod controllers/${event?.involvedObject.name}-*`, sentences));
    expect(condition).to.deep.include({ status: 'True', reason: 'FailedCreate', message });
  });

  it('make no pods of a Job that was suspended before the gate came, and an event says why', async () => {
    const patch = ['patch', 'job', 'old', '--patch', '{"spec":{"suspend":false}}'];
    expect(await suite().kubectl(patch)).to.deep.equal(done('job.batch/old patched'));
    const events = await until(
      async () => (await eventsOf(suite(), 'Job', 'old')).find(({ type }) => type === 'Warning'),
      'the event of the Job',
    );
    expect(events).to.deep.include(failed('old'));
  });

  it('make no pods of a ReplicaSet that came while the gate was down', async () => {
    const { gate, create } = suite();
    await gate.stop();
    try {
      expect(await create(deployment('late', podSpec('nginx'), 1))).to.deep.equal(done('deployment.apps/late created'));
      await eventsOf(suite(), 'ReplicaSet', 'late-'); // its pods are refused for the outage
    } finally {
      await gate.start();
    }
    const told = async () =>
      (await eventsOf(suite(), 'ReplicaSet', 'late-')).find(
        ({ message, involvedObject: { name } }) => message === failed(name).message,
      );
    expect(await until(told, 'the event that says why')).to.include({ type: 'Warning', reason: 'FailedCreate' });
    expect(await podsOf(suite(), 'app=late')).to.deep.equal([]);
  });

  it('make the pods once the image is mended', async () => {
    const result = await suite().kubectl(['set', 'image', 'deployment/old', 'c0=docker.io/nginx:1']);
    expect(result).to.deep.equal(done('deployment.apps/old image updated'));
    await until(async () => (await podsOf(suite(), 'app=old')).length === 1, 'the pod');
  });

  it('cannot be led back to the bad image by kubectl rollout undo', async () => {
    const result = await suite().kubectl(['rollout', 'undo', 'deployment/old']);
    expect(result).to.deep.equal(
      refused(
        `error: failed restoring revision 0: ${denial(about('Deployment controllers/old', sentences), workloadWebhook)}`,
      ),
    );
  });

  it('make the two pods of the gate itself, in its namespace with its limits', async () => {
    const kubectl: Suite['kubectl'] = (args) => suite().cluster.kubectl(['-n', 'imagegate', ...args]);
    const label = 'app.kubernetes.io/name=imagegate-webhook';
    await until(async () => (await podsOf({ kubectl }, label)).length === 2, 'two pods in imagegate');
    const events = await kubectl(['get', 'events', '--field-selector', 'type=Warning', '-o', 'name']);
    expect(events).to.deep.equal({ code: 0, stdout: '', stderr: '' });
  });

  it('make the two pods of the shipped Deployment where it is not exempt: from an allowed registry it passes', async () => {
    const { deploy, kubectl, namespace } = suite();
    const documents = parseAllDocuments(await readFile(join(deploy, 'deployment.yaml'), 'utf8'));
    const shipped = documents.map((document) => document.toJS() as { kind: string; metadata: object });
    const copy = shipped.find(({ kind }) => kind === 'Deployment');
    const text = JSON.stringify({ ...copy, metadata: { ...copy?.metadata, namespace } });
    const input = text.replace('registry.example.com/', 'docker.io/acme/');
    expect(await kubectl(['apply', '-f', '-'], { input })).to.deep.equal(
      done('deployment.apps/imagegate-webhook created'),
    );
    const label = 'app.kubernetes.io/name=imagegate-webhook';
    await until(async () => (await podsOf(suite(), label)).length === 2, 'two pods');
  });
});
