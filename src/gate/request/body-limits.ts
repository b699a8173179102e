import type { IncomingMessage } from 'node:http';

const KIB = 1024;
const MIB = 1024 * KIB;

/**
 * The largest body, in bytes. The API server takes 3 MiB, but Go writes `<` as six bytes, so that a review can reach
 * 27 MiB. A smaller limit would be an outage under `failurePolicy: Fail`, and a way around the gate under `Ignore`.
 */
export const MAX_BODY_BYTES = 32 * MIB;

/** A body that says that it has at most this many bytes is small. Almost all reviews are. */
export const SMALL_BODY_BYTES = 64 * KIB;

/** What the bodies of one kind have together. Kept apart, so that large ones never get into the way of small ones. */
export interface Room {
  /** The bytes of all that are being read. See bench/README.md for the memory that this needs. */
  readonly bytes: number;
  /**
   * The most marks of JSON (`{`, `[`, `:` and `,` outside of strings) of all that are being judged: 32 MiB of `[[],[],`
   * become 400 MB of objects, and of `[[[[` 1.3 GB while they are parsed. The most that an object of 3 MiB can have, as a
   * list of empty strings, is a million, and its predecessor in etcd (1.5 MiB) half a million.
   */
  readonly marks: number;
}

export interface BodyLimits {
  readonly small: Room;
  /** Its marks are also the most of one body. */
  readonly large: Room;
}

export const BODY_LIMITS: BodyLimits = {
  small: { bytes: 32 * MIB, marks: 2_000_000 },
  large: { bytes: 48 * MIB, marks: 2_500_000 },
};

/**
 * Whether a body comes in more pieces than anybody sends who means well. Each costs the same, be it of one byte: a megabyte
 * in chunks or TLS records of one byte would take the thread that judges ten seconds. Go's smallest records have 1.3 KB.
 */
export function isInPieces(pieces: number, bytes: number): boolean {
  return pieces > 64 + bytes / 256;
}

/** Whether a body comes with a request, by its head. */
export function announcesBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0;
}
