/** A fenced block of a Markdown file, without the blanks that put it into a list. */
export interface Block {
  /** `sh`, `console`, … */
  readonly language: string;
  /** The heading that it stands under. */
  readonly section: string;
  /** The last line of text before it, without its blanks; empty where there is none. */
  readonly before: string;
  readonly lines: readonly string[];
}

/** A command of a README, and what the README says that it prints. */
export interface Command {
  readonly line: string;
  readonly section: string;
  /** What follows in a `console` block; undefined where there is none. */
  readonly output: string | undefined;
  /** What it needs that there is none of here, by a comment at its end: `# needs a node`. */
  readonly needs: string | undefined;
}

/** The fenced blocks of a Markdown file. @throws Error if a fence is not closed. */
export function blocksOf(markdown: string): readonly Block[] {
  const blocks: Block[] = [];
  let section = '';
  let before = '';
  let open: { indent: string; language: string; lines: string[] } | undefined;
  for (const line of markdown.split('\n')) {
    const [, indent = '', language = ''] = /^( *)```(\w*)$/.exec(line) ?? [];
    const isFence = line.trimStart().startsWith('```');
    if (open !== undefined) {
      if (!isFence) open.lines.push(line.startsWith(open.indent) ? line.slice(open.indent.length) : line.trimStart());
      else {
        blocks.push({ language: open.language, section, before, lines: open.lines });
        before = '';
        open = undefined;
      }
    } else if (isFence) open = { indent, language, lines: [] };
    else {
      section = /^##+ (.*)$/.exec(line)?.[1] ?? section;
      before = line.trim() || before;
    }
  }
  if (open !== undefined) throw new Error('A fence is not closed.');
  return blocks;
}

/**
 * The commands of a README in their order: the lines of its `sh` blocks, and what stands after `$ ` in `console` blocks.
 * A `console` block without a `$ ` is what the command right before it prints.
 * @throws Error for a block in another language, as nobody would run it.
 */
export function commandsOf(markdown: string): readonly Command[] {
  return commandsOfBlocks(blocksOf(markdown));
}

/** The commands of blocks, as `commandsOf` finds them. @throws Error for a block in another language. */
export function commandsOfBlocks(blocks: readonly Block[]): readonly Command[] {
  const commands: Command[] = [];
  for (const { language, section, lines } of blocks) {
    if (language === 'sh') commands.push(...lines.filter(isCommand).map((line) => commandOf(line, section)));
    else if (language === 'console') commands.push(...sessionOf(lines, section, commands));
    else throw new Error(`A block of the README is in ${language || 'no language'}: ${lines[0]}`);
  }
  return commands;
}

function isCommand(line: string): boolean {
  return line.trim() !== '' && !line.startsWith('#');
}

function commandOf(text: string, section: string, output?: string): Command {
  const [, line = text, needs] = /^(.*?)\s+# needs (.*)$/.exec(text) ?? [];
  return { line, section, output, needs };
}

/** The commands of a `console` block. One without any gives its text to the command before it, which it takes out. */
function sessionOf(lines: readonly string[], section: string, before: Command[]): readonly Command[] {
  if (!lines[0]?.startsWith('$ ')) {
    const last = before.pop();
    if (last === undefined) throw new Error('A console block has no command before it.');
    return [{ ...last, output: `${lines.join('\n')}\n` }];
  }
  const starts = lines.flatMap((line, index) => (line.startsWith('$ ') ? [index] : []));
  return starts.map((start, index) => {
    const output = lines.slice(start + 1, starts[index + 1]);
    return commandOf(lines[start]?.slice(2) ?? '', section, output.map((line) => `${line}\n`).join(''));
  });
}
