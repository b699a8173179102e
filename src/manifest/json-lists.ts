import type { DocumentText } from './document-texts.ts';

/** A part of a stream of JSON. */
export interface JsonText extends DocumentText {
  /** An item of a list, what is before the items of one, or a whole object but for its items. */
  readonly part: 'item' | 'head' | 'object';
  /** Of its first character, counted from 1. */
  readonly column: number;
}

const [NEWLINE, QUOTE, COMMA, OPEN, BACKSLASH, CLOSE, BEGIN, END] = Array.from('\n",[\\]{}', (one) =>
  one.charCodeAt(0),
);
const ITEMS = /(?<!\\)"items"\s*:\s*\[$/;

/**
 * Takes JSON objects that follow each other apart at their `items`, as they come: a list of a whole cluster is one object of
 * 100 MiB. What is no JSON is in one of the parts, too, and no parser will take that.
 */
export class JsonLists {
  /** What follows the last object, and begins no other. */
  rest: string | undefined;
  line = 1;
  #column = 0;
  #depth = 0;
  #inItems = false;
  /** Within a string; then also whether the next character is escaped. */
  #string: 'none' | 'plain' | 'escaped' = 'none';
  #object = { text: '', line: 1, column: 1 };
  #item: { text: string; readonly line: number; readonly column: number } | undefined;
  readonly #limit: number;

  /** @param limit to how many characters a part is kept, and some more */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The parts that end in a chunk. */
  *push(chunk: string): Generator<JsonText> {
    let start = 0;
    for (let index = 0; index < chunk.length; index += 1) {
      const code = chunk.charCodeAt(index);
      if (!this.#isOfStructure(code)) continue;
      if (this.#depth === 0 && code !== BEGIN) return void (this.rest = chunk.slice(index));
      const isNew = this.#inItems ? this.#depth === 2 && this.#item === undefined : this.#depth === 0;
      if (isNew) start = this.#begin(code, index);
      const ended = this.#follow(code);
      if (ended === undefined) continue;
      // An item ends before its comma, all else with its bracket.
      const end = index + (ended === 'item' ? 0 : 1);
      this.#add(chunk.slice(start, end));
      start = end;
      yield* this.#end(ended);
    }
    this.#add(chunk.slice(start));
  }

  /** What has begun and not ended, at the end of the stream. */
  *end(): Generator<JsonText> {
    if (this.#item !== undefined) yield { part: 'item', ...this.#item };
    if (this.#depth > 0) yield { part: 'object', ...this.#object };
  }

  /** Whether a character is neither space nor within a string. */
  #isOfStructure(code: number): boolean {
    this.#column += 1;
    if (code === NEWLINE) [this.line, this.#column] = [this.line + 1, 0];
    if (this.#string === 'none') return code > 32 && code !== 0xfeff;
    if (this.#string === 'escaped') this.#string = 'plain';
    else if (code === BACKSLASH) this.#string = 'escaped';
    else if (code === QUOTE) this.#string = 'none';
    return false;
  }

  /** Begins a part, unless a list is empty or goes on with a comma. Returns where the text begins that is not yet in one. */
  #begin(code: number, index: number): number {
    const empty = { text: '', line: this.line, column: this.#column };
    if (!this.#inItems) this.#object = empty;
    else if (code !== COMMA && code !== CLOSE) this.#item = empty;
    return index;
  }

  /** Takes note of a character outside of strings, and returns what ends with it. */
  #follow(code: number): JsonText['part'] | undefined {
    if (code === QUOTE) this.#string = 'plain';
    else if (code === BEGIN || code === OPEN) this.#depth += 1;
    else if (code === END || code === CLOSE) this.#depth -= 1;
    if (this.#depth === 0) return 'object';
    if (!this.#inItems) return code === OPEN && this.#depth === 2 ? 'head' : undefined;
    const isEnd = this.#depth === 1 || (code === COMMA && this.#depth === 2);
    if (isEnd && this.#item !== undefined) return 'item';
    if (this.#depth === 1) this.#inItems = false;
    return undefined;
  }

  *#end(part: JsonText['part']): Generator<JsonText> {
    if (part === 'item') {
      yield { part, ...this.#item! }; // nothing else ends one
      this.#item = undefined;
      if (this.#depth === 1) this.#inItems = false;
    } else if (part === 'object') {
      yield { part, ...this.#object };
    } else if (ITEMS.test(this.#object.text.slice(-256))) {
      this.#inItems = true;
      yield { part, ...this.#object, text: `${this.#object.text}]}` };
    }
  }

  /** Text between items is in none. */
  #add(text: string): void {
    const part = this.#item ?? this.#object;
    const isBetween = this.#inItems && this.#item === undefined;
    if (!isBetween && part.text.length <= this.#limit) part.text += text;
  }
}
