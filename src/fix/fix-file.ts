import { randomUUID } from 'node:crypto';
import { access, chmod, constants, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type Mistake, messageOf } from '../mistake/mistake.ts';
import { type Edit, editedText } from './edit.ts';
import { MANIFEST_UNFIXED } from './fixes.ts';

/** Writes edits into a file, or nothing: then returns why. */
export async function fixFile(path: string, edits: readonly Edit[]): Promise<Mistake | undefined> {
  try {
    const file = await realpath(path);
    await access(file, constants.W_OK);
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await readFile(file));
    await replaceFile(file, editedText(text, edits));
    return undefined;
  } catch (error) {
    const words = { expected: 'a file that can be written', found: messageOf(error) };
    return { code: MANIFEST_UNFIXED, source: { name: path }, ...words, remedy: 'Nothing of it was fixed: try again.' };
  }
}

/** At once: whoever reads it meanwhile has the one or the other. */
async function replaceFile(file: string, text: string): Promise<void> {
  const temporary = join(dirname(file), `.${basename(file)}.${randomUUID()}`);
  try {
    const { mode } = await stat(file);
    await writeFile(temporary, text, { flag: 'wx' });
    await chmod(temporary, mode); // not by writeFile, whose mode the umask lessens
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
