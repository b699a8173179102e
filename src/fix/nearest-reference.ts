import type { BoundRule } from '../engine/ruleset.ts';
import { fullReference } from '../image/full-reference.ts';
import { readReference } from '../image/read-reference.ts';
import { type ImageReference, InvalidReferenceError } from '../image/reference.ts';
import { registryHint } from '../rule/registry-hint.ts';
import { type RegistryMirror, registryMirrors } from '../rule/registry-mirrors.ts';

/** A rule in force, and its options with the defaults. */
export interface RuleWithOptions extends Pick<BoundRule, 'name'> {
  readonly options: Readonly<Record<string, unknown>>;
}

/** A reference that may be meant in place of another one. */
export interface KnownReference {
  readonly reference: string;
  /** It is not that image, nor that image from a mirror: something may be misspelt. */
  readonly guessed: boolean;
}

/** Each is judged as an image of its own, and few lead further than two steps. */
const MAX_TRIED = 32;

/**
 * The first reference that passes of those that the policy or the grammar knows for an image. `undefined` if none passes.
 */
export function nearestReference(
  image: string,
  rules: readonly RuleWithOptions[],
  passes: (image: string) => boolean,
): string | undefined {
  for (const { reference } of knownReferences(rules)(image)) if (passes(reference)) return reference;
  return undefined;
}

/**
 * Finds, lazily, the references that the policy or the grammar knows for an image, and for these in turn: one that is
 * mended, has the registry that was left away or misspelt, comes from a mirror, or is written in full. Tags and digests are
 * never made up.
 */
export function knownReferences(rules: readonly RuleWithOptions[]): (image: string) => Iterable<KnownReference> {
  const known = rules.map(knownTo).filter((find) => find !== undefined);
  return function* found(image) {
    const tried = new Map([[image, false]]);
    for (const [from, guessed] of tried) {
      for (const next of candidates(from, known)) {
        if (tried.has(next.reference)) continue;
        const one = { ...next, guessed: guessed || next.guessed };
        yield one;
        tried.set(one.reference, one.guessed);
      }
      if (tried.size > MAX_TRIED) return;
    }
  };
}

type Find = (image: ImageReference) => KnownReference | undefined;

function candidates(image: string, known: readonly Find[]): readonly KnownReference[] {
  const read = readReference(image);
  if (read instanceof InvalidReferenceError) return [{ reference: mended(image), guessed: true }];
  const found = known.map((find) => find(read)).filter((candidate) => candidate !== undefined);
  return [...found, { reference: fullReference(read), guessed: false }];
}

function knownTo({ name, options }: RuleWithOptions): Find | undefined {
  if (name === 'registry-allowlist') {
    const hint = registryHint(options['registries'] as readonly string[]);
    return (image) => given(hint(image), image.registry !== undefined);
  }
  if (name !== 'registry-mirror') return undefined;
  const unqualified = options['unqualified'] as 'untrusted' | 'docker.io';
  const { mirrored } = registryMirrors(options['mirrors'] as readonly RegistryMirror[], { unqualified });
  return (image) => given(mirrored(image), false);
}

function given(reference: string | undefined, guessed: boolean): KnownReference | undefined {
  return reference === undefined ? undefined : { reference, guessed };
}

/** A reference without blanks around it and a scheme, in lower case but for its tag. */
function mended(image: string): string {
  const plain = image.trim().replace(/^[a-z+-]+:\/\//i, '');
  const [, name = '', rest = ''] = /^(.*?)((?::[^/:@]*)?(?:@.*)?)$/s.exec(plain) ?? [];
  return name.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase()) + rest;
}
