import { Composer, LineCounter, Parser, type CST, type Document, type YAMLParseError, type YAMLWarning } from 'yaml';
import { printable } from '../mistake/printable.ts';
import { messageOf, within, type Location, type Mistake, type MistakeCode, type Source } from '../mistake/mistake.ts';
import { type WrittenScalar, writtenScalars } from './written-scalar.ts';
import { pointerTo, yamlValues, type YamlPlace, type YamlReading } from './yaml-values.ts';

/** A parsed YAML document. */
export interface YamlDocument {
  /** `undefined` if the document is empty or unreadable. */
  readonly value: unknown;
  /** The location of the value at these keys and indexes; without any, of the document. */
  readonly where: (...path: readonly (string | number)[]) => Location;
  /** The same, but where the value itself begins and, if it is absent, what it should be in. */
  readonly whereValue: (...path: readonly (string | number)[]) => Location;
  /** The scalar at these keys and indexes, as it is written; `undefined` if there is none. */
  readonly scalarAt: (...path: readonly (string | number)[]) => WrittenScalar | undefined;
  readonly mistakes: readonly Mistake[];
}

type Locate = (place: Pick<YamlPlace, 'offset' | 'path'>) => Location;

/** How a text is read, and what its mistakes are called. */
export interface YamlDialect extends YamlReading {
  /** The longest text, in characters. */
  readonly maxLength: number;
  readonly code: MistakeCode;
}

/** YAML 1.2. The parser takes a second or two for the worst text of this length; a ConfigMap holds up to 1 MiB. */
export const STRICT_YAML: YamlDialect = {
  readScalar: ({ value }) => value,
  isLenient: false,
  maxLength: 128 * 1024,
  maxDepth: 32,
  maxAliases: 100,
  maxValues: 100_000,
  code: 'policy-yaml-unreadable',
};
/** One error can make every following line invalid. */
const MAX_ERRORS = 10;

const MEND = 'Mend it there or just before; text with ": " or " #" in it needs quotes.';

/** Reads a text as one document of YAML 1.2. Never throws, and takes time linear in the length of the text. */
export function readYaml(text: string, source: Source): YamlDocument {
  const [document, second] = yamlDocuments(text, source);
  if (second === undefined) return document!; // there is always one
  const remedy = 'Put all into one, and remove the line "---" between them.';
  const two = unreadable(STRICT_YAML, second.where(), { expected: 'one document', found: 'a second one', remedy });
  return { ...document!, mistakes: [...document!.mistakes, two] };
}

/**
 * Reads a text as YAML documents, at least one, lazily. Never throws.
 *
 * @param source its line and column, if it has them, are those of the text's first character
 */
export function* yamlDocuments(text: string, source: Source, dialect = STRICT_YAML): Generator<YamlDocument> {
  const lines = new LineCounter();
  const locate: Locate = ({ offset, path }) => {
    const { line, col } = lines.linePos(offset);
    const before = line > 1 ? 0 : (source.column ?? 1) - 1;
    const place = { line: Math.max(line, 1) + (source.line ?? 1) - 1, column: before + Math.max(col, 1) };
    return within({ source: { ...source, ...place } }, path);
  };
  try {
    for (const document of composed(text, lines, dialect)) yield yamlDocument(document, text, locate, dialect);
  } catch (error) {
    // A limit was exceeded, or the parser failed: either way the text is unreadable.
    const words = { expected: 'YAML within its limits', found: printable(messageOf(error)), remedy: limits(dialect) };
    const where = (): Location => ({ source });
    yield { ...nothingAt(where), mistakes: [unreadable(dialect, { source }, words)] };
  }
}

/** In words. */
export function limits({ maxLength, maxDepth, maxAliases, maxValues }: YamlDialect): string {
  return `It may have at most ${maxLength / 1024} KiB, ${maxDepth} levels, ${maxAliases} aliases and ${maxValues} values.`;
}

function composed(text: string, lines: LineCounter, { maxLength, maxDepth }: YamlDialect): Iterable<Document> {
  if (text.length > maxLength) throw new RangeError(`${text.length} characters`);
  const tokens = [...new Parser(lines.addNewLine).parse(text)];
  if (isDeeperThan(maxDepth, tokens)) throw new RangeError('more levels');
  // uniqueKeys is quadratic; yamlValues finds duplicates by look-up.
  const options = { prettyErrors: false, uniqueKeys: false, resolveKnownTags: false } as const;
  return new Composer(options).compose(tokens, true, text.length); // forced, so there is one
}

/** Whether tokens nest deeper than `levels`. Iterative, since it guards recursive code. */
function isDeeperThan(levels: number, tokens: readonly CST.Token[]): boolean {
  const open = tokens.map((token) => ({ token, depth: 0 }));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { token, depth } = next;
    if (depth > levels) return true;
    for (const inner of innerTokens(token)) open.push({ token: inner, depth: depth + 1 });
  }
  return false;
}

function innerTokens(token: CST.Token): readonly CST.Token[] {
  if (token.type === 'document') return token.value === undefined ? [] : [token.value];
  if (!('items' in token)) return [];
  return token.items.flatMap(({ key, value }) => [key, value]).filter((inner) => inner !== undefined && inner !== null);
}

function nothingAt(where: () => Location): Omit<YamlDocument, 'mistakes'> {
  return { value: undefined, where, whereValue: where, scalarAt: () => undefined };
}

function yamlDocument(document: Document, text: string, locate: Locate, dialect: YamlDialect): YamlDocument {
  const start = { offset: document.range![0], path: '' }; // it comes from a text
  const mistakes = syntaxMistakes([...document.errors, ...document.warnings], locate, dialect);
  const atStart = (): Location => locate(start);
  if (document.errors.length > 0) return { ...nothingAt(atStart), mistakes };
  const { value, places, objections } = yamlValues(document, dialect);
  return {
    value: value ?? undefined,
    where: (...path) => locate((path.length === 0 ? undefined : places.get(pointerTo(path))) ?? start),
    whereValue: (...path) => {
      for (let length = path.length; length > 0; length -= 1) {
        const place = places.get(pointerTo(path.slice(0, length)));
        if (place !== undefined) return locate({ offset: place.valueOffset, path: place.path });
      }
      return atStart();
    },
    scalarAt: writtenScalars(text, places, locate),
    mistakes: [...mistakes, ...objections.map(({ at, ...words }) => unreadable(dialect, locate(at), words))],
  };
}

function syntaxMistakes(
  wrong: readonly (YAMLParseError | YAMLWarning)[],
  locate: Locate,
  dialect: YamlDialect,
): readonly Mistake[] {
  const expected = 'YAML 1.2';
  const at = ({ pos: [offset] }: YAMLParseError | YAMLWarning): Location => locate({ offset, path: '' });
  const mistakes = wrong
    .slice(0, MAX_ERRORS)
    .map((error) => unreadable(dialect, at(error), { expected, found: printable(error.message), remedy: MEND }));
  if (wrong.length <= MAX_ERRORS) return mistakes;
  const words = {
    expected,
    found: `${wrong.length - MAX_ERRORS} more mistakes`,
    remedy: 'Mend the ones before first.',
  };
  return [...mistakes, unreadable(dialect, at(wrong[MAX_ERRORS]!), words)];
}

function unreadable(
  { code }: YamlDialect,
  location: Location,
  words: Pick<Mistake, 'expected' | 'found' | 'remedy'>,
): Mistake {
  return { code, ...location, ...words };
}
