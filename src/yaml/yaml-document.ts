import { Composer, LineCounter, Parser, type Document, type YAMLParseError, type YAMLWarning } from 'yaml';
import { printable } from '../mistake/printable.ts';
import { messageOf, type Mistake } from '../mistake/mistake.ts';
import { isDeeperThan } from './token-depth.ts';
import { yamlValues, type ReadScalar, type YamlPlace } from './yaml-values.ts';

/** What a YAML text says, as far as it can be read. */
export interface YamlDocument {
  /** `undefined` where nothing is written, or nothing that can be read. */
  readonly value: unknown;
  /** Where a value is written, by its JSON pointer: `policy.yaml:12:7 rules.blocked-tags.action`. */
  readonly where: (pointer: string) => string;
  readonly mistakes: readonly Mistake[];
}

/** In characters. A whole ConfigMap holds 1 MiB; for the worst text of this length the parser takes a second or two. */
const MAX_LENGTH = 128 * 1024;
/** The parser calls itself for each, and a regular expression at the end of the stack ends the process. */
const MAX_DEPTH = 32;
const MAX_ALIASES = 100;
const MAX_VALUES = 100_000;
/** One slip can make every line after it wrong. */
const MAX_ERRORS = 10;

const LIMITS = `It may have at most ${MAX_LENGTH / 1024} KiB, ${MAX_DEPTH} levels, ${MAX_ALIASES} aliases and ${MAX_VALUES} values.`;
const MEND = 'Mend it there or just before; text with ": " or " #" in it needs quotes.';

/** Reads a text as one document of YAML 1.2. It never throws, and its work grows with the length of the text alone. */
export function readYaml(text: string, file: string): YamlDocument {
  const [document, second] = yamlDocuments(text, file);
  if (second === undefined) return document!; // there is always one
  const remedy = 'Put all into one, and remove the line "---" between them.';
  const two = unreadable({ where: second.where(''), expected: 'one document', found: 'a second one', remedy });
  return { ...document!, mistakes: [...document!.mistakes, two] };
}

/** As YAML 1.2 has it. */
const asWritten: ReadScalar = ({ value }) => value;

/**
 * Reads a text as documents of YAML 1.2, at least one. It never throws, and goes no further than it is asked.
 *
 * @param readScalar for what somebody else reads in another way
 */
export function* yamlDocuments(text: string, file: string, readScalar = asWritten): Generator<YamlDocument> {
  const lines = new LineCounter();
  const position = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${Math.max(line, 1)}:${Math.max(col, 1)}`;
  };
  try {
    for (const document of composed(text, lines)) yield yamlDocument(document, position, readScalar);
  } catch (error) {
    // One of the limits, or a fault of the parser: whatever it is, the text is of no use.
    const found = printable(messageOf(error));
    const mistakes = [unreadable({ where: file, expected: 'YAML within its limits', found, remedy: LIMITS })];
    yield { value: undefined, where: () => file, mistakes };
  }
}

function composed(text: string, lines: LineCounter): Iterable<Document> {
  if (text.length > MAX_LENGTH) throw new RangeError(`${text.length} characters`);
  const tokens = [...new Parser(lines.addNewLine).parse(text)];
  if (isDeeperThan(MAX_DEPTH, tokens)) throw new RangeError('more levels');
  // uniqueKeys would compare each key with every other; yamlValues looks them up.
  const options = { prettyErrors: false, uniqueKeys: false, resolveKnownTags: false } as const;
  return new Composer(options).compose(tokens, true, text.length); // forced, so there is one
}

function yamlDocument(document: Document, position: (offset: number) => string, readScalar: ReadScalar): YamlDocument {
  const start = document.range![0]; // it comes from a text
  const place = ({ offset, path }: YamlPlace): string => [position(offset), ...(path === '' ? [] : [path])].join(' ');
  const mistakes = syntaxMistakes([...document.errors, ...document.warnings], position);
  if (document.errors.length > 0) return { value: undefined, where: () => position(start), mistakes };
  const limits = { depth: MAX_DEPTH, aliases: MAX_ALIASES, values: MAX_VALUES };
  const { value, places, objections } = yamlValues(document, limits, readScalar);
  const objected = objections.map((objection) => unreadable({ ...objection, where: place(objection.place) }));
  return {
    value: value ?? undefined,
    where: (pointer) => place((pointer === '' ? undefined : places.get(pointer)) ?? { offset: start, path: '' }),
    mistakes: [...mistakes, ...objected],
  };
}

function syntaxMistakes(
  wrong: readonly (YAMLParseError | YAMLWarning)[],
  position: (offset: number) => string,
): readonly Mistake[] {
  const mistakes = wrong.slice(0, MAX_ERRORS).map(({ pos: [offset], message }) => {
    return unreadable({ where: position(offset), expected: 'YAML 1.2', found: printable(message), remedy: MEND });
  });
  if (wrong.length <= MAX_ERRORS) return mistakes;
  const found = `${wrong.length - MAX_ERRORS} more mistakes`;
  const where = position(wrong[MAX_ERRORS]!.pos[0]);
  return [...mistakes, unreadable({ where, expected: 'YAML 1.2', found, remedy: 'Mend the ones before first.' })];
}

function unreadable({ where, expected, found, remedy }: Omit<Mistake, 'code'>): Mistake {
  return { code: 'policy-yaml-unreadable', where, expected, found, remedy };
}
