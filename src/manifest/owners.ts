import type { AdmissionRequest } from '../admission/admission-review.ts';
import { printable } from '../mistake/printable.ts';
import { isObject, property } from '../workload/json-object.ts';

/**
 * What controls what: a Pod its ReplicaSet, and that its Deployment. Objects are named as in `Deployment shop/api`. What an
 * object says of its owner is its author's word: it decides how a finding is told, never what is judged.
 */
export class Owners {
  readonly #controllers = new Map<string, string>();

  /** Takes the object of a request, and returns the name of its controller or, if it has none, its own. */
  add({ kind: { kind }, namespace, name, object }: AdmissionRequest): string {
    const metadata = property(object, 'metadata');
    const generated = textOf(property(metadata, 'generateName'));
    const own = named(kind, namespace, textOf(name) ?? (generated && `${generated}*`));
    const references = property(metadata, 'ownerReferences');
    const controller = listOf(references).find((reference) => property(reference, 'controller') === true);
    if (!isObject(controller)) return own;
    const owner = named(textOf(controller['kind']) ?? '', namespace, textOf(controller['name']));
    this.#controllers.set(own, owner);
    return owner;
  }

  /** What is at the top of those that control an object, as far as they are known. */
  topOf(name: string): string {
    const below = new Set<string>();
    let top = name;
    for (let above = this.#controllers.get(top); above !== undefined && !below.has(above);) {
      below.add(above);
      top = above;
      above = this.#controllers.get(top);
    }
    return top;
  }
}

function named(kind: string, namespace: string | undefined, name: string | undefined): string {
  return printable([kind, [namespace, name].filter((part) => part !== undefined).join('/')].join(' '), 384);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A text that is not empty. */
function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
