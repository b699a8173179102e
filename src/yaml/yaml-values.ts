import { isAlias, isMap, isScalar, isSeq, type Alias, type Document, type Pair, type Scalar } from 'yaml';
import { shown } from '../mistake/mistake.ts';

/** Where a value is written. */
export interface YamlPlace {
  /** Of its key, or of itself in a list. */
  readonly offset: number;
  /** `exemptions[0].images` */
  readonly path: string;
}

/** What is wrong with a value, for a mistake. */
export interface YamlObjection {
  readonly place: YamlPlace;
  readonly expected: string;
  readonly found: string;
  readonly remedy: string;
}

export interface YamlValues {
  /** JSON, but for numbers that JSON does not have. */
  readonly value: unknown;
  /** By JSON pointer. */
  readonly places: ReadonlyMap<string, YamlPlace>;
  readonly objections: readonly YamlObjection[];
}

export interface YamlLimits {
  readonly depth: number;
  readonly aliases: number;
  /** Counted after aliases have become what they stand for. */
  readonly values: number;
}

/** What a scalar stands for, to whoever reads it. */
export type ReadScalar = (scalar: Scalar) => unknown;

/**
 * What a document of YAML says, and where.
 *
 * @throws {RangeError} past one of the limits.
 */
export function yamlValues(document: Document, limits: YamlLimits, readScalar: ReadScalar): YamlValues {
  const reader = new Reader(document, limits, readScalar);
  const value = reader.valueOf(document.contents, '', { offset: 0, path: '' }, 0);
  return { value, places: reader.places, objections: reader.objections };
}

class Reader {
  readonly places = new Map<string, YamlPlace>();
  readonly objections: YamlObjection[] = [];
  readonly #document: Document;
  readonly #limits: YamlLimits;
  readonly #readScalar: ReadScalar;
  #aliases = 0;
  #values = 0;

  constructor(document: Document, limits: YamlLimits, readScalar: ReadScalar) {
    this.#document = document;
    this.#limits = limits;
    this.#readScalar = readScalar;
  }

  valueOf(node: unknown, pointer: string, place: YamlPlace, depth: number): unknown {
    this.places.set(pointer, place);
    this.#values += 1;
    if (this.#values > this.#limits.values) throw new RangeError('more values');
    if (depth > this.#limits.depth) throw new RangeError('more levels, or an alias within what it stands for');
    if (isScalar(node)) return this.#readScalar(node);
    if (isSeq(node)) {
      return node.items.map((item, index) => {
        const itemPlace = { offset: offsetOf(item), path: `${place.path}[${index}]` };
        return this.valueOf(item, `${pointer}/${index}`, itemPlace, depth + 1);
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
      if (name === undefined) this.objections.push({ place, ...NO_NAME });
      else if (entries.has(name)) this.objections.push({ place, ...again(name) });
      else entries.set(name, this.valueOf(value, `${pointer}/${pointerSegment(name)}`, place, depth + 1));
    }
    // Not by assignment, which would take the key __proto__ for something else.
    return Object.fromEntries(entries);
  }

  #originalOf(alias: Alias, pointer: string, place: YamlPlace, depth: number): unknown {
    this.#aliases += 1;
    if (this.#aliases > this.#limits.aliases) throw new RangeError('more aliases');
    const original = alias.resolve(this.#document);
    if (original !== undefined) return this.valueOf(original, pointer, place, depth + 1);
    this.objections.push({ place, ...noAnchor(alias.source) });
    return null;
  }
}

type Words = Omit<YamlObjection, 'place'>;

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

/** A name as a part of a JSON pointer. */
export function pointerSegment(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
