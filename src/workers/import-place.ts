import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { RuleFile } from '../rule/rule-files.ts';
import type { ImportPlace } from '../rule/unloadable-rule.ts';
import type { RuleSources } from './worker-protocol.ts';

/** A line of a stack that names a place: `    at f (file:///rules.d/a.js:3:7)`, or the first one, `file:///rules.d/a.js:3`. */
const PLACE = /^(?<at>\s+at .*?)?(?<url>file:\/\/\S+?):(?<line>\d+)(?::\d+)?\)?$/gm;
/** The message comes first, and may be of any length. */
const MAX_LENGTH = 16_384;
/** What Node says of an import that it does not find, we of one that is refused, and Node of JSON that is none. */
const FILE = /(?: imported from (?<importer>[^\n]+?)(?<line>:\d+)?(?:\n|$)|^(?<json>[^\n]+\.json): )/;

/** The first place among the sources that an error of an import tells of. */
export function importPlace(error: unknown, file: RuleFile, sources: RuleSources): ImportPlace | undefined {
  if (!(error instanceof Error)) return undefined;
  for (const { groups = {} } of String(error.stack).slice(0, MAX_LENGTH).matchAll(PLACE)) {
    const { at, url = '', line } = groups;
    if (Object.hasOwn(sources, url)) return { where: `${shownPath(url, file)}:${line}`, isThrown: at !== undefined };
  }
  const { importer, line = '', json } = FILE.exec(error.message)?.groups ?? {};
  const path = importer ?? json;
  const url = path === undefined ? '' : pathToFileURL(path).href;
  return Object.hasOwn(sources, url) ? { where: `${shownPath(url, file)}${line}`, isThrown: false } : undefined;
}

/** A source as the operator knows it: what is beside the rule's file is in the same folder. */
export function shownPath(url: string, { path }: RuleFile): string {
  const sourcePath = fileURLToPath(url);
  const isBeside = dirname(sourcePath) === dirname(fileURLToPath(pathToFileURL(path)));
  return isBeside ? join(dirname(path), basename(sourcePath)) : sourcePath;
}
