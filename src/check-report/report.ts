import type { Review } from '../admission/respond.ts';
import { sentence } from '../admission/response.ts';
import type { Finding } from '../engine/finding.ts';
import { printable } from '../mistake/printable.ts';
import type { Location, Mistake } from '../mistake/mistake.ts';

/** An object that was judged. */
export interface CheckedObject {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly review: Review;
  /** Where a field of it stands; `''` for itself. */
  readonly where: (fieldPath: string) => Location;
}

/** What happened to the documents; each counts once. */
export interface CheckCounts {
  readonly allowed: number;
  readonly denied: number;
  /** The engine failed. */
  readonly errored: number;
  /** Of no kind that makes pods, as far as is known. */
  readonly withoutPods: number;
  /** In a namespace that the webhook is not asked about. */
  readonly exempt: number;
  /** No Kubernetes objects. */
  readonly skipped: number;
  /** Could not be read. */
  readonly unreadable: number;
}

export interface ReportOptions {
  /** Whether colours of a terminal may be used. */
  readonly colors: boolean;
  /** The version of ImageGate. */
  readonly version: string;
  /** All that can be named in a remark, with what it demands. */
  readonly rules: readonly { readonly name: string; readonly description: string }[];
}

/** Writes what is checked, as it comes; each function returns the next part. */
export interface CheckReport {
  readonly begin: () => string;
  readonly checked: (object: CheckedObject) => string;
  readonly unreadable: (mistake: Mistake) => string;
  readonly end: (counts: CheckCounts) => string;
}

/** Something said about an object, and where. */
export interface Remark {
  /** The enforcement action, or that it is exempt. */
  readonly level: Finding['action'] | 'exempt';
  /** The rule; `imagegate` if the object could not be judged. */
  readonly rule: string;
  readonly location: Location;
  readonly text: string;
  readonly finding?: Finding;
}

/** All that is said about an object, in the words of the gate. */
export function remarksOf({ review, where }: CheckedObject): readonly Remark[] {
  const { verdict, findings, response } = review;
  if (verdict !== 'allowed' && findings.length === 0)
    return [{ level: 'deny', rule: 'imagegate', location: where(''), text: response.status!.message }]; // said if denied
  return findings.map((finding) => ({
    level: finding.exemption === undefined ? finding.action : 'exempt',
    rule: finding.rule,
    location: where(finding.image.container.fieldPath),
    text: sentence(finding),
    finding,
  }));
}

/** `Deployment shop/api` */
export function objectName({ kind, namespace, name }: CheckedObject): string {
  return printable([kind, [namespace, name].filter((part) => part !== undefined).join('/')].join(' '), 384);
}
