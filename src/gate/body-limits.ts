const KIB = 1024;
const MIB = 1024 * KIB;

/**
 * The largest body, in bytes. The API server takes 3 MiB, but Go writes `<` as six bytes, so that a review can reach
 * 27 MiB. A smaller limit would be an outage under `failurePolicy: Fail`, and a way around the gate under `Ignore`.
 */
export const MAX_BODY_BYTES = 32 * MIB;

/**
 * A body of at most this many bytes is always read: 1,024 connections times this are 64 MiB. Almost all reviews are
 * smaller, and whatever large ones do, these never wait.
 */
export const SMALL_BODY_BYTES = 64 * KIB;

/** The bytes of all larger bodies that are read at the same time. See bench/README.md for the memory that this needs. */
export const BODY_BUDGET_BYTES = 48 * MIB;

/**
 * The most marks of JSON (`{`, `[`, `:` and `,` outside of strings) in one body, and in all larger bodies that are judged
 * at the same time. 32 MiB of `[[],[],` become 400 MB of objects, and of `[[[[` 1.3 GB while they are parsed. The most
 * that an object of 3 MiB can have, as a list of empty strings, is a million, and its predecessor in etcd (1.5 MiB) half
 * a million.
 */
export const MAX_JSON_MARKS = 2_500_000;
