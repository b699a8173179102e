import { extname } from 'node:path';
import { messageOf, type Mistake } from '../mistake/mistake.ts';
import { foundForeignImport } from './foreign-import.ts';
import type { RuleFile } from './rule-files.ts';

/** Where an import failed, which may be in a file that the rule imports. */
export interface ImportPlace {
  /** The file, and its line if that is known. */
  readonly where: string;
  /** Its code ran, and threw. */
  readonly isThrown: boolean;
}

const THROWN = 'Nothing may throw while a rule is imported: mend what does, or leave it to prepare or check.';
const UNREADABLE = 'Check that it is a file, and that the user of the process may read it.';
const NOT_THERE = 'A rule can import "imagegate/rule", what Node brings, and files that are beside it.';
const FOREIGN =
  'Write that file beside the rule, as .js, .mjs, .ts, .mts or .json: those are watched, and a ConfigMap has no folders.';
const NO_EXPORT = 'Import what that module exports; before a type, TypeScript needs the word "type".';
const NO_COMMON_JS = 'A rule is an ES module, also in a file that ends with .js: write `export default` and `import`.';
const NO_JSON = 'Mend the file: it must be JSON.';

/** What CommonJS has and an ES module has not. Node says more behind it. */
const COMMON_JS = /^(?:module|exports|require) is not defined\b/;

/** Whether this Node cannot read the file, since it is TypeScript. */
export function isForeignTypeScript({ path }: RuleFile): boolean {
  // Node has it from 22.18 on; before, it is false or not there.
  return /^\.m?ts$/.test(extname(path)) && !Reflect.get(process.features, 'typescript');
}

/** The mistake of a file that cannot be imported. */
export function unloadableRule(file: RuleFile, error: unknown, place?: ImportPlace): Mistake {
  return {
    code: 'rule-file-unloadable',
    where: place?.where ?? file.path,
    expected: 'a module that can be imported',
    found: foundFor(error),
    remedy: isForeignTypeScript(file)
      ? `This Node (${process.version}) cannot read TypeScript: use Node 22.18 or newer, or compile the rule to JavaScript.`
      : remedyFor(error, place ?? { where: file.path, isThrown: false }),
  };
}

/** What to do about the syntax of a file, with a line behind its name or without. */
export function syntaxRemedy(where: string): string {
  // Of TypeScript `node --check` would say that its types are wrong.
  return /\.m?ts(?::\d+)?$/.test(where)
    ? 'Mend its syntax; of TypeScript only types that can be erased are read.'
    : 'Mend the file; `node --check` shows where its syntax breaks.';
}

function foundFor(error: unknown): string {
  if (!(error instanceof Error)) return messageOf(error);
  return foundForeignImport(error) ?? `${error.name}: ${error.message}`;
}

function remedyFor(error: unknown, { where, isThrown }: ImportPlace): string {
  if (error instanceof ReferenceError && COMMON_JS.test(error.message)) return NO_COMMON_JS;
  if (isThrown || !(error instanceof Error)) return THROWN;
  if (foundForeignImport(error) !== undefined) return FOREIGN;
  if (error instanceof SyntaxError) {
    if (error.message.includes('does not provide an export named')) return NO_EXPORT;
    return /\.json: /.test(error.message) ? NO_JSON : syntaxRemedy(where);
  }
  // Node's own: `ERR_MODULE_NOT_FOUND` is of its imports, `EACCES` of the system's. Node 20 loses it on its way from the
  // thread of the hooks.
  const code = String(Reflect.get(error, 'code'));
  if (code.startsWith('ERR_') || /^Cannot find (?:module|package) /.test(error.message)) return NOT_THERE;
  return /^E[A-Z]+$/.test(code) ? UNREADABLE : THROWN;
}
