import type { Review } from '../admission/respond.ts';
import { sentence } from '../admission/response.ts';
import type { Finding } from '../engine/finding.ts';
import type { Replacement, Replacements } from '../fix/replacements.ts';
import type { ManifestObject } from '../manifest/manifest-items.ts';
import type { Location, Mistake } from '../mistake/mistake.ts';

/** An object that was judged. */
export interface CheckedObject extends Partial<Pick<ManifestObject, 'scalarAt'>> {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly review: Review;
  /** Where a field of it stands; `''` for itself. */
  readonly where: (fieldPath: string) => Location;
  readonly replacements?: Replacements;
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
  /** Of images, not documents: those that were judged as the policy rewrites them. */
  readonly rewrittenImages: number;
}

export const NO_COUNTS: CheckCounts = {
  allowed: 0,
  denied: 0,
  errored: 0,
  withoutPods: 0,
  exempt: 0,
  skipped: 0,
  unreadable: 0,
  rewrittenImages: 0,
};

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
  /** To which the rule does not object. */
  readonly replacement?: Replacement | undefined;
}

/** All that is said about an object, in the words of the gate. */
export function remarksOf({ review, where, replacements }: CheckedObject): readonly Remark[] {
  const { verdict, findings, response } = review;
  if (verdict !== 'allowed' && findings.length === 0)
    return [{ level: 'deny', rule: 'imagegate', location: where(''), text: response.status!.message }]; // said if denied
  return findings.map((finding) => {
    const { rule, action, exemption, image } = finding;
    const replacement = replacements?.get(image.container.fieldPath);
    return {
      level: exemption === undefined ? action : 'exempt',
      rule,
      location: where(image.container.fieldPath),
      text: sentence(finding),
      finding,
      replacement: exemption === undefined && replacement?.ends.has(rule) ? replacement : undefined,
    };
  });
}

/** What to write, where a remark's own text does not say it: `Write docker.io/nginx:1.` */
export function adviceOf({ finding, replacement }: Remark): string | undefined {
  if (replacement === undefined || finding?.remedy.includes(replacement.reference)) return undefined;
  return replacement.guessed ? `Did you mean ${replacement.reference}?` : `Write ${replacement.reference}.`;
}

/** The text of a remark with the advice. */
export function advisedText(remark: Remark): string {
  return [remark.text, adviceOf(remark)].filter((part) => part !== undefined).join(' ');
}
