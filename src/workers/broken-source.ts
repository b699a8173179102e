import { basename, extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { syntaxLine } from './syntax-line.ts';
import type { RuleSources } from './worker-protocol.ts';

const MODULE = /^\.m?[jt]s$/;
/** As long as one look may take. */
const LOOK_MS = 2000;

/** Finds the source whose syntax breaks, and the line: that of this URL, or one that it imports. */
export type FindBrokenSource = (url: string) => Promise<{ readonly url: string; readonly line: number } | undefined>;

/**
 * Makes what finds broken sources, each of which is looked at once, however many rules import it.
 *
 * @param until when no more is looked at, on the clock of `performance.now()`
 */
export function brokenSourceFinder(sources: RuleSources, until: number): FindBrokenSource {
  const lines = new Map<string, Promise<number | undefined>>();
  const lineOf = async (url: string): Promise<number | undefined> => {
    const left = until - performance.now();
    if (left <= 0) return undefined;
    const line = lines.get(url) ?? syntaxLine(sources[url]!, languageOf(url), Math.ceil(Math.min(LOOK_MS, left)));
    lines.set(url, line);
    return line;
  };
  return async (first) => {
    const reached = new Set(Object.hasOwn(sources, first) ? [first] : []);
    // A set goes on with what is added while it is gone through.
    for (const url of reached) {
      // oxlint-disable-next-line no-await-in-loop -- seldom more than one
      const line = await lineOf(url);
      if (line !== undefined) return { url, line };
      for (const imported of namedIn(sources[url]!, sources)) reached.add(imported);
    }
    return undefined;
  };
}

/** The modules that a text may import: it names them. One too many does no harm, since only a broken one is told. */
function namedIn(text: string, sources: RuleSources): readonly string[] {
  return Object.keys(sources).filter((url) => MODULE.test(extname(url)) && text.includes(basename(fileURLToPath(url))));
}

function languageOf(url: string): 'js' | 'ts' {
  return /^\.m?ts$/.test(extname(url)) ? 'ts' : 'js';
}
