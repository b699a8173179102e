import { isAlias, isMap, isScalar, isSeq, type Document, type Pair } from 'yaml';
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

/**
 * What a document of YAML says, and where.
 *
 * @throws {RangeError} past one of the limits.
 */
export function yamlValues(document: Document, limits: YamlLimits): YamlValues {
  const places = new Map<string, YamlPlace>();
  const objections: YamlObjection[] = [];
  let aliases = 0;
  let values = 0;

  const valueOf = (node: unknown, pointer: string, place: YamlPlace, depth: number): unknown => {
    places.set(pointer, place);
    values += 1;
    if (values > limits.values) throw new RangeError('more values');
    if (depth > limits.depth) throw new RangeError('more levels, or an alias within what it stands for');
    if (isScalar(node)) return node.value;
    if (isSeq(node)) {
      return node.items.map((item, index) =>
        valueOf(item, `${pointer}/${index}`, { offset: offsetOf(item), path: `${place.path}[${index}]` }, depth + 1),
      );
    }
    if (isMap(node)) return objectOf(node.items, pointer, place, depth);
    if (!isAlias(node)) return null;
    aliases += 1;
    if (aliases > limits.aliases) throw new RangeError('more aliases');
    const original = node.resolve(document);
    if (original !== undefined) return valueOf(original, pointer, place, depth + 1);
    const remedy = 'An alias begins with "*" and comes after its anchor; text that begins so needs quotes.';
    objections.push({ place, expected: 'the alias of an anchor', found: shown(`*${node.source}`), remedy });
    return null;
  };

  const objectOf = (pairs: readonly Pair[], pointer: string, { path }: YamlPlace, depth: number): object => {
    const entries = new Map<string, unknown>();
    for (const { key, value } of pairs) {
      const name = keyText(key);
      const place = { offset: offsetOf(key), path: name === undefined ? path : pathTo(path, name) };
      if (name === undefined) {
        objections.push({
          place,
          expected: 'keys that are text',
          found: 'a list or an object',
          remedy: 'Write a name.',
        });
      } else if (entries.has(name)) {
        const remedy = 'Put together what both say; the order would decide otherwise.';
        objections.push({ place, expected: 'each key once', found: `${shown(name)} again`, remedy });
      } else entries.set(name, valueOf(value, `${pointer}/${pointerSegment(name)}`, place, depth + 1));
    }
    // Not by assignment, which would take the key __proto__ for something else.
    return Object.fromEntries(entries);
  };

  return { value: valueOf(document.contents, '', { offset: 0, path: '' }, 0), places, objections };
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
