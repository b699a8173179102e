import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { webhookEntries } from '../../../src/certificates/webhook-entries.ts';
import { connectWriter, type ClusterWriter } from '../../../src/cluster/cluster-writer.ts';
import type { JsonObject } from '../../../src/workload/json-object.ts';
import { makeCertificate } from '../../certificate.ts';
import { until } from '../../until.ts';
import { certificatesCluster, MUTATING_PATH, type CertificatesCluster } from './certificates-cluster.ts';

// oxlint-disable-next-line no-explicit-any -- it is changed at any place
type Entry = any;

const NAMES = 'Its entries have the names of mutating-webhook.yaml, after that of a profile.';
const SERVICE = 'Its entries ask the Service imagegate-webhook at /mutate, and nobody else.';
const KINDS = 'Its entries ask about pods, and nothing else.';
const IGNORE = 'While the gate does not answer, pods go on unchanged.';
const EXEMPT = 'It changes nothing in a namespace that is exempt.';

const expressions = (entry: Entry): Entry[] => entry.namespaceSelector.matchExpressions;

/** What the account may not make of the entries of two profiles, and what it is told. */
const REFUSED: Readonly<Record<string, readonly [change: (entries: Entry[]) => unknown, told: string]>> = {
  'an entry of another name': [(all) => (all[0].name = 'other.example.com'), NAMES],
  'an entry of the webhook that judges': [(all) => (all[0].name = 'prod.com.imagegate.webhook'), NAMES],
  'an entry that ends alike': [(all) => (all[1].name = 'mutate.com.imagegate.webhook.evil.com'), NAMES],
  'an address on the internet': [(all) => (all[0].clientConfig = { url: 'https://example.com/' }), SERVICE],
  'another Service': [(all) => (all[3].clientConfig.service.name = 'mine'), SERVICE],
  'another namespace': [(all) => (all[0].clientConfig.service.namespace = 'mine'), SERVICE],
  'another path': [(all) => (all[0].clientConfig.service.path = '/validate'), SERVICE],
  'no path': [(all) => delete all[0].clientConfig.service.path, SERVICE],
  'the path of another profile': [(all) => (all[1].clientConfig.service.path = '/mutate/lab'), SERVICE],
  Secrets: [(all) => all[0].rules.push({ ...all[0].rules[0], resources: ['secrets'] }), KINDS],
  everything: [(all) => (all[2].rules[0].resources = ['*']), KINDS],
  workloads: [(all) => (all[0].rules[0] = { ...all[0].rules[0], apiGroups: ['apps'], resources: ['pods'] }), KINDS],
  'Fail, by which a CA of its own would stop pods': [(all) => (all[1].failurePolicy = 'Fail'), IGNORE],
  'the namespace kube-system': [(all) => (expressions(all[0]).at(-1).values = ['imagegate']), EXEMPT],
  'all namespaces': [(all) => (all[0].namespaceSelector = {}), EXEMPT],
  'those that are exempt by their label': [(all) => expressions(all[1]).splice(1, 1), EXEMPT],
};

const ALLOWED: Readonly<Record<string, (entries: Entry[]) => unknown>> = {
  'the entries of two profiles': () => {},
  'none at all': (all) => all.splice(0),
  'more patience': (all) => (all[0].timeoutSeconds = 10),
  'a namespace more that is exempt': (all) => expressions(all[0]).at(-1).values.push('shop'),
};

describe('deploy/components/certificates-job/guard-mutating-webhook.yaml', function () {
  this.timeout(120_000);
  let there: CertificatesCluster;
  let writer: ClusterWriter;
  let shipped: readonly JsonObject[];
  let access: { readonly bundle: string; readonly token: string };

  before(async () => {
    there = await certificatesCluster();
    writer = await connectWriter({ kubeconfig: there.kubeconfig }, 'test');
    shipped = parse(await readFile(join(there.deploy, 'mutating-webhook.yaml'), 'utf8')).webhooks;
    access = { bundle: (await makeCertificate()).certificate, token: 'a'.repeat(64) };
    const bad = async () => written((all) => (all[0].failurePolicy = 'Fail'));
    await until(async () => (await bad()).status === 422, 'the policy to be in force');
  });
  after(async () => {
    await there?.remove();
  });

  const written = async (change: (entries: Entry[]) => unknown, profiles: readonly string[] = ['prod', 'lab']) => {
    const webhooks = structuredClone(webhookEntries(shipped, profiles, access)) as Entry[];
    change(webhooks);
    const [apiVersion, kind] = ['admissionregistration.k8s.io/v1', 'MutatingWebhookConfiguration'];
    const object = { apiVersion, kind, metadata: { name: 'com.imagegate.webhook' }, webhooks };
    const { status, body } = await writer.apply(MUTATING_PATH, object);
    if (status < 300) await there.cluster.api.send('DELETE', MUTATING_PATH);
    return { status, told: (body as { readonly message?: string }).message ?? '' };
  };

  for (const [what, [change, told]] of Object.entries(REFUSED)) {
    it(`lets the account not write ${what}`, async () => {
      const name = 'guard-mutating-webhook.imagegate.com';
      expect(await written(change)).to.deep.equal({
        status: 422,
        told:
          'mutatingwebhookconfigurations.admissionregistration.k8s.io "com.imagegate.webhook" is forbidden: ' +
          `ValidatingAdmissionPolicy '${name}' with binding '${name}' denied request: ${told}`,
      });
    });
  }
  for (const [what, change] of Object.entries(ALLOWED)) {
    it(`lets it write ${what}`, async () => {
      expect(await written(change)).to.deep.equal({ status: 201, told: '' });
    });
  }
  for (const profiles of [[], ['prod'], Array.from({ length: 16 }, (_, index) => `p${index}`)]) {
    it(`lets it write the entries of ${profiles.length} profiles`, async () => {
      expect(await written(() => {}, profiles)).to.deep.equal({ status: 201, told: '' });
    });
  }

  it('is all that it may write there', async () => {
    const other = MUTATING_PATH.replace(/[^/]+$/, 'other');
    const [apiVersion, kind] = ['admissionregistration.k8s.io/v1', 'MutatingWebhookConfiguration'];
    const answers = await Promise.all([
      writer.get(other),
      writer.apply(other, { apiVersion, kind, metadata: { name: 'other' } }),
      writer.remove(MUTATING_PATH),
    ]);
    expect(answers.map(({ status }) => status)).to.deep.equal([403, 403, 403]);
  });
});
