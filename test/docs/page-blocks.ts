import { blocksOf, commandsOfBlocks, type Block, type Command } from '../e2e/readme.ts';

/** A file that a page has its reader save. */
export interface PageFile {
  /** From the reader's folder, as the line above the block names it. */
  readonly path: string;
  readonly text: string;
}

/** A command of a page, and what the page says that it prints. */
export interface PageCommand extends Omit<Command, 'needs'> {
  /** Whether the page marks it, by a comment above its block, as one that only a cluster can answer. */
  readonly needsCluster: boolean;
}

const NEEDS_CLUSTER = '<!-- needs a cluster -->';

/**
 * What a page has its reader do, in its order: files to save, and commands to run.
 *
 * @throws Error for a block of code that the line above it does not name the file of, as nobody would know where to.
 */
export function pageSteps(markdown: string): readonly (PageFile | PageCommand)[] {
  return blocksOf(markdown).flatMap<PageFile | PageCommand>((block) => {
    if (block.language !== 'sh' && block.language !== 'console') return [fileOf(block)];
    const needsCluster = block.before === NEEDS_CLUSTER;
    return commandsOfBlocks([block]).map(({ line, section, output }) => ({ line, section, output, needsCluster }));
  });
}

function fileOf({ language, before, lines }: Block): PageFile {
  const [, path] = /`([^`]+)`:$/.exec(before) ?? [];
  if (path === undefined) throw new Error(`A block in ${language} has no file's name above it: ${lines[0]}`);
  return { path, text: `${lines.join('\n')}\n` };
}
