import type { OwnedFinding, Owner, OwnerFindings } from '../../audit-report/audited.ts';
import type { Remark } from '../../check-report/report.ts';
import type { KubernetesObject } from '../../manifest/manifest-items.ts';
import { property } from '../../workload/json-object.ts';

/** An owner, and who controls it. */
interface Owned {
  readonly owner: Owner;
  readonly by: Owner | undefined;
}

type Counted = OwnedFinding & { pods: number; readonly ids: Set<string> };

/** What is found, by those at the top who answer for it, whatever is seen first: a pod, or the Deployment above it. */
export class OwnedFindings {
  /** All but pods, which control nothing. */
  readonly #known = new Map<string, Owned>();
  readonly #found = new Map<string, Owned & { readonly findings: Map<string, Counted> }>();

  /** Takes what is found in an object; of pods what they run, too. */
  add(object: KubernetesObject, namespace: string, remarks: readonly Remark[]): void {
    const owned = ownedOf(object, namespace);
    const isPod = object.kind === 'Pod' && object.apiVersion === 'v1';
    if (!isPod) for (const key of keysOf(owned.owner)) this.#known.set(key, owned);
    if (remarks.length === 0) return;
    // A thousand pods of one owner are one.
    const { owner, by } = isPod && owned.by !== undefined ? { owner: owned.by, by: undefined } : owned;
    const [key] = keysOf(owner);
    const found = this.#found.get(key) ?? { owner, by, findings: new Map<string, Counted>() };
    this.#found.set(key, found);
    for (const remark of remarks) addTo(found.findings, countedOf(remark, isPod ? object : undefined));
  }

  /** By namespace, kind and name. */
  all(): readonly OwnerFindings[] {
    const tops = new Map<string, { readonly owner: Owner; readonly findings: Map<string, Counted> }>();
    for (const { owner, by, findings } of this.#found.values()) {
      const top = this.#topOf(owner, by);
      const [key] = keysOf(top);
      const there = tops.get(key) ?? { owner: top, findings: new Map<string, Counted>() };
      tops.set(key, there);
      for (const finding of findings.values()) addTo(there.findings, finding);
    }
    return [...tops.values()]
      .map(({ owner, findings }) => ({ owner, findings: [...findings.values()].map(ownedFinding) }))
      .toSorted((a, b) => (sortKey(a.owner) < sortKey(b.owner) ? -1 : 1));
  }

  /** Up the chain of controllers, as far as it is known; what is above that is known by its name. */
  #topOf(owner: Owner, by: Owner | undefined): Owner {
    let [top, above] = [owner, by ?? this.#known.get(keysOf(owner)[0])?.by];
    for (const seen = new Set<string>(); above !== undefined && !seen.has(keysOf(above)[0]);) {
      seen.add(keysOf(above)[0]);
      const known = keysOf(above).map((key) => this.#known.get(key));
      const { owner: next, by: nextBy } = known.find((one) => one !== undefined) ?? { owner: above, by: undefined };
      [top, above] = [next, nextBy];
    }
    return top;
  }
}

/** The uid, if there is one, and the name: what people write has no uid. */
function keysOf({ uid, apiVersion, kind, namespace, name }: Owner): readonly [string, ...string[]] {
  const named = [apiVersion, kind, namespace, name].join(' ');
  return uid === undefined ? [named] : [uid, named];
}

function sortKey({ namespace, kind, name }: Owner): string {
  return [namespace, kind, name].join(' ');
}

function ownedOf({ apiVersion, kind, metadata }: KubernetesObject, namespace: string): Owned {
  return {
    owner: ownerOf({ ...Object(metadata), apiVersion, kind }, namespace),
    by: controllerOf(metadata, namespace),
  };
}

/** A pod of a node is on its own: other pods of the node have nothing to do with it. */
export function controllerOf(metadata: unknown, namespace: string): Owner | undefined {
  const references = property(metadata, 'ownerReferences');
  if (!Array.isArray(references)) return undefined;
  const all = references as readonly unknown[];
  const controller = all.find((one) => property(one, 'controller') === true && property(one, 'kind') !== 'Node');
  return controller === undefined ? undefined : ownerOf(controller, namespace);
}

function ownerOf(reference: unknown, namespace: string): Owner {
  const text = (field: string): string | undefined => {
    const value = property(reference, field);
    return typeof value === 'string' ? value : undefined;
  };
  const uid = text('uid');
  return {
    apiVersion: text('apiVersion') ?? '',
    kind: text('kind') ?? '',
    namespace,
    name: text('name') ?? text('generateName') ?? '',
    ...(uid !== undefined && { uid }),
  };
}

function countedOf({ level, rule, text, finding }: Remark, pod: KubernetesObject | undefined): Counted {
  const { container, raw: image } = finding?.image ?? {};
  const id = pod === undefined || container === undefined ? undefined : imageIdOf(pod, container.name);
  return {
    level,
    rule,
    text,
    ...(finding?.exemption && { exemption: finding.exemption }),
    ...(container && { container: container.name }),
    ...(image !== undefined && { image }),
    pods: pod === undefined ? 0 : 1,
    imageIds: [],
    ids: new Set(id === undefined ? [] : [id]),
  };
}

function addTo(findings: Map<string, Counted>, finding: Counted): void {
  const { level, rule, text, exemption, container, image } = finding;
  const key = JSON.stringify([level, rule, text, exemption?.name, container, image]);
  const there = findings.get(key);
  if (there === undefined) findings.set(key, { ...finding, ids: new Set(finding.ids) });
  else {
    there.pods += finding.pods;
    for (const id of finding.ids) there.ids.add(id);
  }
}

function ownedFinding({ ids, ...finding }: Counted): OwnedFinding {
  return { ...finding, imageIds: [...ids].toSorted() };
}

function imageIdOf({ status }: KubernetesObject, container: string): string | undefined {
  const lists = ['initContainerStatuses', 'containerStatuses', 'ephemeralContainerStatuses'];
  const statuses = lists.flatMap((list) => property(status, list) ?? []);
  const id = property(
    statuses.find((one) => property(one, 'name') === container),
    'imageID',
  );
  return typeof id === 'string' && id !== '' ? id : undefined;
}
