import { expect } from 'chai';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { until } from '../until.ts';
import { metric, reviews, reviewsOf } from './metric.ts';
import { deployment, pod, podSpec, type Json, type Manifest } from './objects.ts';
import { about, denial, done, noTag, notCreated, refused, untrusted, workloadWebhook } from './sentences.ts';
import { behindTheGate, type Suite } from './shared-installation.ts';

const sentences = [noTag('c0', 'nginx'), untrusted('c0', 'nginx')];
const denied = (name: string) => notCreated(about(`Pod requests/${name}`, sentences));

describe('requests', () => {
  const suite = behindTheGate('requests');

  describe('that are not for the gate', () => {
    it('are all those for kinds that make no pods', async () => {
      const table = [
        ['create configmap x --from-literal=image=nginx', 'configmap/x'],
        ['create secret generic x --from-literal=image=nginx', 'secret/x'],
        ['create service clusterip x --tcp=80', 'service/x'],
        ['create serviceaccount x', 'serviceaccount/x'],
        ['create role x --verb=get --resource=pods', 'role.rbac.authorization.k8s.io/x'],
        ['create poddisruptionbudget x --selector=a=b --min-available=1', 'poddisruptionbudget.policy/x'],
      ] as const;
      const asked = await reviewsOf(suite().gate, async () => {
        for (const [args, name] of table) {
          // oxlint-disable-next-line no-await-in-loop -- a handful
          const result = await suite().kubectl([...args.split(' '), '--dry-run=server']);
          expect(result, args).to.deep.equal(done(`${name} created (server dry run)`));
        }
      });
      expect(asked).to.equal(0);
    });

    it('are reading and deleting, and commands in a container', async () => {
      const { kubectl, gate } = suite();
      await kubectl(['run', 'x', '--image=docker.io/nginx:1']);
      const unasked = async () =>
        (await reviews(gate, { operation: 'DELETE' })) + (await reviews(gate, { operation: 'CONNECT' }));
      const before = await unasked();
      expect(await kubectl(['get', 'pod', 'x', '-o', 'name'])).to.deep.equal(done('pod/x'));
      expect(await kubectl(['exec', 'x', '--', 'true'])).to.deep.equal(
        // There is no node; the way there was open.
        refused('error: unable to upgrade connection: pod x does not have a host assigned'),
      );
      expect(await kubectl(['delete', 'pod', 'x', '--now'])).to.deep.equal(
        done('pod "x" deleted from requests namespace'),
      );
      expect(await unasked()).to.equal(before);
    });
  });

  describe('for a mirror pod', () => {
    const annotations = { 'kubernetes.io/config.mirror': '0123456789abcdef' };
    const mirror = pod('mirror', { nodeName: 'node-1', ...podSpec('nginx') }, { annotations });

    it('pass when a node shows its static pod: it runs already', async () => {
      expect(await suite().dryRun(mirror, 'node')).to.deep.equal(done('pod/mirror created (server dry run)'));
    });

    it('are denied for an ordinary user, who can write the annotation just as well', async () => {
      expect(await suite().dryRun(mirror, 'developer')).to.deep.equal(denied('mirror'));
      expect(await suite().dryRun(mirror, 'admin')).to.deep.equal(denied('mirror'));
    });

    for (const [what, user, group] of [
      ["a node's name without its group", 'system:node:node-1', 'system:masters'],
      ["a node's group without its name", 'jane', 'system:nodes'],
    ] as const) {
      it(`are denied for ${what}`, async () => {
        // Who is in system:masters may do anything, so that the request comes to the gate.
        const as = [`--as=${user}`, `--as-group=${group}`, '--as-group=system:masters'];
        const args = ['create', '-f', '-', '--dry-run=server', ...as];
        const result = await suite().kubectl(args, { input: JSON.stringify(mirror) });
        expect(result).to.deep.equal(denied('mirror'));
      });
    }

    it('are denied for a node without the annotation', async () => {
      expect(await suite().dryRun(pod('x', podSpec('nginx')), 'node')).to.deep.equal(denied('x'));
    });
  });

  describe('with what a requester may write', () => {
    const uid = '11111111-2222-3333-4444-555555555555';
    const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'x', uid, controller: true };
    for (const [what, metadata] of [
      ['an owner', { ownerReferences: [owner] }],
      ['the label of an exempt namespace', { labels: { 'imagegate/disable-filtering': 'true' } }],
      ['an annotation', { annotations: { 'imagegate/disable-filtering': 'true' } }],
      ['a time of deletion', { deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['example.com/x'] }],
    ] as const) {
      it(`are denied all the same: ${what}`, async () => {
        expect(await suite().dryRun(pod('x', podSpec('nginx'), metadata), 'developer')).to.deep.equal(denied('x'));
      });
    }
  });
});

