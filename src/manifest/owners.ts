import type { AdmissionRequest } from '../admission/admission-review.ts';
import { printable } from '../mistake/printable.ts';
import { property, textOf } from '../workload/json-object.ts';

/** Who answers for pods: a Deployment, say, or a Pod that has no controller. */
export interface Owner {
  readonly apiVersion: string;
  readonly kind: string;
  /** Empty where there is none. */
  readonly namespace: string;
  /** That of a name to be made ends in `*`. */
  readonly name: string;
  readonly uid?: string;
}

/**
 * What controls what: a Pod its ReplicaSet, and that its Deployment. What is not among what was added is known by its name.
 * What an object says of its owner is its author's word: it decides how a finding is told, never what is judged.
 */
export class Owners {
  /** One for each object, by its name: what people write has no uid. */
  readonly #owners = new Map<string, Owner>();
  readonly #controllers = new Map<Owner, Owner>();

  /** Takes the object of a request, and returns its controller or, if it has none, itself. Equal ones are the same. */
  add({ kind: { group, version, kind }, namespace = '', name, object }: AdmissionRequest): Owner {
    const metadata = property(object, 'metadata');
    const controller = controllerOf(metadata);
    const by = controller === undefined ? undefined : this.#one(controller, namespace);
    // A pod controls nothing.
    if (by !== undefined && kind === 'Pod') return by;
    const apiVersion = group === '' ? version : `${group}/${version}`;
    const own = this.#one({ ...Object(metadata), apiVersion, kind, name }, namespace);
    if (by !== undefined) this.#controllers.set(own, by);
    return by ?? own;
  }

  /** What is at the top of those that control an object, as far as they are known. */
  topOf(owner: Owner): Owner {
    const below = new Set<Owner>();
    let top = owner;
    for (let above = this.#controllers.get(top); above !== undefined && !below.has(above);) {
      below.add(above);
      top = above;
      above = this.#controllers.get(top);
    }
    return top;
  }

  #one(reference: unknown, namespace: string): Owner {
    const [apiVersion = '', kind = '', name, generated = '', uid] = [
      'apiVersion',
      'kind',
      'name',
      'generateName',
      'uid',
    ].map((field) => textOf(property(reference, field)));
    const owner = { apiVersion, kind, namespace, name: name ?? (generated && `${generated}*`), ...(uid && { uid }) };
    // What refers to it may know it by another version.
    const key = JSON.stringify([apiVersion.replace(/\/?[^/]*$/, ''), kind, namespace, owner.name]);
    const known = this.#owners.get(key) ?? owner;
    this.#owners.set(key, known);
    return known;
  }
}

/** A pod of a node is on its own: other pods of the node have nothing to do with it. */
export function controllerOf(metadata: unknown): unknown {
  const references = property(metadata, 'ownerReferences');
  if (!Array.isArray(references)) return undefined;
  const all = references as readonly unknown[];
  return all.find((one) => property(one, 'controller') === true && property(one, 'kind') !== 'Node');
}

interface NamedObject {
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
}

/** `Deployment shop/api` */
export function objectName({ kind, namespace, name }: NamedObject): string {
  return printable([kind, [namespace, name].filter((part) => (part ?? '') !== '').join('/')].join(' '), 384);
}
