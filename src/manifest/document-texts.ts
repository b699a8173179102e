/** The text of one document, and its first line, counted from 1. */
export interface DocumentText {
  readonly text: string;
  readonly line: number;
}

const MARK = '---';

/**
 * Splits a stream of YAML or JSON into documents as kubectl does, holding one at a time: at each line that begins with
 * `---`, also in `---# Source`, and between JSON objects that follow each other.
 */
export async function* documentTexts(chunks: AsyncIterable<string>): AsyncGenerator<DocumentText> {
  let [text, first, next, before] = ['', 1, 1, ''];
  for await (const lines of linesOf(chunks)) {
    for (const written of lines) {
      // A byte order mark stands at the start of each file that was put together with others.
      const line = written.startsWith('\uFEFF') ? written.slice(1) : written;
      if (line.startsWith(MARK) || (line.startsWith('{') && before.trimEnd().endsWith('}'))) {
        if (text.trim() !== '') yield { text, line: first };
        [text, first] = ['', next];
      }
      // YAML wants a space there.
      text += /^---\S/.test(line) ? `${MARK} ${line.slice(MARK.length)}` : line;
      if (line.trim() !== '') before = line;
      next += 1;
    }
  }
  if (text.trim() !== '') yield { text, line: first };
}

/** The lines of each chunk with their ends; a chunk may end within a line. */
async function* linesOf(chunks: AsyncIterable<string>): AsyncGenerator<readonly string[]> {
  let rest = '';
  for await (const chunk of chunks) {
    const lines = chunk.split('\n');
    lines[0] = rest + lines[0]!; // of a split there is always one
    rest = lines.pop()!;
    yield lines.map((line) => `${line}\n`);
  }
  yield [rest];
}
