import { type ClusterClient, unreadable, type Wanted } from '../cluster/cluster-client.ts';
import { OUR_NAMESPACE } from '../config-map/config-map.ts';
import { MistakesError } from '../mistake/mistake.ts';
import { isObject, type JsonObject, property } from '../workload/json-object.ts';
import type { Found, FoundWebhook, WebhookName } from './next-step.ts';
import { ENTRIES, shippedEntries } from './shipped-entries.ts';

const ADMISSION = 'admissionregistration.k8s.io';
/** Whose fields those are that are written here. */
export const MANAGER = 'imagegate-certificates';
export const WEBHOOK = 'com.imagegate.webhook';
export const SECRET = 'imagegate-webhook-certificates';

const OURS = `/namespaces/${OUR_NAMESPACE}`;
export const SECRET_PATH = `/api/v1${OURS}/secrets/${SECRET}`;
const ENTRIES_PATH = `/api/v1${OURS}/configmaps/${ENTRIES}`;
const DEPLOYMENT_PATH = `/apis/apps/v1${OURS}/deployments/imagegate-webhook`;

export const SECRET_RULE = { what: `the Secret ${SECRET}`, group: '', resource: 'secrets', verb: 'get' } as const;
/** Where each webhook is, and what it takes to read it. */
export const WEBHOOKS = {
  judging: webhookAt('ValidatingWebhookConfiguration', `the webhook ${WEBHOOK}`),
  rewriting: webhookAt('MutatingWebhookConfiguration', `the mutating webhook ${WEBHOOK}`),
} as const satisfies Readonly<Record<WebhookName, unknown>>;
const ENTRIES_RULE = { what: `the ConfigMap ${ENTRIES}`, group: '', resource: 'configmaps', verb: 'get' } as const;
const GATE_RULE = {
  what: 'the Deployment imagegate-webhook',
  group: 'apps',
  resource: 'deployments',
  verb: 'get',
} as const;

/** What is in the cluster, with the versions to make the condition of a write. */
export interface FoundObjects {
  readonly found: Found;
  readonly secretVersion: string | undefined;
  readonly webhookVersions: Readonly<Record<WebhookName, string | undefined>>;
}

/** @throws {MistakesError} if it cannot be read. */
export async function findObjects(client: ClusterClient): Promise<FoundObjects> {
  const shipped = shippedEntries(await optional(client, ENTRIES_PATH, ENTRIES_RULE, true));
  const isWanted = shipped.rewriting !== undefined;
  // The webhooks first: so what is written to one is never of an older Secret than the one that was written before.
  const [judging, rewriting] = await Promise.all([
    optional(client, WEBHOOKS.judging.path, WEBHOOKS.judging.rule),
    isWanted ? optional(client, WEBHOOKS.rewriting.path, WEBHOOKS.rewriting.rule) : undefined,
  ]);
  const [secret, gate] = [
    await optional(client, SECRET_PATH, SECRET_RULE),
    await optional(client, DEPLOYMENT_PATH, GATE_RULE),
  ];
  const data = secret && Object.entries(property(secret, 'data') ?? {});
  const decoded = data?.map(
    ([key, base64]) => [key, Buffer.from(String(base64), 'base64').toString('latin1')] as const,
  );
  const ownTimes = [secret, judging, rewriting].flatMap(ownFields).map(({ time }) => Date.parse(String(time)));
  return {
    found: {
      files: decoded && Object.fromEntries(decoded),
      judging: foundWebhook(judging, shipped.judging),
      rewriting: shipped.rewriting && foundWebhook(rewriting, shipped.rewriting),
      changedAt: Math.max(0, ...ownTimes),
      profiles: shipped.profiles,
      isGateReady: Number(property(property(gate, 'status'), 'readyReplicas') ?? 0) > 0,
    },
    secretVersion: versionOf(secret),
    webhookVersions: { judging: versionOf(judging), rewriting: versionOf(rewriting) },
  };
}

function foundWebhook(webhook: JsonObject | undefined, shipped: readonly JsonObject[]): FoundWebhook {
  const entries = listAt(webhook, 'webhooks');
  return { entries, isOurs: ownsBundles(webhook, entries), shipped };
}

function webhookAt(kind: string, what: string) {
  const resource = `${kind.toLowerCase()}s`;
  const rule = { what, group: ADMISSION, resource, verb: 'get' } as const;
  return { kind, path: `/apis/${ADMISSION}/v1/${resource}/${WEBHOOK}`, rule };
}

/** `undefined` if it is not there, and need not be. */
async function optional(client: ClusterClient, path: string, rule: Wanted, isNeeded = false) {
  const answer = await client.get(path);
  if (answer.status === 404 && !isNeeded) return undefined;
  if (answer.status !== 200 || !isObject(answer.body)) throw new MistakesError([unreadable(client, answer, rule)]);
  return answer.body;
}

function versionOf(object: JsonObject | undefined): string | undefined {
  return object && String(property(object['metadata'], 'resourceVersion'));
}

function listAt(object: unknown, field: string): readonly JsonObject[] {
  const list = property(object, field);
  return Array.isArray(list) ? list.filter(isObject) : [];
}

/** What the API server has noted of fields that were written here. */
function ownFields(object: JsonObject | undefined): readonly JsonObject[] {
  return listAt(object?.['metadata'], 'managedFields').filter(({ manager }) => manager === MANAGER);
}

/** Whoever changes a field takes it from the one who owned it. */
function ownsBundles(webhook: JsonObject | undefined, entries: readonly JsonObject[]): boolean {
  return entries.every(({ name }) =>
    ownFields(webhook).some(({ fieldsV1 }) => {
      const path = ['f:webhooks', `k:${JSON.stringify({ name })}`, 'f:clientConfig', 'f:caBundle'];
      return path.reduce<unknown>(property, fieldsV1) !== undefined;
    }),
  );
}
