/**
 * A configured exception: findings that it covers are told, and nothing follows from them. What is absent covers all;
 * `rules` alone is not enough.
 */
export interface Exemption {
  readonly name: string;
  readonly reason: string;
  /** Who answers for it. */
  readonly owner: string;
  /** The moment from which it covers nothing, in milliseconds since 1970: the end of the day that was written, in UTC. `Infinity` for `never`. */
  readonly expires: number;
  readonly rules?: readonly string[];
  /** Patterns of names, in which `*` stands for any run of characters. */
  readonly namespaces?: readonly string[];
  /** Patterns over registry and repository, normalized: `repositoryPatterns`. */
  readonly images?: readonly string[];
  /** User names, to the letter, of who asks directly. */
  readonly users?: readonly string[];
  /** Groups, to the letter. */
  readonly groups?: readonly string[];
  /** `namespace:name`. */
  readonly serviceAccounts?: readonly string[];
}
