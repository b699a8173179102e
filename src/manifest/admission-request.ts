import type { AdmissionRequest } from '../admission/admission-review.ts';
import { isObject, property, textOf, UnreadableWorkloadError } from '../workload/json-object.ts';
import { podSpecs } from '../workload/pod-spec.ts';
import type { KubernetesObject } from './manifest-items.ts';

/** The namespace where none is said, as for kubectl. */
export const DEFAULT_NAMESPACE = 'default';

export interface Sender {
  /** Of objects that name none; by default `default`. */
  readonly namespace?: string | undefined;
  /** By default `check`, whom no exemption knows. */
  readonly user?: string | undefined;
}

/**
 * The request to create an object, as the API server would send it. It takes the object over: what the API server would
 * fill in is filled in.
 */
export function admissionRequestOf(object: KubernetesObject, { namespace, user = 'check' }: Sender): AdmissionRequest {
  const [version = '', group = ''] = object.apiVersion.split('/').toReversed();
  const { kind } = object;
  const [name, own] = ['name', 'namespace'].map((field) => textOf(property(object['metadata'], field)));
  const request: AdmissionRequest = {
    uid: 'check',
    kind: { group, version, kind },
    operation: 'CREATE',
    namespace: own ?? namespace ?? DEFAULT_NAMESPACE,
    ...(name !== undefined && { name }),
    userInfo: { username: user, groups: groupsOf(user) },
    object,
  };
  try {
    // Of a kind of its own, the API server knows no defaults.
    for (const { spec } of podSpecs(request) ?? []) fillIn(spec, kind === 'Pod');
  } catch (error) {
    // The review says so.
    if (!(error instanceof UnreadableWorkloadError)) throw error;
  }
  return request;
}

/** Those of a service account, and of a node, are told by its name. */
function groupsOf(user: string): readonly string[] {
  if (user.startsWith('system:node:')) return ['system:nodes', 'system:authenticated'];
  const [, namespace] = /^system:serviceaccount:([^:]+):[^:]+$/.exec(user) ?? [];
  const ofAccounts = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`];
  return [...(namespace === undefined ? [] : ofAccounts), 'system:authenticated'];
}

/** As the API server's defaults.go does, and for a Pod its admission of service accounts. */
function fillIn(spec: object, isPod: boolean): void {
  const fields = spec as Record<string, unknown>;
  const account = textOf(fields['serviceAccountName']) ?? textOf(fields['serviceAccount']);
  if (account !== undefined || isPod) fields['serviceAccountName'] = account ?? 'default';
  for (const list of ['initContainers', 'containers', 'ephemeralContainers'])
    for (const item of itemsOf(fields[list])) fillInPolicy(item, 'image', 'imagePullPolicy');
  for (const volume of itemsOf(fields['volumes'])) fillInPolicy(property(volume, 'image'), 'reference', 'pullPolicy');
}

function itemsOf(list: unknown): readonly unknown[] {
  return Array.isArray(list) ? list : [];
}

/** A tag that is latest, or neither tag nor digest. */
const LATEST = /^(?:.*\/)?[^:@/]*(?::latest(?:@.*)?)?$/s;

function fillInPolicy(holder: unknown, imageField: string, policyField: string): void {
  if (!isObject(holder) || (holder[policyField] ?? '') !== '') return;
  const isLatest = LATEST.test(textOf(holder[imageField]) ?? '');
  Object.assign(holder, { [policyField]: isLatest ? 'Always' : 'IfNotPresent' });
}
