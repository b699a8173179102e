import { existsSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { foreignImport } from '../rule/foreign-import.ts';
import type { RuleSources } from './worker-protocol.ts';

// Node's own types begin with a version that has neither registerHooks nor stripTypeScriptTypes.

interface ResolveContext {
  readonly parentURL?: string;
}
interface Resolved {
  readonly url: string;
  readonly format?: string;
  readonly shortCircuit?: boolean;
}
interface Loaded {
  readonly format: string;
  readonly source?: string;
  readonly shortCircuit?: boolean;
}
type Strip = (code: string, options: { readonly sourceUrl: string }) => string;
/** Where this package is built. */
const OURS = new URL('../../', import.meta.url).href;

type Next<Context, Result> = (specifier: string, context: Context) => Result;

/**
 * How modules are found: `imagegate/…` is this package wherever the rule file lies, and what was read at the start is
 * never read again. What was not, a rule file cannot import, but from a package. Every rule file is an ES module, whatever
 * a package.json near it says.
 */
export interface SourceHooks {
  resolve<Result>(specifier: string, context: ResolveContext, next: Next<ResolveContext, Result>): Result | Resolved;
  load<Result>(url: string, context: object, next: Next<object, Result>): Result | Loaded;
}

export function sourceHooks(sources: RuleSources): SourceHooks {
  const texts = new Map(Object.entries(sources));
  return {
    resolve(specifier, context, next) {
      if (specifier.startsWith('imagegate/')) return next(specifier, { ...context, parentURL: import.meta.url });
      const url = fileUrl(specifier, context.parentURL);
      if (url === undefined || !texts.has(url)) {
        const from = context.parentURL ?? '';
        const text = texts.get(from);
        if (url !== undefined && text !== undefined && isForeign(url, from)) throw refused(specifier, from, text);
        return next(specifier, context);
      }
      return { url, format: formatOf(url), shortCircuit: true };
    },
    load(url, context, next) {
      const text = texts.get(url);
      if (text === undefined) return next(url, context);
      return { format: formatOf(url), source: isTypeScript(url) ? strip(text, url) : text, shortCircuit: true };
    },
  };
}

/** Has Node's imports go through the hooks, in this thread where Node can. */
export function registerSources(sources: RuleSources): void {
  const registerHooks = Reflect.get(nodeModule, 'registerHooks') as ((hooks: SourceHooks) => void) | undefined;
  if (registerHooks !== undefined) registerHooks(sourceHooks(sources));
  else nodeModule.register(new URL('./source-hooks-thread.js', import.meta.url), { data: sources });
}

function fileUrl(specifier: string, parent: string | undefined): string | undefined {
  if (specifier.startsWith('file:')) return specifier;
  return /^\.{0,2}\//.test(specifier) && parent !== undefined ? new URL(specifier, parent).href : undefined;
}

/** Whether a file that is no source is to be refused; what is not there beside the importer, Node itself tells. */
function isForeign(url: string, from: string): boolean {
  if (url.includes('/node_modules/') || url.startsWith(OURS)) return false;
  const isBeside = new URL('.', url).href === new URL('.', from).href;
  return !isBeside || existsSync(fileURLToPath(url));
}

function refused(specifier: string, from: string, text: string): Error {
  const line = text.split('\n').findIndex((one) => [`'${specifier}'`, `"${specifier}"`].some((it) => one.includes(it)));
  return foreignImport(specifier, fileURLToPath(from) + (line === -1 ? '' : `:${line + 1}`));
}

function formatOf(url: string): string {
  return extname(url) === '.json' ? 'json' : 'module';
}

function isTypeScript(url: string): boolean {
  return /^\.m?ts$/.test(extname(url));
}

/** Types become blanks, so that places stay what they are. What cannot be stripped is told with the URL. */
function strip(text: string, sourceUrl: string): string {
  const stripTypes = Reflect.get(nodeModule, 'stripTypeScriptTypes') as Strip | undefined;
  if (stripTypes === undefined)
    throw new TypeError(`${sourceUrl} is TypeScript, which Node ${process.version} cannot read`);
  return stripTypes(text, { sourceUrl });
}
