import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../project-root.ts';

/** One instruction of a Dockerfile: `COPY --from=build /a ./b` is `{ name: 'COPY', flags: ['--from=build'], words: ['/a', './b'] }`. */
export interface Instruction {
  readonly name: string;
  readonly flags: readonly string[];
  readonly words: readonly string[];
  /** All that follows the name, as written. */
  readonly text: string;
}

/** A stage: from one FROM to the next. The last one is the image. */
export interface Stage {
  readonly base: string;
  /** Those of its FROM. */
  readonly flags: readonly string[];
  readonly name: string | undefined;
  readonly instructions: readonly Instruction[];
}

function instruction(line: string): Instruction {
  const [name = '', ...rest] = line.split(/\s+/);
  const flags = rest.filter((word) => word.startsWith('--') && ['COPY', 'FROM'].includes(name));
  return { name, flags, words: rest.slice(flags.length), text: line.slice(name.length).trim() };
}

/** The stages of the Dockerfile. Reads one line an instruction, which is how ours is written. */
export function stages(): Stage[] {
  const lines = readFileSync(join(projectRoot, 'Dockerfile'), 'utf8').split('\n');
  const all: { base: string; flags: readonly string[]; name: string | undefined; instructions: Instruction[] }[] = [];
  for (const line of lines) {
    if (line === '' || line.startsWith('#')) continue;
    if (line.endsWith('\\')) throw new Error(`cannot read an instruction over several lines: ${line}`);
    const one = instruction(line);
    if (one.name === 'FROM')
      all.push({ base: one.words[0] ?? '', flags: one.flags, name: one.words[2], instructions: [] });
    else all.at(-1)?.instructions.push(one);
  }
  return all;
}

/**
 * Whether .dockerignore lets a file of the repository into the build: as Docker reads it, the last pattern that matches
 * the path, or a folder above it, decides. Knows `*`, `**` and `!`, which is what ours uses.
 */
export function isLetThrough(path: string): boolean {
  const patterns = readFileSync(join(projectRoot, '.dockerignore'), 'utf8').split('\n');
  const steps = path.split('/');
  const paths = steps.map((_, index) => steps.slice(0, index + 1).join('/'));
  let letThrough = true;
  for (const line of patterns) {
    if (line === '' || line.startsWith('#')) continue;
    const isException = line.startsWith('!');
    const pattern = line
      .slice(isException ? 1 : 0)
      .replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&')
      .replaceAll(/\*\*\/|\*/g, (glob) => (glob === '*' ? '[^/]*' : '(?:.*/)?'));
    if (paths.some((one) => new RegExp(`^${pattern}$`).test(one))) letThrough = isException;
  }
  return letThrough;
}