describe('requests as large as the API server takes', function () {
  const suite = behindTheGate('large');

  // The API server writes `<` as six bytes, so a review of these is six times as large. kubectl writes them so too, and
  // gets less past the API server's limit: hence no kubectl here.
  const spec = (image: string, bytes: number): Json => ({
    containers: [{ name: 'c0', image, env: [{ name: 'LARGE', value: '<'.repeat(bytes) }] }],
  });
  const stored = 1_400_000; // etcd takes 1.5 MiB
  const sent = 3_100_000; // the API server takes 3 MiB
  const send = async (method: string, path: string, manifest: Manifest) => {
    const { status, text } = await suite().cluster.api.send(method, path, manifest);
    const { message } = JSON.parse(text) as { message?: string };
    return { status, message };
  };

  it('are judged on CREATE', async () => {
    const create = async (image: string) =>
      send('POST', '/api/v1/namespaces/large/pods?dryRun=All', pod('x', spec(image, sent)));
    expect(await create('docker.io/nginx:1')).to.deep.equal({ status: 201, message: undefined });
    expect(await create('nginx')).to.deep.equal({ status: 403, message: denial(about('Pod large/x', sentences)) });
  });

  it('are judged on UPDATE, where the old object comes as well', async () => {
    const path = '/apis/apps/v1/namespaces/large/deployments';
    const created = await send('POST', path, deployment('x', spec('docker.io/nginx:1', stored)));
    expect(created).to.deep.equal({ status: 201, message: undefined });
    const replace = async (image: string) => send('PUT', `${path}/x?dryRun=All`, deployment('x', spec(image, sent)));
    expect(await replace('docker.io/nginx:2')).to.deep.equal({ status: 200, message: undefined });
    expect(await replace('nginx')).to.deep.equal({
      status: 403,
      message: denial(about('Deployment large/x', sentences), workloadWebhook),
    });
  });
});

