import { extname } from 'node:path';
import { messageOf, type Mistake } from '../mistake/mistake.ts';
import type { RuleFile } from './rule-files.ts';

/** Whether this Node cannot read the file, since it is TypeScript. */
export function isForeignTypeScript({ path }: RuleFile): boolean {
  // Node has it from 22.18 on; before, it is false or not there.
  return /^\.m?ts$/.test(extname(path)) && !Reflect.get(process.features, 'typescript');
}

/** The mistake of a file that cannot be imported. */
export function unloadableRule(file: RuleFile, error: unknown, line?: number): Mistake {
  return {
    code: 'rule-file-unloadable',
    where: line === undefined ? file.path : `${file.path}:${line}`,
    expected: 'a module that can be imported',
    found: error instanceof Error ? `${error.name}: ${error.message}` : messageOf(error),
    remedy: isForeignTypeScript(file)
      ? `This Node (${process.version}) cannot read TypeScript: use Node 22.18 or newer, or compile the rule to JavaScript.`
      : 'Mend the file; `node --check` shows where its syntax breaks.',
  };
}
