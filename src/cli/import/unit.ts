import type { Part } from './part.ts';

/** A setting of a rule, as policy.yaml has it. */
export interface ReadSetting {
  readonly rule: string;
  readonly options?: Readonly<Record<string, unknown>>;
}

/** What was read, and what an image may be told otherwise by, in whole sentences. */
export interface Reading {
  readonly settings: readonly ReadSetting[];
  readonly differences: readonly string[];
  /** Where it follows from what is read. */
  readonly action?: 'rewrite';
}

/** Whether what is read is what passes, or what does not. */
export type Purpose = 'allow' | 'deny';

/** What is imported as a whole or not at all: a rule of Kyverno's, a constraint, a list. */
export interface Unit extends Omit<Reading, 'action'> {
  /** For people: `ClusterPolicy restrict-images, rule registries`. */
  readonly name: string;
  readonly part: Part;
  /** What must have been understood. */
  readonly parts: readonly Part[];
  readonly action: 'rewrite' | 'deny' | 'warn' | 'audit';
  readonly message?: string | undefined;
  /** Patterns of namespaces; absent, all. */
  readonly namespaces?: readonly string[] | undefined;
  /** Patterns of namespaces in which it does not judge. */
  readonly excluded: readonly string[];
  /** Images that it does not judge, by patterns, and where they are listed. */
  readonly exempt?: Exempt;
}

export interface Exempt extends Pick<Reading, 'differences'> {
  readonly images: readonly string[];
  readonly part: Part;
}

const NAMESPACE = /^[a-z0-9*](?:[a-z0-9*-]*[a-z0-9*])?$/;

/** Patterns of namespaces; those that are none stay unread. `undefined` if nothing is listed. */
export function namespacePatterns(part: Part): readonly string[] | undefined {
  if (part.isAbsent) return undefined;
  return part.items.flatMap((item) => item.match(NAMESPACE)?.[0] ?? []);
}
