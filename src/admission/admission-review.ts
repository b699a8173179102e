import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import schema from '../../schemas/admission-review.schema.json' with { type: 'json' };
import { schemaProblem } from '../mistake/schema-problem.ts';
import { property } from '../workload/json-object.ts';
import type { WorkloadRequest } from '../workload/pod-spec.ts';

/** The fields of Kubernetes' AdmissionRequest that the gate reads, names unchanged. */
export interface AdmissionRequest extends WorkloadRequest {
  readonly uid: string;
  /** `ephemeralcontainers`, say; absent for the object itself. */
  readonly subResource?: string;
  /** Absent or empty until the API server has made a name from `metadata.generateName`. */
  readonly name?: string;
  readonly namespace?: string;
  readonly dryRun?: boolean | null;
}

export interface AdmissionReview {
  readonly apiVersion: 'admission.k8s.io/v1' | 'admission.k8s.io/v1beta1';
  readonly kind: 'AdmissionReview';
  readonly request: AdmissionRequest;
}

/** The body is no AdmissionReview. The message names each invalid field and what it must be. */
export class InvalidReviewError extends Error {
  override readonly name = 'InvalidReviewError';
  /** The request's uid, if it has one, to find it in the API server's log. */
  readonly uid: string | undefined;

  constructor(message: string, uid: string | undefined) {
    super(message);
    this.uid = uid;
  }
}

/** The most invalid fields that an error names. */
const MAX_FIELDS = 8;

// Without the meta-schema, which takes some 30 ms to compile. All errors are collected; there are few, since `groups` is the
// only array.
const ajv = new Ajv({ meta: false, validateSchema: false, strict: true, strictTypes: false, allErrors: true });
let compiled: ValidateFunction<AdmissionReview> | undefined;

/** Makes ready to parse reviews: what serves does so at its start, and commands may never need it. */
export function compileReviews(): ValidateFunction<AdmissionReview> {
  return (compiled ??= ajv.compile<AdmissionReview>(schema));
}

/**
 * Reads the body of a request as an AdmissionReview.
 *
 * @throws {InvalidReviewError} if it is none, or lacks a field that the gate needs.
 */
export function parseReview(body: unknown): AdmissionReview {
  cutGroups(body);
  const isAdmissionReview = compileReviews();
  if (isAdmissionReview(body)) return body;
  const errors = isAdmissionReview.errors!; // set whenever it says no
  const fields = errors.slice(0, MAX_FIELDS).map(fieldMistake);
  if (errors.length > MAX_FIELDS) fields.push('and more');
  throw new InvalidReviewError(`The body is not a valid AdmissionReview: ${fields.join('; ')}.`, uidOf(body));
}

/** Cuts `groups` after the ninth bad entry: Ajv allocates an error per entry, which for millions exceeds the memory. */
function cutGroups(body: unknown): void {
  const userInfo = property(property(body, 'request'), 'userInfo');
  const groups = property(userInfo, 'groups');
  if (!Array.isArray(groups)) return;
  let wrong = 0;
  const last = groups.findIndex((group) => typeof group !== 'string' && ++wrong > MAX_FIELDS);
  if (last !== -1) groups.length = last + 1;
}

function fieldMistake(error: ErrorObject): string {
  const { path, wrong, expected } = schemaProblem(error);
  return `${path.join('.') || 'the body'} ${wrong === 'missing key' ? 'is missing' : `must be ${expected}`}`;
}

function uidOf(body: unknown): string | undefined {
  const uid = property(property(body, 'request'), 'uid');
  return typeof uid === 'string' && uid !== '' ? uid.slice(0, 256) : undefined;
}
