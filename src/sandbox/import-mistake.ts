import { dirname, extname, join } from 'node:path';
import type { Mistake, Remedy, Source } from '../mistake/mistake.ts';
import { nearestName } from '../mistake/nearest-name.ts';
import { type RuleFile, unloadableRule } from '../rule-file/rule-files.ts';
import { sourceOf } from '../rule-file/rule-mistakes.ts';
import type { ErrorText } from './guest/error-text.ts';
import type { SourceFolder } from './rule-sources.ts';
import type { SourceProblem } from './strip-texts.ts';

const THROWN = 'Nothing may throw while a rule is imported: mend what does, or leave it to prepare or check.';
const NO_EXPORT = 'Import what that module exports; before a type, TypeScript needs the word "type".';
const NO_JSON = 'Mend the file: it must be JSON.';
const ONLY = 'A rule can import "imagegate/rule", and files that are beside it.';
const NODE = `Nothing of Node's is there: a rule sees the image, its options and the context. ${ONLY}`;
const PACKAGE = `An npm package must be bundled into a file beside the rule, by esbuild or the like. ${ONLY}`;
const FOREIGN =
  'Write that file beside the rule, as .js, .mjs, .ts, .mts or .json: those are watched, and a ConfigMap has no folders.';

/** An import of a module that does not exist. */
export class ImportRefusedError extends Error {
  override readonly name = 'ImportRefusedError';
  readonly specifier: string;
  readonly importer: string;

  constructor(specifier: string, importer: string) {
    super(`an import of ${JSON.stringify(specifier)}`);
    this.specifier = specifier;
    this.importer = importer;
  }
}

/** A module that exists but is unreadable. */
export class SourceProblemError extends Error {
  override readonly name = 'SourceProblemError';
  readonly file: string;
  readonly problem: SourceProblem;

  constructor(file: string, problem: SourceProblem) {
    super(problem.message);
    this.file = file;
    this.problem = problem;
  }
}

/** Makes the mistakes of a rule file that fails to load, located in the author's own source. */
export function importMistakes(file: RuleFile, folder: SourceFolder) {
  const at = (name: string, line?: number, column?: number): Source => ({
    ...sourceOf(file),
    name: join(dirname(file.path), name),
    ...(line !== undefined && { line }),
    ...(column !== undefined && { column }),
  });
  return {
    /** For an error thrown during evaluation, syntax errors included. */
    ofError({ name, message, place }: ErrorText): Mistake {
      const missing = /^Could not find export '(?<name>.+)' in module '(?<from>.+)'$/.exec(message)?.groups;
      const found = `${name}: ${message}`;
      if (missing !== undefined) {
        const spot = importOf(missing['name']!, missing['from']!, folder);
        return unloadableRule(spot === undefined ? sourceOf(file) : at(...spot), found, NO_EXPORT);
      }
      const isOurs = place !== undefined && folder.has(place.file);
      const source = isOurs ? at(place.file, place.line, place.column) : sourceOf(file);
      const remedy = name === 'SyntaxError' ? syntaxRemedy(source.name) : (lostRemedy(message) ?? THROWN);
      return unloadableRule(source, found, remedy);
    },
    ofRefusedImport({ specifier, importer, message }: ImportRefusedError): Mistake {
      const spot = placeOf(specifier, importer, folder);
      const found = specifier.startsWith('.') ? `${message}, which is none of the files beside it` : message;
      const source = spot === undefined ? at(importer) : at(...spot);
      return unloadableRule(source, found, importRemedy(specifier, importer, folder));
    },
    ofSource({ file: name, problem: { message, line, column } }: SourceProblemError): Mistake {
      return unloadableRule(at(name, line, column), message, extname(name) === '.json' ? NO_JSON : syntaxRemedy(name));
    },
    /** For an evaluation that did not finish. */
    ofEnd(reason: string): Mistake {
      const plain = 'A rule file only says what the rule is: keep loops and waiting out of it.';
      return unloadableRule(sourceOf(file), `one that did not come to its end: ${reason}`, plain);
    },
  };
}

