import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { join, relative } from 'node:path';
import { projectRoot } from '../project-root.ts';

export interface Import {
  /** As written: `../rule/rule.ts`, `imagegate/rule`, `node:fs`. */
  readonly specifier: string;
  /** Whether nothing of it is there at run time. */
  readonly typeOnly: boolean;
  /** Whether it is imported only when it is needed. */
  readonly isLazy: boolean;
  /** Where a relative one, or `imagegate/rule`, leads, from the project's root. */
  readonly path: string | undefined;
}

/** A TypeScript file of the project. */
export interface SourceFile {
  /** From the project's root: `src/rule/rule.ts`. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

// As prettier writes them: a declaration begins its line.
const DECLARATION = /^(?:import|export) (type )?(?:[\w*{}\s,$]+? from )?'([^']+)'/gm;
const DYNAMIC = /\bimport\(\s*'([^']+)'/g;

/** The TypeScript files below a folder. */
export async function sourceFiles(folder: string): Promise<readonly SourceFile[]> {
  const entries = await readdir(join(projectRoot, folder), { recursive: true });
  const paths = entries.filter((entry) => entry.endsWith('.ts')).map((entry) => join(folder, entry));
  return paths.toSorted().map(readSourceFile);
}

function readSourceFile(path: string): SourceFile {
  const text = readFileSync(join(projectRoot, path), 'utf8');
  return { path, text, imports: importsOf(text, path) };
}

/** What a source text imports, and exports from elsewhere. */
export function importsOf(text: string, path: string): readonly Import[] {
  const declared = [...text.matchAll(DECLARATION)].map(([, type, specifier = '']) => ({
    type,
    specifier,
    isLazy: false,
  }));
  const dynamic = [...text.matchAll(DYNAMIC)].map(([, specifier = '']) => ({
    type: undefined,
    specifier,
    isLazy: true,
  }));
  return [...declared, ...dynamic].map(({ type, specifier, isLazy }) => ({
    specifier,
    isLazy,
    typeOnly: type !== undefined,
    path: leadsTo(specifier, path),
  }));
}

function leadsTo(specifier: string, from: string): string | undefined {
  if (specifier === 'imagegate/rule') return 'src/rule/index.ts';
  if (!specifier.startsWith('.')) return undefined;
  return relative(projectRoot, join(projectRoot, from, '..', specifier));
}

/** Whether it is a module of Node's own. */
export function isNodes({ specifier }: Import): boolean {
  return isBuiltin(specifier);
}
