import type { CheckCounts, Remark } from '../check-report/report.ts';
import { printable } from '../mistake/printable.ts';
import { lastDay } from '../engine/exemptions.ts';
import type { Exemption } from '../engine/policy.ts';
import type { Owner } from '../manifest/owners.ts';

/** What is said of an image of an owner, however many pods have it. */
export interface OwnedFinding extends Pick<Remark, 'level' | 'rule' | 'text'> {
  readonly exemption?: Exemption;
  /** Absent, like the image, if an object could not be judged. */
  readonly container?: string;
  /** As it was judged. */
  readonly image?: string;
  /** As it is written, if the policy rewrites it. */
  readonly written?: string;
  /** How many pods have it. */
  readonly pods: number;
  /** What they run, by their status. */
  readonly imageIds: readonly string[];
}

export interface OwnerFindings {
  readonly owner: Owner;
  readonly findings: readonly OwnedFinding[];
}

export interface AuditCounts extends CheckCounts {
  /** Old revisions of what has newer ones, without pods. */
  readonly retired: number;
  /** Pods that have ended, and run nothing any more. */
  readonly ended: number;
}

/** What an audit found; owners without findings are not among them. */
export interface Audit {
  readonly owners: readonly OwnerFindings[];
  readonly counts: AuditCounts;
}

/** The findings that stand, and those that are exempt, each with its owner. */
export function findingsOf({ owners }: Audit): Readonly<Record<'standing' | 'exempt', readonly PlacedFinding[]>> {
  const all = owners.flatMap(({ owner, findings }) => findings.map((finding) => ({ owner, finding })));
  const isExempt = ({ finding }: PlacedFinding): boolean => finding.level === 'exempt';
  return { standing: all.filter((one) => !isExempt(one)), exempt: all.filter(isExempt) };
}

export interface PlacedFinding {
  readonly owner: Owner;
  readonly finding: OwnedFinding;
}

/** `legacy, kept by team-a until 2027-03-31` */
export function exemptionText(exemption: Exemption): string {
  const day = lastDay(exemption);
  const end = day === 'never' ? 'without an end' : `until ${day}`;
  return `${exemption.name}, kept by ${printable(exemption.owner)} ${end}`;
}
