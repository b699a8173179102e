import type { Location } from '../../mistake/mistake.ts';
import { isObject } from '../../workload/json-object.ts';

/** Why a part of a policy is left out. */
export interface Reason {
  /** What could be read there. */
  readonly expected: string;
  /** The value itself where absent. */
  readonly found?: string;
  /** A whole sentence. */
  readonly remedy: string;
}

type Where = (fieldPath: string) => Location;

/**
 * A value within an object, which knows what of it was read: what nobody has read cannot be forgotten. A reader marks what
 * it has understood, and nothing else.
 */
export class Part {
  readonly value: unknown;
  readonly reasons: Reason[] = [];
  readonly #where: Where;
  readonly #path: string;
  readonly #children = new Map<string | number, Part>();
  #isRead = false;
  #isKnown = false;

  constructor(value: unknown, where: Where, path = '') {
    this.value = value;
    this.#where = where;
    this.#path = path;
  }

  get location(): Location {
    return this.#where(this.#path);
  }

  /** The value at a key or an index that means something to who asks; its value is `undefined` if it is absent. */
  at(key: string | number): Part {
    const child = this.#child(key);
    child.#isKnown = true;
    return child;
  }

  #child(key: string | number): Part {
    const known = this.#children.get(key);
    if (known !== undefined) return known;
    const { value } = this;
    const has = (isObject(value) || Array.isArray(value)) && Object.hasOwn(value, key);
    const path = typeof key === 'number' ? `${this.#path}[${key}]` : `${this.#path}.${key}`;
    const child = new Part(
      has ? (value as Readonly<Record<string | number, unknown>>)[key] : undefined,
      this.#where,
      path,
    );
    this.#children.set(key, child);
    return child;
  }

  /** Also if it is an empty object, which says nothing. */
  get isAbsent(): boolean {
    const { value } = this;
    return value === undefined || value === null || (isObject(value) && this.keys.length === 0);
  }

  /** By their names; none of what is no object. */
  get keys(): readonly string[] {
    return isObject(this.value) ? Object.keys(this.value) : [];
  }

  /** What a list has; nothing of what is none. */
  get items(): readonly Part[] {
    return Array.isArray(this.value) ? this.value.map((_, index) => this.#child(index)) : [];
  }

  get children(): readonly Part[] {
    return [...this.items, ...this.keys.map((key) => this.#child(key))];
  }

  /** Marks all of it as read. */
  take(): void {
    this.#isRead = true;
  }

  /** The match of a text, which then counts as read. */
  match(pattern: RegExp): RegExpExecArray | undefined {
    const match = typeof this.value === 'string' ? pattern.exec(this.value) : null;
    if (match === null) return undefined;
    this.take();
    return match;
  }

  /** The texts of a list, or a single one. Not yet marked as read. */
  get texts(): readonly { readonly text: string; readonly part: Part }[] {
    const parts = Array.isArray(this.value) ? this.items : [this];
    return parts.flatMap((part) => (typeof part.value === 'string' ? [{ text: part.value, part }] : []));
  }

  /** Leaves it out, for a reason that is no obstacle to what stands beside it. */
  leave(reason: Reason): void {
    this.reasons.push(reason);
  }

  /** What was left out or not read, the outermost parts of which nothing was. */
  unread(): readonly Part[] {
    if (this.reasons.length > 0) return [this];
    if (this.#isRead || (this.#isKnown && this.isAbsent)) return [];
    const { children } = this;
    const unread = children.map((child) => child.unread());
    const isAll = unread.every(([first], index) => first === children[index] && first?.reasons.length === 0);
    return isAll ? [this] : unread.flat();
  }

  /** Whether all was read, or left out for a reason. */
  get isUnderstood(): boolean {
    return this.unread().every(({ reasons }) => reasons.length > 0);
  }
}
