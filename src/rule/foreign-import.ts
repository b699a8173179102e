/** What an import begins with that is refused. A text, since Node 20 keeps nothing else on its way between threads. */
const FOREIGN = 'an import of ';

const END = ', which is none of the files beside it';

/**
 * The error for a file that a rule imports, and that is not beside it: it would be read again by each worker, and be
 * another one by then.
 *
 * @param from the path of who imports it, with the line if it is known
 */
export function foreignImport(specifier: string, from: string): Error {
  return new Error(`${FOREIGN}${JSON.stringify(specifier)}${END}, imported from ${from}`);
}

/** What is found where an error is that of a foreign import, as the end of a sentence. */
export function foundForeignImport({ message }: Error): string | undefined {
  const end = message.lastIndexOf(`${END}, imported from `);
  return message.startsWith(FOREIGN) && end !== -1 ? message.slice(0, end + END.length) : undefined;
}
