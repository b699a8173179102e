import { expect } from 'chai';
import { until } from '../until.ts';
import type { Manifest } from './objects.ts';
import { behindRules } from './rules-gate.ts';
import { about, blockedTag, denial, done, noTag, notCreated, untrusted } from './sentences.ts';

const webhook = 'rollouts.example.com';

/** A kind with a pod template, as Argo's Rollout, and one that has a list of them. */
const definition = (kind: string, plural: string): string =>
  JSON.stringify({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.kinds.example.com` },
    spec: {
      group: 'kinds.example.com',
      scope: 'Namespaced',
      names: { kind, plural, singular: kind.toLowerCase() },
      versions: [
        {
          name: 'v1alpha1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        },
      ],
    },
  });

const kinds = { Rollout: 'rollouts', Fleet: 'fleets', Stranger: 'strangers' };

const policy = `
podSpecs:
  - { group: kinds.example.com, kind: Rollout, path: spec.template.spec }
  - { group: kinds.example.com, kind: Fleet, path: 'spec.workloads[*].template.spec' }
rules:
  required-pull-policy:
    action: deny
    options: { policies: [{ images: [docker.io/acme/pulled], policy: Always }] }
`;

const template = (image: string): object => ({ spec: { containers: [{ name: 'c0', image }] } });
const object = (kind: string, name: string, spec: object): Manifest => ({
  apiVersion: 'kinds.example.com/v1alpha1',
  kind,
  metadata: { name },
  spec,
});

describe('kinds that the policy adds', () => {
  const gate = behindRules('custom-kind', {
    config: { 'policy.yaml': policy },
    entries: [
      {
        name: webhook,
        rules: [
          {
            apiGroups: ['kinds.example.com'],
            apiVersions: ['v1alpha1'],
            operations: ['CREATE', 'UPDATE'],
            resources: Object.values(kinds),
          },
        ],
      },
    ],
  });
  const created = (name: string, ...warnings: string[]) => done(`${name} created (server dry run)`, warnings);
  const rollout = (image: string) => object('Rollout', 'web', { replicas: 2, template: template(image) });

  before(async () => {
    const { cluster } = gate();
    for (const [kind, plural] of Object.entries(kinds)) {
      // oxlint-disable-next-line no-await-in-loop -- three of them
      await cluster.apply(definition(kind, plural));
    }
    const served = async () =>
      Promise.all(
        Object.values(kinds).map(async (plural) =>
          cluster.api.status(`/apis/kinds.example.com/v1alpha1/namespaces/custom-kind/${plural}`),
        ),
      );
    await until(async () => (await served()).every((status) => status === 200), 'the kinds');
  });

  after(async () => {
    const names = Object.values(kinds).map((plural) => `${plural}.kinds.example.com`);
    await gate().cluster.kubectl(['delete', 'customresourcedefinition', ...names, '--wait=false']);
  });

  it('are judged as workloads are', async () => {
    expect(await gate().dryRun(rollout('nginx'))).to.deep.equal(
      notCreated(about('Rollout custom-kind/web', [noTag('c0', 'nginx'), untrusted('c0', 'nginx')]), webhook),
    );
    expect(await gate().dryRun(rollout('docker.io/nginx:1'))).to.deep.equal(created('rollout.kinds.example.com/web'));
  });

  it('are judged in each item of a list', async () => {
    const images = ['docker.io/nginx:1', 'docker.io/nginx:latest', 'docker.io/nginx:staging'];
    const workloads = images.map((image) => ({ template: template(image) }));
    const sentences = images.slice(1).map((image) => blockedTag('c0', image));
    expect(await gate().dryRun(object('Fleet', 'all', { workloads }))).to.deep.equal(
      notCreated(about('Fleet custom-kind/all', sentences), webhook),
    );
  });

  it('have the pull policy that Kubernetes will fill in', async () => {
    const image = 'docker.io/acme/pulled:1';
    const { code, stderr } = await gate().dryRun(rollout(image));
    expect(code).to.equal(1);
    expect(stderr).to.include(`c0 image has the pull policy IfNotPresent! (${image}). Set imagePullPolicy to Always.`);
    const spec = { containers: [{ name: 'c0', image, imagePullPolicy: 'Always' }] };
    expect(await gate().dryRun(object('Rollout', 'web', { template: { spec } }))).to.deep.equal(
      created('rollout.kinds.example.com/web'),
    );
  });

  it('may be without a template', async () => {
    const spec = { workloadRef: { kind: 'Deployment', name: 'web' } };
    expect(await gate().dryRun(object('Rollout', 'web', spec))).to.deep.equal(created('rollout.kinds.example.com/web'));
  });

  it('are denied where the template is none', async () => {
    const words =
      'ImageGate cannot read the object, so it is denied: object.spec.template of a Rollout must be an object, found a string.';
    expect(await gate().dryRun(object('Rollout', 'web', { template: 'x' }))).to.deep.equal(
      notCreated([words], webhook),
    );
  });

  it('are denied for an image that is new, and no more than warned of one that is old', async () => {
    const { cluster, kubectl } = gate();
    const image = (name: string) => [
      'patch',
      'rollout.kinds.example.com/web',
      '--type=merge',
      '--patch',
      JSON.stringify({ spec: { template: { ...template(name), metadata: { labels: { a: 'b' } } } } }),
    ];
    const path = '/apis/kinds.example.com/v1alpha1/namespaces/custom-kind/rollouts';
    await kubectl(['label', 'namespace', 'custom-kind', 'imagegate/disable-filtering=true']);
    await until(
      async () => (await cluster.api.send('POST', path, rollout('docker.io/nginx:latest'))).status === 201,
      'a bad one to be let in',
    );
    await kubectl(['label', 'namespace', 'custom-kind', 'imagegate/disable-filtering-']);
    await until(
      async () => (await gate().dryRun(object('Rollout', 'other', { template: template('nginx') }))).code === 1,
      'the gate to ask again',
    );
    expect(await kubectl(image('docker.io/nginx:latest'))).to.deep.equal(
      done('rollout.kinds.example.com/web patched', [
        `${blockedTag('c0', 'docker.io/nginx:latest')} Its new pods will be denied. [imagegate: blocked-tags]`,
      ]),
    );
    const { code, stderr } = await kubectl(image('docker.io/nginx:staging'));
    expect(code).to.equal(1);
    expect(stderr).to.contain(
      denial(about('Rollout custom-kind/web', [blockedTag('c0', 'docker.io/nginx:staging')]), webhook),
    );
    // Where names are no help, nothing counts as unchanged.
    for (const names of [
      ['c0', 'c0'],
      [undefined, 'c1'],
    ]) {
      const containers = names.map((name) => ({ name, image: 'docker.io/nginx:latest' }));
      const patch = JSON.stringify({ spec: { template: { spec: { containers } } } });
      // oxlint-disable-next-line no-await-in-loop -- two of them
      const result = await kubectl(['patch', 'rollout.kinds.example.com/web', '--type=merge', '--patch', patch]);
      expect(result).to.include({ code: 1 });
      expect(result.stderr.match(/ image has a non-allowed tag! /g)).to.have.length(2);
    }
  });

  it('that the policy does not know are let pass with a warning', async () => {
    const words =
      'ImageGate does not know Stranger.kinds.example.com: its images are judged when it makes pods. [imagegate]';
    expect(await gate().dryRun(object('Stranger', 'web', { template: template('nginx') }))).to.deep.equal(
      created('stranger.kinds.example.com/web', words),
    );
  });
});
