import { CollectedMistakes } from '../mistake/collected-mistakes.ts';
import type { Location, Mistake } from '../mistake/mistake.ts';
import { itemsOfFile, manifestFiles, pathName, STDIN } from './manifest-files.ts';
import { MANIFEST_INVALID, type ManifestItem } from './manifest-items.ts';
import type { Namespaces } from './namespaces.ts';

/**
 * What is in files and folders, one item after the other, so that memory stays flat. What cannot be read is a mistake among
 * them, and so is it if there is nothing.
 *
 * @param paths on the command line; `-` is the standard input
 * @param namespaces is told of the Namespaces, those of files ahead of all objects: folders may have some before theirs
 */
export async function* manifestsAt(
  paths: readonly string[],
  stdin: AsyncIterable<Uint8Array>,
  namespaces: Namespaces,
): AsyncGenerator<ManifestItem> {
  const { files, mistakes } = await filesOf(paths);
  for (const mistake of mistakes) yield { mistake };
  // The standard input can be read but once.
  for (const path of files.filter((file) => file !== STDIN))
    for await (const item of itemsOfFile(path, stdin, 'Namespace')) if ('object' in item) namespaces.add(item.object);

  let isNothing = mistakes.length === 0;
  for (const path of files)
    for await (const item of itemsOfFile(path, stdin)) {
      if ('object' in item && namespaces.add(item.object)) yield { mistake: lateNamespace(item.where('')) };
      if (!('skipped' in item)) isNothing = false;
      yield item;
    }
  if (isNothing) yield { mistake: nothing(paths) };
}

async function filesOf(paths: readonly string[]) {
  const collected = new CollectedMistakes();
  const lists = await Promise.all(paths.map((path) => collected.from(async () => manifestFiles(path))));
  return { files: [...new Set(lists.flatMap((files) => files ?? []))], mistakes: collected.mistakes };
}

function nothing(paths: readonly string[]): Mistake {
  const remedy = 'Look whether what should write them, such as helm template, has failed.';
  const words = { expected: 'Kubernetes objects', found: 'none', remedy };
  return { code: MANIFEST_INVALID, source: { name: paths.map(pathName).join(', ') }, ...words };
}

function lateNamespace(location: Location): Mistake {
  const expected = 'a Namespace before what is in it, as its labels say how that is judged';
  return { code: MANIFEST_INVALID, ...location, expected, found: 'it after that', remedy: 'Put it first.' };
}
