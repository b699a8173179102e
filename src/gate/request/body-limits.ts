import type { IncomingMessage } from 'node:http';

const KIB = 1024;
const MIB = 1024 * KIB;

/**
 * The largest body, in bytes. The API server accepts objects of 3 MiB, but Go writes `<` as six bytes, so that a review can reach
 * 27 MiB. A smaller limit would be an outage under `failurePolicy: Fail`, and a way around the gate under `Ignore`.
 */
export const MAX_BODY_BYTES = 32 * MIB;

/** A body whose `Content-Length` is at most this is small. Almost all reviews are. */
export const SMALL_BODY_BYTES = 64 * KIB;

/** What all bodies of one kind share. Two kinds, so that large bodies never crowd out small ones. */
export interface Room {
  /** The most bytes of all bodies being read. bench/README.md has the memory that this needs. */
  readonly bytes: number;
  /**
   * The most marks of JSON (`{`, `[`, `:` and `,` outside of strings) of all being judged: 32 MiB of `[[],[],`
   * become 400 MB of objects, and of `[[[[` 1.3 GB while they are parsed. The most that an object of 3 MiB can have, as a
   * list of empty strings, is a million, and its predecessor in etcd (1.5 MiB) half a million.
   */
  readonly marks: number;
}

export interface BodyLimits {
  readonly small: Room;
  /** `marks` also limits each single body. */
  readonly large: Room;
}

export const BODY_LIMITS: BodyLimits = {
  small: { bytes: 32 * MIB, marks: 2_000_000 },
  large: { bytes: 48 * MIB, marks: 2_500_000 },
};

/**
 * Whether a body arrives in suspiciously many pieces. Each has a fixed cost: a megabyte in chunks or TLS records of one byte
 * would block the event loop for ten seconds. Go's smallest records have 1.3 KB.
 */
export function isInPieces(pieces: number, bytes: number): boolean {
  return pieces > 64 + bytes / 256;
}

/** Whether the head of a request announces a body. */
export function announcesBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0;
}
