import { property } from '../workload/json-object.ts';
import type { KubernetesObject } from './manifest-items.ts';

/** The namespaces that the webhook is never asked about. */
const EXEMPT: ReadonlySet<string> = new Set(['imagegate', 'kube-system']);

export interface NamespaceLabels {
  /** Whether the webhook's selector leaves it out. */
  readonly isExempt: boolean;
  /** As the label says, be it one that the policy has or not. */
  readonly profile?: string;
}

/** What the labels of the Namespaces among the input say. */
export class Namespaces {
  readonly #labelled = new Map<string, NamespaceLabels>();
  readonly #asked = new Set<string>();

  /** Takes a Namespace, and returns whether it comes too late: objects in it were judged as if it were another. */
  add({ apiVersion, kind, metadata }: KubernetesObject): boolean {
    const [name, labels] = ['name', 'labels'].map((field) => property(metadata, field));
    if (apiVersion !== 'v1' || kind !== 'Namespace' || typeof name !== 'string') return false;
    const [filtering, profile] = ['disable-filtering', 'profile'].map((label) =>
      property(labels, `imagegate/${label}`),
    );
    const isExempt = filtering === 'true';
    const before = this.#labelled.get(name);
    const said = { isExempt, ...(typeof profile === 'string' && { profile }) };
    this.#labelled.set(name, said);
    // One that is not known counts as without labels.
    return this.#asked.has(name) && ((before?.isExempt ?? false) !== isExempt || before?.profile !== said.profile);
  }

  /** What is known of a namespace. */
  labelsOf(namespace: string): NamespaceLabels {
    this.#asked.add(namespace);
    const { isExempt = false, profile } = this.#labelled.get(namespace) ?? {};
    return { isExempt: isExempt || EXEMPT.has(namespace), ...(profile !== undefined && { profile }) };
  }
}
