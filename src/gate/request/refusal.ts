import { MAX_BODY_BYTES } from './body-limits.ts';

/**
 * The codes of every answer that is no AdmissionReview, each with its HTTP status. docs/errors.md explains them;
 * a test of the repository fails when one is missing there or here.
 */
export const REFUSALS = {
  'body-empty': 400,
  'body-in-pieces': 400,
  'json-invalid': 400,
  'review-invalid': 400,
  'http-malformed': 400,
  'client-unknown': 401,
  'path-unknown': 404,
  'method-not-allowed': 405,
  'request-timeout': 408,
  'body-too-large': 413,
  'body-too-complex': 413,
  'content-type-unsupported': 415,
  'content-encoding-unsupported': 415,
  overloaded: 429,
  'headers-too-large': 431,
  'internal-error': 500,
} as const;

export type RefusalCode = keyof typeof REFUSALS;

/** A request that is not judged, and why. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: RefusalCode;
  /** The HTTP status. */
  readonly status: number;
  /** Additional headers of the answer. */
  readonly headers: Readonly<Record<string, string>> | undefined;
  /** The uid of the AdmissionReview, as far as it could be read. */
  readonly uid: string | undefined;

  /** @param message a whole sentence for the client, without text of the body */
  constructor(code: RefusalCode, message: string, { headers, uid }: RefusalDetails = {}) {
    super(message);
    this.code = code;
    this.status = REFUSALS[code];
    this.headers = headers;
    this.uid = uid;
  }
}

export interface RefusalDetails {
  readonly headers?: Readonly<Record<string, string>>;
  readonly uid?: string | undefined;
}

export function refusalBody({ code, message, uid }: Pick<Refusal, 'code' | 'message' | 'uid'>): string {
  return JSON.stringify({ code, message, ...(uid !== undefined && { uid }) });
}

/** The client closed the connection before its request was complete: there is no one to answer. */
export class ClientGoneError extends Error {
  override readonly name = 'ClientGoneError';
}

export function emptyBody(): Refusal {
  return new Refusal('body-empty', 'The request has no body: it must be an AdmissionReview.');
}

export function inPieces(): Refusal {
  return new Refusal('body-in-pieces', 'The body comes in too many pieces that are too small.');
}

export function tooLarge(): Refusal {
  return new Refusal('body-too-large', `The body is larger than ${MAX_BODY_BYTES} bytes.`);
}

export function tooComplex(values: number): Refusal {
  return new Refusal('body-too-complex', `The body has more than ${values} values.`);
}

export function notJson(): Refusal {
  return new Refusal('json-invalid', 'The body is not JSON, or not an object.');
}

/** The budget of bodies is used up. The API server honours `Retry-After`. */
export function overloaded(): Refusal {
  const headers = { 'retry-after': '1' };
  return new Refusal('overloaded', 'Too many reviews are being read: try again in a second.', { headers });
}
