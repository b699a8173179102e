import { OFFICIAL } from './docker-hub.ts';
import { type ImageReference, isRegistry, MAX_REFERENCE_LENGTH, parseReference } from './reference.ts';

/** What the beginning of a registry can go on with: a name, a port, an address. */
const ENDINGS_OF_HOST = ['a.a/a', '0/a', '/a', '::]/a'];
const ENDINGS = ['', 'z'];
const DIGESTS = Object.entries({ sha256: 64, sha384: 96, sha512: 128 }).map(
  ([algorithm, digits]) => `${algorithm}:${'0'.repeat(digits)}`,
);

/**
 * Where an invalid reference is wrong: the index of the first character that no legal reference with the same beginning
 * has; its length if only something is missing there. For people alone: it parses every beginning, and far more slowly than
 * `parseReference` refuses.
 *
 * @param raw a text that `parseReference` refuses
 */
export function invalidPosition(raw: string): number {
  if (raw.length > MAX_REFERENCE_LENGTH) return MAX_REFERENCE_LENGTH;
  const slash = raw.indexOf('/');
  // An image ID lacks a name before it.
  if (slash === -1 && referenceOf(OFFICIAL + raw) !== undefined) return 0;
  const first = raw.slice(0, Math.max(slash, 0));
  const hostEnd = !first.includes('@') && isRegistry(first) ? slash : 0;
  for (let end = 1; end <= raw.length; end += 1) {
    const beginning = raw.slice(0, end);
    const isLegal =
      end <= hostEnd
        ? ENDINGS_OF_HOST.some((ending) => referenceOf(beginning + ending)?.registry !== undefined)
        : [...ENDINGS, ...digestEndings(beginning)].some((ending) => referenceOf(beginning + ending) !== undefined);
    if (!isLegal) return end - 1;
  }
  return raw.length;
}

function digestEndings(beginning: string): readonly string[] {
  const at = beginning.indexOf('@');
  return at === -1 ? [] : DIGESTS.map((digest) => digest.slice(beginning.length - at - 1));
}

function referenceOf(raw: string): ImageReference | undefined {
  try {
    return parseReference(raw);
  } catch {
    return undefined; // parseReference throws nothing but that it is invalid
  }
}
