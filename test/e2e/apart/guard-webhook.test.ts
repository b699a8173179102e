import { expect } from 'chai';
import { MUTATING_PATH, SECRET_PATH, WEBHOOK_PATH } from './certificates-cluster.ts';
import { guardedEntries, type Entry, type Guard } from './guarded-entries.ts';

const NAMES = 'Its entries have the names of webhook.yaml, after that of a profile.';
const SERVICE = 'Its entries ask the Service imagegate-webhook, and nobody else.';
const KINDS = "Its entries ask about pods, workloads and the gate's own ConfigMaps, and nothing else.";
const STAYS = 'Its entry com.imagegate.webhook stays.';
const PODS = 'Every pod is asked about, by the conditions and under the failure policy of webhook.yaml.';
const EXEMPT = 'No namespace is exempt but those of webhook.yaml.';
const PROFILES = 'Whatever the label imagegate/profile of a namespace is, exactly one entry asks about its pods.';
const MAPS = "Of ConfigMaps, it asks about those of the gate's own namespace.";

const byName = (entries: Entry[], name: string): Entry => entries.find((entry) => entry.name === name);
const expressions = (entry: Entry): Entry[] => entry.namespaceSelector.matchExpressions;

/** What the account may not make of the entries of two profiles, and what it is told. */
const REFUSED: Guard['refused'] = {
  'no entry at all': [(all) => all.splice(0), STAYS],
  'all but the entry for pods': [(all) => all.shift(), STAYS],
  'an entry of another name': [(all) => (all[0].name = 'other.example.com'), NAMES],
  'an entry that ends alike': [(all) => (all[3].name = 'xcom.imagegate.webhook.evil.com'), NAMES],
  'an address on the internet': [(all) => (all[0].clientConfig = { url: 'https://example.com/' }), SERVICE],
  'another Service': [(all) => (all[4].clientConfig.service.name = 'mine'), SERVICE],
  'another namespace': [(all) => (all[0].clientConfig.service.namespace = 'mine'), SERVICE],
  Secrets: [(all) => all[0].rules.push({ ...all[0].rules[0], resources: ['secrets'] }), KINDS],
  everything: [(all) => (all[4].rules[0].resources = ['*']), KINDS],
  'pods in the entry for ConfigMaps': [(all) => (all.at(-1).rules[0].resources = ['pods']), KINDS],
  'the ConfigMaps of all': [(all) => (all.at(-1).namespaceSelector = {}), MAPS],
  'Ignore for pods': [(all) => (all[1].failurePolicy = 'Ignore'), PODS],
  'no rule for ephemeral containers': [(all) => all[0].rules.pop(), PODS],
  'creations alone': [(all) => (all[2].rules[0].operations = ['CREATE']), PODS],
  'a version that is none': [(all) => (all[0].rules[0].apiVersions = ['v0']), PODS],
  'the exact version alone': [(all) => (all[0].matchPolicy = 'Exact'), PODS],
  'a label of objects': [(all) => (all[0].objectSelector = { matchLabels: { a: 'b' } }), PODS],
  'a condition that nothing meets': [(all) => (all[0].matchConditions[0].expression = 'false'), PODS],
  'a second condition': [(all) => all[0].matchConditions.push({ name: 'b', expression: 'false' }), PODS],
  'no condition': [(all) => delete all[1].matchConditions, PODS],
  'a namespace more that is exempt': [(all) => expressions(all[0]).at(-1).values.push('shop'), EXEMPT],
  'a label that exempts': [
    (all) => expressions(all[0]).push({ key: 'team', operator: 'NotIn', values: ['a'] }),
    EXEMPT,
  ],
  'a label that is demanded': [(all) => (all[0].namespaceSelector.matchLabels = { team: 'a' }), EXEMPT],
  'a profile that no entry asks about': [(all) => expressions(all[3])[1].values.push('dev'), PROFILES],
  'a profile whose entry asks about another': [(all) => (expressions(all[1])[0].values = ['dev']), PROFILES],
  'no entry for other profiles': [(all) => all.splice(3, 1), PROFILES],
  'no entry for a profile that others leave out': [(all) => all.splice(1, 1), PROFILES],
  'an entry for no label that asks about one': [
    (all) => (expressions(all[0])[0] = { key: 'imagegate/profile', operator: 'Exists' }),
    PROFILES,
  ],
};

const ALLOWED: Guard['allowed'] = {
  'the entries of two profiles': () => {},
  'workloads under Fail, for longer': (all) =>
    Object.assign(byName(all, 'workloads.com.imagegate.webhook'), { failurePolicy: 'Fail', timeoutSeconds: 10 }),
  'fewer namespaces that are exempt': (all) => (expressions(all[0]).at(-1).values = ['imagegate']),
  'no exempting label': (all) => expressions(all[0]).splice(1, 1),
};

describe('deploy/components/certificates-job/guard-webhook.yaml', function () {
  this.timeout(120_000);
  const guarded = guardedEntries({
    file: 'webhook.yaml',
    kind: 'ValidatingWebhookConfiguration',
    path: WEBHOOK_PATH,
    refused: REFUSED,
    allowed: ALLOWED,
    name: 'guard-webhook.imagegate.com',
  });

  it('stops nobody else', async () => {
    const { status } = await guarded.there.cluster.api.send('PATCH', `${WEBHOOK_PATH}-none`, {});
    expect(status).to.equal(404);
    const config = { metadata: { name: 'com.imagegate.webhook' }, webhooks: [] };
    const made = await guarded.there.cluster.api.send('POST', WEBHOOK_PATH.replace(/\/[^/]+$/, ''), config);
    expect(made.status).to.equal(201);
    await guarded.there.cluster.api.send('DELETE', WEBHOOK_PATH);
  });

  it('is all that the account may write, beside its Secret', async () => {
    const secret = SECRET_PATH.replace(/[^/]+$/, 'other');
    const webhook = WEBHOOK_PATH.replace(/[^/]+$/, 'other');
    const metadata = { name: 'other' };
    const { writer } = guarded;
    const answers = await Promise.all([
      writer.get(secret),
      writer.get('/api/v1/secrets'),
      writer.apply(secret, { apiVersion: 'v1', kind: 'Secret', metadata }),
      writer.get(webhook),
      writer.apply(webhook, {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'ValidatingWebhookConfiguration',
        metadata,
      }),
      writer.apply('/api/v1/namespaces/imagegate/configmaps/imagegate-webhook-entries', {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'imagegate-webhook-entries' },
      }),
      writer.get('/api/v1/namespaces/imagegate/pods'),
      // Of what rewrites, without the component for it.
      writer.get(MUTATING_PATH),
      writer.apply(MUTATING_PATH, {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'MutatingWebhookConfiguration',
        metadata: { name: 'com.imagegate.webhook' },
      }),
    ]);
    expect(answers.map(({ status }) => status)).to.deep.equal(Array(9).fill(403));
  });
});
