import { Composer, LineCounter, Parser, type CST, type Document, type YAMLParseError, type YAMLWarning } from 'yaml';
import { printable } from '../mistake/printable.ts';
import { messageOf, within, type Location, type Mistake, type Source } from '../mistake/mistake.ts';
import {
  MAX_ALIASES,
  MAX_DEPTH,
  MAX_VALUES,
  pointerTo,
  yamlValues,
  type ReadScalar,
  type YamlPlace,
} from './yaml-values.ts';

/** A parsed YAML document. */
export interface YamlDocument {
  /** `undefined` if the document is empty or unreadable. */
  readonly value: unknown;
  /** The location of the value at these keys and indexes; without any, of the document. */
  readonly where: (...path: readonly (string | number)[]) => Location;
  readonly mistakes: readonly Mistake[];
}

type Locate = (place: YamlPlace) => Location;

/** In characters. The parser takes a second or two for the worst text of this length; a ConfigMap holds up to 1 MiB. */
const MAX_LENGTH = 128 * 1024;
/** One error can make every following line invalid. */
const MAX_ERRORS = 10;

export const LIMITS = `It may have at most ${MAX_LENGTH / 1024} KiB, ${MAX_DEPTH} levels, ${MAX_ALIASES} aliases and ${MAX_VALUES} values.`;
const MEND = 'Mend it there or just before; text with ": " or " #" in it needs quotes.';

/** Reads a text as one document of YAML 1.2. Never throws, and takes time linear in the length of the text. */
export function readYaml(text: string, source: Source): YamlDocument {
  const [document, second] = yamlDocuments(text, source);
  if (second === undefined) return document!; // there is always one
  const remedy = 'Put all into one, and remove the line "---" between them.';
  const two = unreadable(second.where(), { expected: 'one document', found: 'a second one', remedy });
  return { ...document!, mistakes: [...document!.mistakes, two] };
}

const asWritten: ReadScalar = ({ value }) => value;

/**
 * Reads a text as documents of YAML 1.2, at least one, lazily. Never throws.
 *
 * @param readScalar converts scalars; by default as YAML 1.2 does
 */
export function* yamlDocuments(text: string, source: Source, readScalar = asWritten): Generator<YamlDocument> {
  const lines = new LineCounter();
  const locate: Locate = ({ offset, path }) => {
    const { line, col } = lines.linePos(offset);
    return within({ source: { ...source, line: Math.max(line, 1), column: Math.max(col, 1) } }, path);
  };
  try {
    for (const document of composed(text, lines)) yield yamlDocument(document, locate, readScalar);
  } catch (error) {
    // A limit was exceeded, or the parser failed: either way the text is unreadable.
    const found = printable(messageOf(error));
    const mistakes = [unreadable({ source }, { expected: 'YAML within its limits', found, remedy: LIMITS })];
    yield { value: undefined, where: () => ({ source }), mistakes };
  }
}

function composed(text: string, lines: LineCounter): Iterable<Document> {
  if (text.length > MAX_LENGTH) throw new RangeError(`${text.length} characters`);
  const tokens = [...new Parser(lines.addNewLine).parse(text)];
  if (isDeeperThan(MAX_DEPTH, tokens)) throw new RangeError('more levels');
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

function yamlDocument(document: Document, locate: Locate, readScalar: ReadScalar): YamlDocument {
  const start = { offset: document.range![0], path: '' }; // it comes from a text
  const mistakes = syntaxMistakes([...document.errors, ...document.warnings], locate);
  if (document.errors.length > 0) return { value: undefined, where: () => locate(start), mistakes };
  const { value, places, objections } = yamlValues(document, readScalar);
  return {
    value: value ?? undefined,
    where: (...path) => locate((path.length === 0 ? undefined : places.get(pointerTo(path))) ?? start),
    mistakes: [...mistakes, ...objections.map(({ at, ...words }) => unreadable(locate(at), words))],
  };
}

function syntaxMistakes(wrong: readonly (YAMLParseError | YAMLWarning)[], locate: Locate): readonly Mistake[] {
  const expected = 'YAML 1.2';
  const at = ({ pos: [offset] }: YAMLParseError | YAMLWarning): Location => locate({ offset, path: '' });
  const mistakes = wrong
    .slice(0, MAX_ERRORS)
    .map((error) => unreadable(at(error), { expected, found: printable(error.message), remedy: MEND }));
  if (wrong.length <= MAX_ERRORS) return mistakes;
  const found = `${wrong.length - MAX_ERRORS} more mistakes`;
  return [...mistakes, unreadable(at(wrong[MAX_ERRORS]!), { expected, found, remedy: 'Mend the ones before first.' })];
}

function unreadable(location: Location, words: Pick<Mistake, 'expected' | 'found' | 'remedy'>): Mistake {
  return { code: 'policy-yaml-unreadable', ...location, ...words };
}
