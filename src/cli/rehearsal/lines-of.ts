/** The longest line that is read: the gate's have some hundred characters, and a stranger's log may have no end of one. */
const MAX_LENGTH = 64 * 1024;

/** The lines of a text in UTF-8, one by one; those that are too long are left out. */
export async function* linesOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let [rest, isTooLong] = ['', false];
  for await (const chunk of bytes) {
    const [first = '', ...more] = decoder.decode(chunk, { stream: true }).split('\n');
    rest += first;
    for (const next of more) {
      if (!isTooLong) yield rest;
      [rest, isTooLong] = [next, false];
    }
    if (rest.length > MAX_LENGTH) [rest, isTooLong] = ['', true];
  }
  if (rest !== '' && !isTooLong) yield rest;
}
