import type { AdmissionRequest } from '../../admission/admission-review.ts';
import type { OwnedFinding, OwnerFindings } from '../../audit-report/audited.ts';
import type { Remark } from '../../check-report/report.ts';
import { type Owner, Owners } from '../../manifest/owners.ts';
import { property } from '../../workload/json-object.ts';

type Counted = OwnedFinding & { pods: number; readonly ids: Set<string> };
type Found = Map<Owner, Map<string, Counted>>;

/** What is found, by those at the top who answer for it, whatever is seen first: a pod, or the Deployment above it. */
export class OwnedFindings {
  readonly #owners = new Owners();
  readonly #found: Found = new Map();

  /** Takes what is found in the object of a request; of pods what they run, too. */
  add(request: AdmissionRequest, remarks: readonly Remark[]): void {
    // A thousand pods of one owner are one.
    const owner = this.#owners.add(request);
    const pod = request.kind.kind === 'Pod' && request.kind.group === '' ? request.object : undefined;
    for (const remark of remarks) addTo(this.#found, owner, countedOf(remark, pod));
  }

  /** By namespace, kind and name. */
  all(): readonly OwnerFindings[] {
    const tops: Found = new Map();
    for (const [owner, findings] of this.#found)
      for (const finding of findings.values()) addTo(tops, this.#owners.topOf(owner), finding);
    return [...tops]
      .map(([owner, findings]) => ({ owner, findings: [...findings.values()].map(ownedFinding) }))
      .toSorted((a, b) => (sortKey(a.owner) < sortKey(b.owner) ? -1 : 1));
  }
}

function sortKey({ namespace, kind, name }: Owner): string {
  return [namespace, kind, name].join(' ');
}

function countedOf({ level, rule, text, finding }: Remark, pod: unknown): Counted {
  const { container, raw: image, written } = finding?.image ?? {};
  const id = pod === undefined || container === undefined ? undefined : imageIdOf(pod, container.name);
  return {
    level,
    rule,
    text,
    ...(finding?.exemption && { exemption: finding.exemption }),
    ...(container && { container: container.name }),
    ...(image !== undefined && { image }),
    ...(written !== undefined && { written }),
    pods: pod === undefined ? 0 : 1,
    imageIds: [],
    ids: new Set(id === undefined ? [] : [id]),
  };
}

function addTo(found: Found, owner: Owner, finding: Counted): void {
  const { level, rule, text, exemption, container, image } = finding;
  const key = JSON.stringify([level, rule, text, exemption?.name, container, image]);
  const findings = found.get(owner) ?? new Map<string, Counted>();
  found.set(owner, findings);
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

function imageIdOf(pod: unknown, container: string): string | undefined {
  const lists = ['initContainerStatuses', 'containerStatuses', 'ephemeralContainerStatuses'];
  const statuses = lists.flatMap((list) => property(property(pod, 'status'), list) ?? []);
  const id = property(
    statuses.find((one) => property(one, 'name') === container),
    'imageID',
  );
  return typeof id === 'string' && id !== '' ? id : undefined;
}
