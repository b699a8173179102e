import type { Finding } from '../engine/finding.ts';
import type { ContainerImage } from '../workload/images.ts';
import type { AdmissionReview } from './admission-review.ts';
import { printable } from '../mistake/printable.ts';

/** The fields of Kubernetes' AdmissionResponse that the gate uses. */
export interface AdmissionResponse {
  readonly uid: string;
  readonly allowed: boolean;
  /**
   * Without `reason`: with one, kubectl prints `Error from server (Forbidden)`, and for some it garbles the message
   * (seen with kubectl v1.37.2).
   */
  readonly status?: {
    readonly code: number;
    readonly message: string;
    readonly details?: { readonly causes: readonly Cause[] };
  };
  readonly warnings?: readonly string[];
  readonly auditAnnotations?: Readonly<Record<string, string>>;
  readonly patchType?: 'JSONPatch';
  /** A JSON Patch, in base64. */
  readonly patch?: string;
}

interface Cause {
  /** The rule. */
  readonly reason: string;
  /** The field path of the image. */
  readonly field: string;
  readonly message: string;
}

const MAX_CAUSES = 32;
export const MAX_ANNOTATION_BYTES = 1024;

/** What accompanies a verdict; may be empty. */
export interface Remarks {
  readonly warnings: readonly string[];
  readonly auditAnnotations: Readonly<Record<string, string>>;
}

const NO_REMARKS: Remarks = { warnings: [], auditAnnotations: {} };

export function allowed(uid: string, remarks: Remarks = NO_REMARKS): AdmissionResponse {
  return { uid, allowed: true, ...present(remarks) };
}

/** Allowed, if it is changed by this patch first. */
export function patched(uid: string, patch: string, remarks: Remarks): AdmissionResponse {
  return { uid, allowed: true, ...present(remarks), patchType: 'JSONPatch', patch };
}

/**
 * Denied for violations: one message with all of them, and the same as causes, for programs.
 *
 * @param lastLines of the message
 */
export function denied(
  uid: string,
  denials: readonly Finding[],
  remarks: Remarks,
  lastLines: readonly string[] = [],
  toSentence: ToSentence = sentence,
): AdmissionResponse {
  const causes = denials.slice(0, MAX_CAUSES).map((finding) => ({
    reason: finding.rule,
    field: finding.image.container.fieldPath,
    message: toSentence(finding),
  }));
  return {
    uid,
    allowed: false,
    status: { code: 403, message: denialMessage(denials, lastLines, toSentence), details: { causes } },
    ...present(remarks),
  };
}

/** Denied because the object cannot be read, so it cannot be judged. */
export function unreadable(uid: string, message: string, contact?: string): AdmissionResponse {
  return refused(uid, 403, `ImageGate cannot read the object, so it is denied: ${message}.`, contact);
}

/** An internal error, which denies, too. */
export function errored(uid: string, message: string, contact?: string): AdmissionResponse {
  const text = `ImageGate failed to judge this request, so it is denied: ${printable(message)}. Its administrator finds more in its log.`;
  return refused(uid, 500, text, contact);
}

function refused(uid: string, code: number, text: string, contact: string | undefined): AdmissionResponse {
  return { uid, allowed: false, status: { code, message: contact === undefined ? text : `${text}\n${contact}` } };
}

/** Denies a ConfigMap of the gate that would be rejected: its mistakes, a line each. */
export function policyDenied(uid: string, mistakes: readonly string[]): AdmissionResponse {
  const count = mistakes.length === 1 ? 'one mistake' : `${mistakes.length} mistakes`;
  const lines = {
    count: mistakes.length,
    line: (index: number) => printable(mistakes[index] as string, 1024),
    more: (left: number) => `… and ${left} more.`,
  };
  const message = linesWithin(lines, `The gate would not use this ConfigMap: ${count}.`);
  return { uid, allowed: false, status: { code: 403, message } };
}

/** Denies a ConfigMap of the gate that could not be judged in time. */
export function policyNotJudged(uid: string): AdmissionResponse {
  const text =
    'The gate could not judge this ConfigMap in time, so it is denied: others are judged before it, or rules take too long to load. Try again in a minute.';
  return refused(uid, 403, text, undefined);
}