function syntaxRemedy(name: string): string {
  return /\.m?ts$/.test(name)
    ? 'Mend its syntax; of TypeScript only types that can be erased are read.'
    : 'Mend its syntax; a rule is an ES module, also in a file that ends with .js.';
}

function importRemedy(specifier: string, importer: string, folder: SourceFolder): Remedy {
  if (specifier.startsWith('node:')) return { remedy: NODE };
  if (!/^[./]|^file:/.test(specifier)) return { remedy: PACKAGE };
  const others = [...folder.keys()].filter((name) => name !== importer);
  return nearestName(
    specifier,
    others.map((name) => `./${name}`),
    FOREIGN,
  );
}

type Spot = readonly [file: string, line: number, column: number];

/** Where a specifier stands in its importer. */
function placeOf(specifier: string, importer: string, folder: SourceFolder): Spot | undefined {
  const { text } = folder.get(importer) as { readonly text: string };
  const index = quoted(specifier, text);
  return index === -1 ? undefined : spotAt(importer, text, index);
}

/** Where a missing export is imported: the engine reports only its name. */
function importOf(name: string, from: string, folder: SourceFolder): Spot | undefined {
  for (const [file, source] of folder) {
    const text = 'text' in source ? source.text : '';
    const end = Math.max(quoted(from, text), quoted(`./${from}`, text));
    const start = text.lastIndexOf('import', end);
    const inside = name === 'default' ? 0 : text.slice(start, end).search(new RegExp(`\\b${escaped(name)}\\b`));
    if (end !== -1 && start !== -1 && inside !== -1) return spotAt(file, text, start + inside);
  }
  return undefined;
}

/** The index of a text in either kind of quotes; -1 if not found. */
function quoted(specifier: string, text: string): number {
  const [single, double] = [text.indexOf(`'${specifier}'`), text.indexOf(`"${specifier}"`)];
  return single === -1 ? double : single;
}

function escaped(name: string): string {
  return name.replace(/[$\\^.*+?()[\]{}|]/g, '\\$&');
}

function spotAt(file: string, text: string, index: number): Spot {
  const before = text.slice(0, index).split('\n');
  return [file, before.length, before.at(-1)!.length + 1];
}

const NO_COMMON_JS = 'A rule is an ES module, also in a file that ends with .js: write `export default` and `import`.';
const NO_TIMERS = 'A rule answers at once, and has no timers.';
const NO_NETWORK = 'A rule reaches nothing outside: what it needs comes as options, or as JSON in a file beside it.';
const NO_BYTES = 'Work on the text itself: a rule has no bytes of the web or of Node.';
const NO_URL = 'Take the text apart: `image.registry` and `image.repository` are apart already.';

/** Globals that the sandbox lacks, and what to use instead. */
const LOST: Readonly<Record<string, string>> = {
  require: NO_COMMON_JS,
  module: NO_COMMON_JS,
  exports: NO_COMMON_JS,
  __dirname: NO_COMMON_JS,
  __filename: NO_COMMON_JS,
  setTimeout: NO_TIMERS,
  setInterval: NO_TIMERS,
  setImmediate: NO_TIMERS,
  fetch: NO_NETWORK,
  XMLHttpRequest: NO_NETWORK,
  WebSocket: NO_NETWORK,
  Buffer: NO_BYTES,
  TextEncoder: NO_BYTES,
  TextDecoder: NO_BYTES,
  atob: NO_BYTES,
  btoa: NO_BYTES,
  URL: NO_URL,
  URLSearchParams: NO_URL,
  process: 'A rule sees no process and no environment: let it take the value as an option.',
  Intl: 'Write the format by hand: a rule has no Intl.',
  structuredClone: 'Copy with `{ ...value }`, or `JSON.parse(JSON.stringify(value))`.',
  crypto: 'A rule has nothing that is random, and no hashes: the digest is in `image.digest`.',
  performance: 'A rule has no clock: the moment of the review is `context.now`.',
};

/** The remedy for an undefined name, if it is a global of Node or the web. */
export function lostRemedy(message: string): string | undefined {
  const [, name = ''] = /\b(\w+) is not defined\b/.exec(message) ?? [];
  return Object.hasOwn(LOST, name) ? LOST[name] : undefined;
}
