import { type ClusterClient, unreadable, type Wanted } from '../cluster/cluster-client.ts';
import { OUR_NAMESPACE } from '../config-map/config-map.ts';
import { MANIFEST, MANIFEST_INVALID } from '../manifest/manifest-items.ts';
import { type Mistake, MistakesError, within } from '../mistake/mistake.ts';
import { isObject, type JsonObject, property, textAt } from '../workload/json-object.ts';
import { yamlDocuments } from '../yaml/yaml-document.ts';
import type { Found } from './next-step.ts';

/** Whose fields those are that are written here. */
export const MANAGER = 'imagegate-certificates';
export const WEBHOOK = 'com.imagegate.webhook';
export const SECRET = 'imagegate-webhook-certificates';
/** `webhook.yaml` as it is shipped, and `profiles`. */
const ENTRIES = 'imagegate-webhook-entries';

const OURS = `/namespaces/${OUR_NAMESPACE}`;
export const SECRET_PATH = `/api/v1${OURS}/secrets/${SECRET}`;
export const WEBHOOK_PATH = `/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/${WEBHOOK}`;
const ENTRIES_PATH = `/api/v1${OURS}/configmaps/${ENTRIES}`;
const DEPLOYMENT_PATH = `/apis/apps/v1${OURS}/deployments/imagegate-webhook`;

export const SECRET_RULE = { what: `the Secret ${SECRET}`, group: '', resource: 'secrets', verb: 'get' } as const;
export const WEBHOOK_RULE = {
  what: `the webhook ${WEBHOOK}`,
  group: 'admissionregistration.k8s.io',
  resource: 'validatingwebhookconfigurations',
  verb: 'get',
} as const;
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
  readonly webhookVersion: string | undefined;
}

/** @throws {MistakesError} if it cannot be read. */
export async function findObjects(client: ClusterClient): Promise<FoundObjects> {
  // The webhook first: so what is written to it is never of an older Secret than the one that was written before.
  const webhook = await optional(client, WEBHOOK_PATH, WEBHOOK_RULE);
  const secret = await optional(client, SECRET_PATH, SECRET_RULE);
  const [config, gate] = await Promise.all([
    optional(client, ENTRIES_PATH, ENTRIES_RULE, true),
    optional(client, DEPLOYMENT_PATH, GATE_RULE),
  ]);
  const data = secret && Object.entries(property(secret, 'data') ?? {});
  const decoded = data?.map(
    ([key, base64]) => [key, Buffer.from(String(base64), 'base64').toString('latin1')] as const,
  );
  const entries = listAt(webhook, 'webhooks');
  return {
    found: {
      files: decoded && Object.fromEntries(decoded),
      entries,
      isOurs: ownsBundles(webhook, entries),
      changedAt: Math.max(0, ...[secret, webhook].flatMap(ownFields).map(({ time }) => Date.parse(String(time)))),
      ...shippedEntries(config),
      isGateReady: Number(property(property(gate, 'status'), 'readyReplicas') ?? 0) > 0,
    },
    secretVersion: versionOf(secret),
    webhookVersion: versionOf(webhook),
  };
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

/** Labels: lower case, digits and inner hyphens; some names are those of other entries. */
const PROFILE_FORM = /^(?!(?:unknown|policy|workloads)$)[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;
const MAX_PROFILES = 16;

function shippedEntries(config: JsonObject | undefined): Pick<Found, 'shipped' | 'profiles'> {
  const data = property(config, 'data');
  const source = { name: 'webhook.yaml', in: 'ConfigMap', configMap: ENTRIES };
  const [document, second] = yamlDocuments(textAt(data, 'webhook.yaml'), source, MANIFEST);
  const shipped = listAt(document!.value, 'webhooks');
  const profiles = textAt(data, 'profiles')
    .split(/[\s,]+/)
    .filter((name) => name !== '');
  const bad = profiles.filter((name) => !PROFILE_FORM.test(name));
  const mistakes = [...document!.mistakes];
  if (shipped.length === 0 || second !== undefined) {
    mistakes.push(invalid(source, 'the one manifest of the webhook, with entries', second ? 'another one' : 'none'));
  }
  if (bad.length > 0 || profiles.length > MAX_PROFILES) {
    const expected = `at most ${MAX_PROFILES} names of profiles, of 1 to 63 lower-case letters, digits and inner hyphens`;
    mistakes.push(invalid({ ...source, name: 'profiles' }, expected, bad.join(', ') || `${profiles.length} of them`));
  }
  if (mistakes.length > 0) throw new MistakesError(mistakes);
  return { shipped, profiles };
}

function invalid(source: Mistake['source'], expected: string, found: string): Mistake {
  const remedy = 'Apply the ConfigMap as it is shipped.';
  return { code: MANIFEST_INVALID, ...within({ source }), expected, found, remedy };
}