/** The answer, in the apiVersion of the request. */
export function admissionReview(apiVersion: AdmissionReview['apiVersion'], response: AdmissionResponse) {
  return { apiVersion, kind: 'AdmissionReview', response } as const;
}

/**
 * An annotation per violated rule, with its sentences: the audit log then has each violation, its rule, and the exemption
 * that allowed it.
 */
export function auditAnnotations(
  findings: readonly Finding[],
  toSentence: ToSentence = sentence,
): Readonly<Record<string, string>> {
  const annotations: Record<string, string> = {};
  for (const finding of findings) {
    const { rule, exemption } = finding;
    // A rule may be called `constructor`.
    const before = Object.hasOwn(annotations, rule) ? annotations[rule] : undefined;
    if (before !== undefined && before.length >= MAX_ANNOTATION_BYTES) continue;
    const line = exemption === undefined ? toSentence(finding) : `[exempt: ${exemption.name}] ${toSentence(finding)}`;
    annotations[rule] = (before === undefined ? line : `${before}\n${line}`).slice(0, MAX_ANNOTATION_BYTES);
  }
  return annotations;
}

function present({ warnings, auditAnnotations: annotations }: Remarks): Partial<Remarks> {
  return {
    ...(warnings.length > 0 && { warnings }),
    ...(Object.keys(annotations).length > 0 && { auditAnnotations: annotations }),
  };
}

/**
 * One sentence a line, in the order of the findings, in at most 4 KiB; where not all fit, a line says how many did not.
 *
 * @param lastLines what follows in any case
 */
export function denialMessage(
  findings: readonly Finding[],
  lastLines: readonly string[] = [],
  toSentence: ToSentence = sentence,
): string {
  const lines = {
    count: findings.length,
    line: (index: number) => toSentence(findings[index] as Finding),
    more: (left: number) => `… and ${left} more violations.`,
  };
  return linesWithin(lines, '', lastLines.map((line) => `\n${line}`).join(''));
}

/** About one terminal page, and far below the API server's limit. */
export const MAX_BYTES = 4096;
/** Reserved for the line that says how many did not fit. */
const TAIL_BYTES = 40;

/** Lines of a message, made on demand. */
interface Lines {
  readonly count: number;
  /** All ASCII, so that characters are bytes. */
  readonly line: (index: number) => string;
  /** The line that says how many did not fit. */
  readonly more: (left: number) => string;
}

/** Joins lines between `head` and `end` in at most so many bytes; if not all fit, the last one says how many did not. */
export function linesWithin({ count, line, more }: Lines, head = '', end = '', bytes = MAX_BYTES): string {
  const room = bytes - end.length;
  let text = head;
  for (let index = 0; index < count; index += 1) {
    const longer = text === '' ? line(index) : `${text}\n${line(index)}`;
    const left = count - index;
    if (longer.length > (left === 1 ? room : room - TAIL_BYTES)) return `${text}\n${more(left)}${end}`;
    text = longer;
  }
  return text + end;
}

/**
 * A finding in words: `<container> image <problem>! (<image>). <remedy>`, and the operator's message if there is one. Of an
 * image that is rewritten there is what was written, too.
 */
export function sentence({ image, problem, remedy, message }: Finding): string {
  const name = printable(image.container.name);
  const text = `${name} image ${printable(problem)}! (${imageText(image)}). ${printable(remedy, 1024)}`;
  return message === undefined ? text : `${text} ${printable(message)}`;
}

/** `docker.io/nginx:1, rewritten to mirror.example.com/hub/library/nginx:1` */
export function imageText({ raw, written }: Pick<ContainerImage, 'raw' | 'written'>): string {
  return written === undefined ? printable(raw) : `${printable(written)}, rewritten to ${printable(raw)}`;
}

export type ToSentence = (finding: Finding) => string;

/** `sentence`, memoized: message, causes and audit annotations share the sentences. */
export function memoizedSentence(): ToSentence {
  const sentences = new Map<Finding, string>();
  return (finding) => {
    let text = sentences.get(finding);
    if (text === undefined) sentences.set(finding, (text = sentence(finding)));
    return text;
  };
}
