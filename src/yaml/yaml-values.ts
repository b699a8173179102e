import { isAlias, isMap, isScalar, isSeq, type Alias, type Document, type Pair, type Scalar } from 'yaml';
import { shown, type Mistake } from '../mistake/mistake.ts';

export interface YamlPlace {
  /** Of the value's key or, in a list, of the value. */
  readonly offset: number;
  /** `exemptions[0].images` */
  readonly path: string;
}

type Words = Pick<Mistake, 'expected' | 'found' | 'remedy'>;

export interface YamlObjection extends Words {
  readonly at: YamlPlace;
}

export interface YamlValues {
  /** JSON, except for numbers that JSON lacks, such as `.inf`. */
  readonly value: unknown;
  /** By `pointerTo`. */
  readonly places: ReadonlyMap<string, YamlPlace>;
  readonly objections: readonly YamlObjection[];
}

/** The parser is recursive, and a regular expression that exhausts the stack ends the process. */
export const MAX_DEPTH = 32;
export const MAX_ALIASES = 100;
/** Counted after the expansion of aliases. */
export const MAX_VALUES = 100_000;

export type ReadScalar = (scalar: Scalar) => unknown;

/**
 * The value of a YAML document, and the place of each part.
 *
 * @throws {RangeError} if a limit is exceeded.
 */
export function yamlValues(document: Document, readScalar: ReadScalar): YamlValues {
  const reader = new Reader(document, readScalar);
  const value = reader.valueOf(document.contents, '', { offset: 0, path: '' }, 0);
  return { value, places: reader.places, objections: reader.objections };
}

class Reader {
  readonly places = new Map<string, YamlPlace>();
  readonly objections: YamlObjection[] = [];
  readonly #document: Document;
  readonly #readScalar: ReadScalar;
  #aliases = 0;
  #values = 0;

  constructor(document: Document, readScalar: ReadScalar) {
    this.#document = document;
    this.#readScalar = readScalar;
  }

  valueOf(node: unknown, pointer: string, place: YamlPlace, depth: number): unknown {
    this.places.set(pointer, place);
    this.#values += 1;
    if (this.#values > MAX_VALUES) throw new RangeError('more values');
    if (depth > MAX_DEPTH) throw new RangeError('more levels, or an alias within what it stands for');
    if (isScalar(node)) return this.#readScalar(node);
    if (isSeq(node)) {
      return node.items.map((item, index) => {
        const itemPlace = { offset: offsetOf(item), path: `${place.path}[${index}]` };
        return this.valueOf(item, pointer + pointerTo([index]), itemPlace, depth + 1);
      });
    }
    if (isMap(node)) return this.#objectOf(node.items, pointer, place, depth);
    return isAlias(node) ? this.#originalOf(node, pointer, place, depth) : null;
  }

  #objectOf(pairs: readonly Pair[], pointer: string, { path }: YamlPlace, depth: number): object {
    const entries = new Map<string, unknown>();
    for (const { key, value } of pairs) {
      const name = keyText(key);
      const place = { offset: offsetOf(key), path: name === undefined ? path : pathTo(path, name) };
      if (name === undefined) this.objections.push({ at: place, ...NO_NAME });
      else if (entries.has(name)) this.objections.push({ at: place, ...again(name) });
      else entries.set(name, this.valueOf(value, pointer + pointerTo([name]), place, depth + 1));
    }
    // Not by assignment: for the key __proto__ that would set the prototype.
    return Object.fromEntries(entries);
  }

  #originalOf(alias: Alias, pointer: string, place: YamlPlace, depth: number): unknown {
    this.#aliases += 1;
    if (this.#aliases > MAX_ALIASES) throw new RangeError('more aliases');
    const original = alias.resolve(this.#document);
    if (original !== undefined) return this.valueOf(original, pointer, place, depth + 1);
    this.objections.push({ at: place, ...noAnchor(alias.source) });
    return null;
  }
}

const NO_NAME: Words = { expected: 'keys that are text', found: 'a list or an object', remedy: 'Write a name.' };

function again(name: string): Words {
  const remedy = 'Put together what both say; otherwise their order would decide.';
  return { expected: 'each key once', found: `${shown(name)} again`, remedy };
}

function noAnchor(name: string): Words {
  const remedy = 'An alias begins with "*" and comes after its anchor; text that begins so needs quotes.';
  return { expected: 'the alias of an anchor', found: shown(`*${name}`), remedy };
}

function keyText(key: unknown): string | undefined {
  if (!isScalar(key)) return undefined;
  return typeof key.value === 'string' ? key.value : (key.source ?? String(key.value));
}

function offsetOf(node: unknown): number {
  const { range } = (node ?? {}) as { readonly range?: readonly number[] | null };
  return range?.[0] ?? 0;
}

function pathTo(path: string, name: string): string {
  if (!/^[\w-]{1,64}$/.test(name)) return `${path}[${shown(name)}]`;
  return path === '' ? name : `${path}.${name}`;
}

/** Keys and indexes as one key, a JSON pointer. */
export function pointerTo(path: readonly (string | number)[]): string {
  return path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
