import { isRange, parseImagePattern } from '../rule/image-pattern.ts';
import { patternTexts } from '../rule/image-patterns.ts';
import { type Purpose, splitAtSlash } from '../rule/registry-reading.ts';
import { anyOf, listOf, literally, matchesAny } from './cel.ts';

/** What a star of the pattern tree stands for, by the character after it. */
const STARS: Readonly<Record<string, string>> = { '.': '[^.:/ ]*', ':': '[^:/ ]*', '/': '[^/ ]*', ' ': '[^ ]*' };

/** Begins the text of a pattern that matches whatever the registry is. */
const ANYWHERE = '* ';

interface Reading {
  readonly purpose: Purpose;
  /** How the rule reads an image without a registry. */
  readonly unqualified?: unknown;
}

/** Whether an entry has a range of versions, which CEL cannot compare. */
export function hasRange(entry: string): boolean {
  const { tag } = parseImagePattern(entry);
  return tag !== undefined && isRange(tag);
}

/** CEL for `imagePatterns` about the image `i`; an entry with a range matches all tags. */
export function imageCondition(entries: readonly string[], { purpose, unqualified }: Reading): string {
  const texts = entries.flatMap((entry) => patternTexts(parseImagePattern(entry), purpose).texts);
  const all = textCondition(texts, purpose);
  if (unqualified !== 'untrusted' || all === 'false') return all;
  const anywhere = texts.filter((text) => text.startsWith(ANYWHERE));
  return purpose === 'allow'
    ? `(i.registry != "" && ${all})`
    : `(i.registry == "" ? ${textCondition(anywhere, purpose)} : ${all})`;
}

/** Entries without a star are looked up, which costs a hundredth of an expression. */
function textCondition(texts: readonly string[], purpose: Purpose): string {
  const plain = texts.filter((text) => !text.includes('*'));
  const starred = texts.filter((text) => text.includes('*'));
  const [name, tag] = [`i.${purpose}`, purpose === 'deny' ? 'i.wideTag' : 'i.narrowTag'];
  const whole = `${name} + ${tag} + i.digest + " "`;
  return anyOf([
    plain.length > 0 ? `[${name} + " ", ${name} + ${tag}, ${whole}].exists(t, t in ${listOf(plain)})` : undefined,
    starred.length > 0 ? matchesAny(`(${whole})`, starred.map(treeExpression), '') : undefined,
  ]);
}

function treeExpression(text: string): string {
  return text
    .split('*')
    .map((piece, index) => (index === 0 ? literally(piece) : STARS[piece[0]!]! + literally(piece.slice(1))))
    .join('');
}

/** CEL for `registryPatterns` about a name, `registry/repository`, normalized. */
export function registryCondition(entries: readonly string[], name: string): string {
  const expressions = entries.map((entry) => {
    const [host, path] = splitAtSlash(entry);
    const registry = host.startsWith('*') ? STARS[':']! + literally(host.slice(1)) : literally(host);
    return path === '' ? `${registry}/` : `${registry}/${literally(path)}(?:/|$)`;
  });
  return matchesAny(name, expressions, '');
}
