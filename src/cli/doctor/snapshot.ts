import { OUR_NAMESPACE } from '../../config-map/config-map.ts';
import type { KubernetesObject } from '../../manifest/manifest-items.ts';
import type { Mistake } from '../../mistake/mistake.ts';
import { isObject, type JsonObject } from '../../workload/json-object.ts';
import type { TriedPolicy } from '../tried-policy.ts';
import type { Diagnosis } from './diagnosis.ts';
import { at, hasAny, listAt, nameOf, textAt } from './fields.ts';
import type { MountedSecret } from './mounted-secret.ts';

/** What could not be read. */
export interface Unread {
  readonly unread: readonly Mistake[];
}

/** A pod of the gate, and what it says of itself (`/status`); `undefined` if it could not be asked. */
export interface Replica {
  readonly pod: KubernetesObject;
  readonly status: JsonObject | undefined;
  /** Why not. */
  readonly problem?: string;
}

/** All that checks look at, read once. */
export interface Snapshot {
  /** In milliseconds since 1970. */
  readonly now: number;
  /** By `group/Kind`; of Pods, Services and budgets, those of the gate's namespace. */
  readonly kinds: ReadonlyMap<string, readonly KubernetesObject[] | Unread>;
  /** The policy in force; with mistakes, if the gate would not take it. */
  readonly policy: TriedPolicy | { readonly mistakes: readonly Mistake[] } | Unread;
  /** The digest of both ConfigMaps, if they could be read. */
  readonly digest: string | undefined;
  readonly replicas: readonly Replica[];
  /** What the gate has from its Secrets, if no replica tells what is in them, and they may be read. */
  readonly secret: MountedSecret | undefined;
}

/** What is wrong in a snapshot; pure. */
export interface Check {
  /** The kinds that it cannot do without: where one could not be read, nothing would be no finding. */
  readonly needs: readonly string[];
  readonly diagnose: (snapshot: Snapshot) => readonly Diagnosis[];
}

export const WEBHOOKS = 'admissionregistration.k8s.io/ValidatingWebhookConfiguration';
export const DEPLOYMENT = 'apps/Deployment';
export const MUTATING = 'admissionregistration.k8s.io/MutatingWebhookConfiguration';
export const OUR_WEBHOOK = 'com.imagegate.webhook';
export const OUR_NAME = 'imagegate-webhook';
const POLICY_PATH = '/validate-policy';

/** The objects of a kind. */
export function ofKind({ kinds }: Pick<Snapshot, 'kinds'>, kind: string): readonly KubernetesObject[] {
  const found = kinds.get(kind) ?? [];
  return 'unread' in found ? [] : found;
}

/** The object of a kind and a name that the gate has. */
export function ours(snapshot: Pick<Snapshot, 'kinds'>, kind: string, name = OUR_NAME): KubernetesObject | undefined {
  return ofKind(snapshot, kind).find(
    (object) => nameOf(object) === name && [OUR_NAMESPACE, ''].includes(textAt(object, 'metadata.namespace')),
  );
}

/** The policy in force, if the gate takes it. */
export function policyOf({ policy }: Snapshot): TriedPolicy | undefined {
  return 'ruleset' in policy ? policy : undefined;
}

/** An entry of the gate's webhook, or of the one that rewrites. */
export interface Entry {
  readonly name: string;
  /** The object that it is in. */
  readonly where: string;
  readonly entry: unknown;
  readonly path: string;
  /** Whether it asks about images; otherwise it asks about the gate's own ConfigMaps. */
  readonly isReview: boolean;
}

/** Those of the webhook that judges. */
export function entriesOf(snapshot: Snapshot, kind = WEBHOOKS): readonly Entry[] {
  const where = `${kind.split('/')[1]} ${OUR_WEBHOOK}`;
  return listAt(ours(snapshot, kind, OUR_WEBHOOK), 'webhooks').map((entry) => {
    const path = textAt(entry, 'clientConfig.service.path') || pathOfUrl(textAt(entry, 'clientConfig.url'));
    return { name: textAt(entry, 'name'), where, entry, path, isReview: !path.startsWith(POLICY_PATH) };
  });
}

/** Those of both webhooks; of the one that rewrites, if that is there and could be read. */
export function allEntriesOf(snapshot: Snapshot): readonly Entry[] {
  return [...entriesOf(snapshot), ...entriesOf(snapshot, MUTATING)];
}

function pathOfUrl(url: string): string {
  return URL.canParse(url) ? new URL(url).pathname : '';
}

/** Whether rules, as those of a webhook, match. @param resource with its subresource: `pods/ephemeralcontainers` */
export function isMatched(rules: readonly unknown[], group: string, resource: string, operation: string): boolean {
  const [main, sub] = resource.split('/');
  const resources = sub === undefined ? [main, '*', '*/*'] : [resource, `${main}/*`, `*/${sub}`, '*/*'];
  return rules.some(
    (rule) =>
      hasAny(rule, 'apiGroups', [group, '*']) &&
      hasAny(rule, 'resources', resources) &&
      hasAny(rule, 'operations', [operation, '*']) &&
      at(rule, 'scope') !== 'Cluster',
  );
}

/** The labels of a namespace, as far as they are known. */
export function namespaceLabels(snapshot: Snapshot, name: string): JsonObject {
  const namespace = ofKind(snapshot, '/Namespace').find((object) => nameOf(object) === name);
  const labels = at(namespace, 'metadata.labels');
  return { ...(isObject(labels) && labels), 'kubernetes.io/metadata.name': name };
}
