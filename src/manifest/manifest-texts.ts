import { type DocumentText, documentTexts } from './document-texts.ts';
import { JsonLists, type JsonText } from './json-lists.ts';

const JSON_OBJECT = /^\s*(?:\{|$)/;

/**
 * The documents of a stream of YAML or JSON, of long lists in JSON the items. Only what begins with an object and is too long
 * for one document is taken apart: what looks like JSON may be YAML.
 *
 * @param limit the longest document, in characters
 */
export async function* manifestTexts(
  chunks: AsyncIterable<string>,
  limit: number,
): AsyncGenerator<DocumentText | JsonText> {
  const iterator = chunks[Symbol.asyncIterator]();
  const more = { [Symbol.asyncIterator]: () => iterator };
  let head = '';
  while (head.length <= limit && JSON_OBJECT.test(head)) {
    // oxlint-disable-next-line no-await-in-loop -- a stream
    const next = await iterator.next();
    if (next.done === true) break;
    head += next.value;
  }
  if (head.length <= limit || !JSON_OBJECT.test(head)) return yield* documentTexts(joined(head, more));
  const lists = new JsonLists(limit);
  yield* lists.push(head);
  while (lists.rest === undefined) {
    // oxlint-disable-next-line no-await-in-loop -- a stream
    const next = await iterator.next();
    if (next.done === true) return yield* lists.end();
    yield* lists.push(next.value);
  }
  const before = lists.line - 1;
  for await (const { text, line } of documentTexts(joined(lists.rest, more))) yield { text, line: before + line };
}

async function* joined(head: string, more: AsyncIterable<string>): AsyncGenerator<string> {
  yield head;
  yield* more;
}
