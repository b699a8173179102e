import { expect } from 'chai';
import { MUTATING_PATH } from './certificates-cluster.ts';
import { guardedEntries, type Entry, type Guard } from './guarded-entries.ts';

const NAMES = 'Its entries have the names of mutating-webhook.yaml, after that of a profile.';
const SERVICE = 'Its entries ask the Service imagegate-webhook at /mutate, and nobody else.';
const KINDS = 'Its entries ask about pods, and nothing else.';
const IGNORE = 'While the gate does not answer, pods go on unchanged.';
const EXEMPT = 'It changes nothing in a namespace that is exempt.';

const expressions = (entry: Entry): Entry[] => entry.namespaceSelector.matchExpressions;

/** What the account may not make of the entries of two profiles, and what it is told. */
const REFUSED: Guard['refused'] = {
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

const ALLOWED: Guard['allowed'] = {
  'the entries of two profiles': () => {},
  'none at all': (all) => all.splice(0),
  'more patience': (all) => (all[0].timeoutSeconds = 10),
  'a namespace more that is exempt': (all) => expressions(all[0]).at(-1).values.push('shop'),
};

describe('deploy/components/certificates-job-rewriting/guard-mutating-webhook.yaml', function () {
  this.timeout(120_000);
  const guarded = guardedEntries({
    file: 'mutating-webhook.yaml',
    kind: 'MutatingWebhookConfiguration',
    path: MUTATING_PATH,
    refused: REFUSED,
    allowed: ALLOWED,
    name: 'guard-mutating-webhook.imagegate.com',
  });

  it('is all that it may write there', async () => {
    const other = MUTATING_PATH.replace(/[^/]+$/, 'other');
    const [apiVersion, kind] = ['admissionregistration.k8s.io/v1', 'MutatingWebhookConfiguration'];
    const { writer } = guarded;
    const answers = await Promise.all([
      writer.get(other),
      writer.apply(other, { apiVersion, kind, metadata: { name: 'other' } }),
      writer.remove(MUTATING_PATH),
    ]);
    expect(answers.map(({ status }) => status)).to.deep.equal([403, 403, 403]);
  });
});