describe("requests by an operator's own webhook configuration", () => {
  const name = 'own.imagegate.test';
  const namespace = 'own-webhook';
  const suite = behindTheGate('own-webhook', async ({ cluster }) => {
    // So that no other entry judges what is sent there.
    await cluster.kubectl(['label', 'namespace', namespace, 'imagegate/disable-filtering=true']);
  });

  /** Lets one more webhook ask the gate, in the namespace of this suite only, and waits until it does. */
  const ask = async (
    { cluster, deploy }: Suite,
    rule: { readonly apiGroups: string[]; readonly operations: string[]; readonly resources: string[] },
    { admissionReviewVersions = ['v1'], path = '/validate' } = {},
  ) => {
    const shipped = parse(await readFile(join(deploy, 'webhook-with-ca.yaml'), 'utf8')) as {
      webhooks: { clientConfig: { service: object } }[];
    };
    const shippedConfig = shipped.webhooks[0]?.clientConfig;
    const clientConfig = { ...shippedConfig, service: { ...shippedConfig?.service, path } };
    const lease = { apiGroups: ['coordination.k8s.io'], operations: ['CREATE'], resources: ['leases'] };
    await cluster.apply(
      JSON.stringify({
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'ValidatingWebhookConfiguration',
        metadata: { name },
        webhooks: [
          {
            name,
            clientConfig,
            sideEffects: 'None',
            admissionReviewVersions,
            rules: [rule, lease].map((each) => ({ ...each, apiVersions: ['v1'] })),
            namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
          },
        ],
      }),
    );
    await until(isAsked, 'the webhook to be asked');
  };

  /** Whether the API server asks by such a configuration: its rules have a Lease, which makes no pods, for this. */
  const isAsked = async (): Promise<boolean> => {
    const { cluster, gate } = suite();
    const before = await metric(gate, 'imagegate_unknown_kinds_total', { dry_run: 'true' });
    const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'probe' } };
    const path = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases?dryRun=All`;
    await cluster.api.send('POST', path, lease);
    return (await metric(gate, 'imagegate_unknown_kinds_total', { dry_run: 'true' })) > before;
  };

  afterEach(async () => {
    await suite().cluster.kubectl(['delete', 'validatingwebhookconfiguration', name]);
    await until(async () => !(await isAsked()), 'the webhook to be gone');
  });

  it('for a kind that is not known pass with a warning, and are counted', async () => {
    await ask(suite(), { apiGroups: [''], operations: ['CREATE'], resources: ['configmaps'] });
    const before = await metric(suite().gate, 'imagegate_unknown_kinds_total', { dry_run: 'false' });
    expect(await suite().kubectl(['create', 'configmap', 'x', '--from-literal=image=nginx'])).to.deep.equal(
      done('configmap/x created', [
        'ImageGate does not know ConfigMap: its images are judged when it makes pods. [imagegate]',
      ]),
    );
    expect(await metric(suite().gate, 'imagegate_unknown_kinds_total', { dry_run: 'false' })).to.equal(before + 1);
  });

  it('for a subresource of a known kind pass: it is another kind', async () => {
    await ask(suite(), { apiGroups: ['apps'], operations: ['UPDATE'], resources: ['deployments/scale'] });
    await suite().kubectl(['create', 'deployment', 'x', '--image=nginx', '--replicas=0']);
    expect(await suite().kubectl(['scale', 'deployment/x', '--replicas=1'])).to.deep.equal(
      done('deployment.apps/x scaled', [
        'ImageGate does not know Scale.autoscaling: its images are judged when it makes pods. [imagegate]',
      ]),
    );
  });

  it('to delete pass, whatever is deleted', async () => {
    await ask(suite(), { apiGroups: [''], operations: ['DELETE'], resources: ['pods'] });
    await suite().kubectl(['run', 'bad', '--image=nginx']);
    const before = await reviews(suite().gate, { operation: 'DELETE', verdict: 'allowed' });
    expect(await suite().kubectl(['delete', 'pod', 'bad', '--now'])).to.deep.equal(
      done('pod "bad" deleted from own-webhook namespace'),
    );
    expect(await reviews(suite().gate, { operation: 'DELETE', verdict: 'allowed' })).to.be.greaterThan(before);
  });

  it('to connect pass', async () => {
    await ask(suite(), { apiGroups: [''], operations: ['CONNECT'], resources: ['pods/exec'] });
    await suite().kubectl(['run', 'connected', '--image=nginx']);
    const before = await reviews(suite().gate, { operation: 'CONNECT', verdict: 'allowed' });
    expect(await suite().kubectl(['exec', 'connected', '--', 'true'])).to.deep.equal(
      refused('error: unable to upgrade connection: pod connected does not have a host assigned'),
    );
    expect(await reviews(suite().gate, { operation: 'CONNECT', verdict: 'allowed' })).to.be.greaterThan(before);
  });

  it('in v1beta1 are answered in v1beta1', async () => {
    await ask(
      suite(),
      { apiGroups: [''], operations: ['CREATE'], resources: ['pods'] },
      {
        admissionReviewVersions: ['v1beta1'],
      },
    );
    await expectVerdicts();
  });

  it('to the path that ImageGate began with are answered too', async () => {
    await ask(suite(), { apiGroups: [''], operations: ['CREATE'], resources: ['pods'] }, { path: '/' });
    await expectVerdicts();
  });

  const expectVerdicts = async () => {
    expect(await suite().dryRun(pod('x', podSpec('nginx')))).to.deep.equal(
      notCreated(about('Pod own-webhook/x', sentences), name),
    );
    const result = await suite().dryRun(pod('x', podSpec('docker.io/nginx:1')));
    expect(result).to.deep.equal(done('pod/x created (server dry run)'));
  };
});
