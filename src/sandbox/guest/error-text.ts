import { messageOf } from '../../mistake/mistake.ts';

/** A frame in a stack of the engine: `    at check (no-debug.mjs:7:20)`, and of broken syntax `    at no-debug.mjs:7:20`. */
const PLACE = /^ +at (?:.*\()?(?<file>[^()\n]+?):(?<line>\d+):(?<column>\d+)\)?$/gm;
const OURS = 'imagegate/';
const MAX_LENGTH = 1024;
/** The stack is as long as the calls were deep; the message is read separately. */
const MAX_STACK = 8192;

type Texts = [name: string, message: string, stack: string];

/** An error as it is reported to the gate. */
export interface ErrorText {
  readonly name: string;
  readonly message: string;
  readonly place?: { readonly file: string; readonly line: number; readonly column: number };
}

/** Describes a thrown value, with the first frame outside our own code. It may be anything, and throw when read. */
export function errorText(thrown: unknown): ErrorText {
  try {
    if (!(thrown instanceof Error)) return { name: 'a value', message: cut(messageOf(thrown)) };
    const [name, message, stack] = ['name', 'message', 'stack'].map((key) => String(Reflect.get(thrown, key))) as Texts;
    const place = placeIn(stack.slice(0, MAX_STACK));
    return { name: cut(name), message: cut(message), ...(place && { place }) };
  } catch {
    return { name: 'a value', message: 'it threw what cannot be told' };
  }
}

/** Bounds a rule's text, which is passed to the host. */
export function cut(text: string): string {
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}...` : text;
}

function placeIn(stack: string): ErrorText['place'] {
  for (const { groups = {} } of stack.matchAll(PLACE)) {
    const { file = '', line, column } = groups;
    if (!file.startsWith(OURS)) return { file, line: Number(line), column: Number(column) };
  }
  return undefined;
}
