import { isAlias, isMap, isScalar, isSeq, type Alias, type Document, type Pair, type Scalar, visit } from 'yaml';
import { shown, type Mistake } from '../mistake/mistake.ts';

export interface YamlPlace {
  /** Of the value's key or, in a list, of the value. */
  readonly offset: number;
  readonly valueOffset: number;
  /** `exemptions[0].images` */
  readonly path: string;
  /** What stands there, if it is a scalar; of an alias, what it stands for. */
  readonly scalar?: Scalar;
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

export type ReadScalar = (scalar: Scalar) => unknown;

/** How documents are read. */
export interface YamlReading {
  readonly readScalar: ReadScalar;
  /** Whether the last of equal keys counts, and `<<` merges: else the first is a mistake, and the second a key. */
  readonly isLenient: boolean;
  /** The most levels: the parser is recursive, and a regular expression that exhausts the stack ends the process. */
  readonly maxDepth: number;
  readonly maxAliases: number;
  /** Counted after the expansion of aliases. */
  readonly maxValues: number;
}

/**
 * The value of a YAML document, and the place of each part.
 *
 * @throws {RangeError} if a limit is exceeded.
 */
export function yamlValues(document: Document, reading: YamlReading): YamlValues {
  const reader = new Reader(document, reading);
  const value = reader.valueOf(document.contents, '', { offset: 0, valueOffset: 0, path: '' }, 0);
  return { value, places: reader.places, objections: reader.objections };
}

class Reader {
  readonly places = new Map<string, YamlPlace>();
  readonly objections: YamlObjection[] = [];
  readonly #document: Document;
  readonly #reading: YamlReading;
  #originals: ReadonlyMap<Alias, unknown> | undefined;
  #aliases = 0;
  #values = 0;

  constructor(document: Document, reading: YamlReading) {
    this.#document = document;
    this.#reading = reading;
  }

  valueOf(node: unknown, pointer: string, place: YamlPlace, depth: number): unknown {
    this.places.set(pointer, isScalar(node) ? { ...place, scalar: node } : place);
    this.#values += 1;
    if (this.#values > this.#reading.maxValues) throw new RangeError('more values');
    if (depth > this.#reading.maxDepth) throw new RangeError('more levels, or an alias within what it stands for');
    if (isScalar(node)) return this.#reading.readScalar(node);
    if (isSeq(node)) {
      return node.items.map((item, index) => {
        const offset = offsetOf(item);
        const itemPlace = { offset, valueOffset: offset, path: `${place.path}[${index}]` };
        return this.valueOf(item, pointer + pointerTo([index]), itemPlace, depth + 1);
      });
    }
    if (isMap(node)) return this.#objectOf(node.items, pointer, place, depth);
    return isAlias(node) ? this.#originalOf(node, pointer, place, depth) : null;
  }

  #objectOf(pairs: readonly Pair[], pointer: string, { path }: YamlPlace, depth: number): object {
    const { isLenient } = this.#reading;
    const entries = new Map<string, unknown>();
    for (const { key, value } of isLenient ? this.#merged(pairs) : pairs) {
      const name = keyText(key);
      const place = {
        offset: offsetOf(key),
        valueOffset: offsetOf(value ?? key),
        path: name === undefined ? path : pathTo(path, name),
      };
      if (name === undefined) this.objections.push({ at: place, ...NO_NAME });
      else if (entries.has(name) && !isLenient) this.objections.push({ at: place, ...again(name) });
      else entries.set(name, this.valueOf(value, pointer + pointerTo([name]), place, depth + 1));
    }
    // Not by assignment: for the key __proto__ that would set the prototype.
    return Object.fromEntries(entries);
  }

  /** The pairs, with what `<<` merges in its place: of equal keys the last counts, as kubectl reads it. */
  #merged(pairs: readonly Pair[]): readonly Pair[] {
    return pairs.flatMap((pair) => {
      if (!isMerge(pair)) return [pair];
      const sources = isSeq(pair.value) ? pair.value.items.toReversed() : [pair.value];
      return sources.flatMap((source) => {
        const map = isAlias(source) ? this.#resolve(source) : source;
        if (isMap(map)) return this.#merged(map.items);
        const offset = offsetOf(source);
        this.objections.push({ at: { offset, valueOffset: offset, path: '' }, ...NO_MAP });
        return [];
      });
    });
  }

  #resolve(alias: Alias): unknown {
    this.#aliases += 1;
    if (this.#aliases > this.#reading.maxAliases) throw new RangeError('more aliases');
    this.#originals ??= originalsOf(this.#document);
    return this.#originals.get(alias);
  }

  #originalOf(alias: Alias, pointer: string, place: YamlPlace, depth: number): unknown {
    const original = this.#resolve(alias);
    if (original !== undefined) return this.valueOf(original, pointer, place, depth + 1);
    this.objections.push({ at: place, ...noAnchor(alias.source) });
    return null;
  }
}

/** What each alias stands for. Found at once: `Alias.resolve` looks through the whole document each time. */
function originalsOf(document: Document): ReadonlyMap<Alias, unknown> {
  const anchored = new Map<string, unknown>();
  const originals = new Map<Alias, unknown>();
  visit(document, {
    Node: (_, node) => {
      if (isAlias(node)) originals.set(node, anchored.get(node.source));
      else if (node.anchor !== undefined) anchored.set(node.anchor, node);
    },
  });
  return originals;
}

const NO_NAME: Words = { expected: 'keys that are text', found: 'a list or an object', remedy: 'Write a name.' };

const NO_MAP: Words = {
  expected: 'an object, or a list of objects, to merge by "<<"',
  found: 'something else',
  remedy: 'Quote "<<" if it is a key like any other.',
};

function isMerge({ key }: Pair): boolean {
  return isScalar(key) && key.type === 'PLAIN' && key.value === '<<';
}

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
