import { readdir, realpath, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { messageOf, type Mistake, MistakesError, type Remedy, type Source } from '../mistake/mistake.ts';

/** A file that a rule is loaded from. */
export interface RuleFile {
  /** The file's name without its extension; the rule must have the same name. */
  readonly name: string;
  /** As the operator knows it. */
  readonly path: string;
  /** The path to import: an update of a ConfigMap changes it, and Node never reloads a module with the same path. */
  readonly realpath: string;
  /** The ConfigMap that it comes from, if it is not on disk. */
  readonly configMap?: string;
  /** The texts of all files of the folder by name, this one included, if they are not on disk. */
  readonly siblings?: Readonly<Record<string, string>>;
}

const EXTENSIONS: ReadonlySet<string> = new Set(['.js', '.mjs', '.ts', '.mts']);
const DECLARATION = /\.d\.m?ts$/;

/**
 * The rule files of a folder, sorted by name. In a mounted ConfigMap every visible name is a symlink through `..data`.
 * Names that begin with `.` or `_` are not rules, nor are folders and other extensions.
 *
 * @throws {MistakesError} if the folder is unreadable.
 */
export async function findRuleFiles(folder: string): Promise<readonly RuleFile[]> {
  try {
    const names = (await readdir(folder)).filter(isRuleName).toSorted();
    const files = await Promise.all(names.map(async (name) => readRuleFile(join(folder, name), name)));
    return files.filter((file) => file !== undefined);
  } catch (error) {
    throw new MistakesError([
      {
        code: 'rules-folder-unreadable',
        source: { name: `rules folder ${folder}` },
        expected: 'a folder of rule files that can be read',
        found: messageOf(error),
        remedy: 'Check RULES_DIR, what is mounted there, and that the user of the process may read it.',
      },
    ]);
  }
}

/** Whether a file of that name is a rule: code whose name does not begin with `.` or `_`. */
export function isRuleName(name: string): boolean {
  return !/^[._]/.test(name) && hasRuleExtension(name) && !DECLARATION.test(name);
}

/** Whether a file of that name is code: a rule, or a module that rules share. */
export function hasRuleExtension(name: string): boolean {
  return EXTENSIONS.has(extname(name));
}

async function readRuleFile(path: string, name: string): Promise<RuleFile | undefined> {
  // stat follows the symlink; a Dirent would call each file of a mounted ConfigMap a link.
  if (!(await stat(path)).isFile()) return undefined;
  return { name: name.slice(0, -extname(name).length), path, realpath: await realpath(path) };
}

export function rulesFolderEmpty(folder: string): Mistake {
  return {
    code: 'rules-folder-empty',
    source: { name: `rules folder ${folder}` },
    expected: 'at least one rule file (.js, .mjs, .ts or .mts)',
    found: 'none',
    remedy: 'Put a rule there; names that begin with "_" or "." are no rules.',
  };
}

/** The mistake of a file that cannot be imported. */
export function unloadableRule(source: Source, found: string, todo: string | Remedy): Mistake {
  const remedy = typeof todo === 'string' ? { remedy: todo } : todo;
  return { code: 'rule-file-unloadable', source, expected: 'a module that can be imported', found, ...remedy };
}
