/** A terminal page, and far below what the API server carries. */
const MAX_BYTES = 4096;
/** For the last line, with a number of any size that fits a request. */
const TAIL_BYTES = 40;

/** Lines of a message, none of which is made before it is needed. */
export interface Lines {
  readonly count: number;
  /** All ASCII, so that characters are bytes. */
  readonly line: (index: number) => string;
  /** The line that says how many did not fit. */
  readonly more: (left: number) => string;
}

/** Lines in at most 4 KiB, between what the message begins and ends with; where not all fit, the last one says so. */
export function linesWithin({ count, line, more }: Lines, head = '', end = ''): string {
  const room = MAX_BYTES - end.length;
  let text = head;
  for (let index = 0; index < count; index += 1) {
    const longer = text === '' ? line(index) : `${text}\n${line(index)}`;
    const left = count - index;
    if (longer.length > (left === 1 ? room : room - TAIL_BYTES)) return `${text}\n${more(left)}${end}`;
    text = longer;
  }
  return text + end;
}
