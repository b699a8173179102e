import { rewritingBy } from '../engine/rewrite.ts';
import { type BoundRule, canRewrite } from '../engine/ruleset.ts';
import { fullReference } from '../image/full-reference.ts';
import { readReference } from '../image/read-reference.ts';
import { type ImageReference, InvalidReferenceError } from '../image/reference.ts';
import { registryHint } from '../rule/registry-hint.ts';
import type { RuleContext } from '../rule/rule.ts';

/** A rule in force, and its options with the defaults. */
export interface RuleWithOptions {
  readonly rule: BoundRule;
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

/** `undefined` if none passes. */
export function firstPassing(
  known: Iterable<KnownReference>,
  passes: (reference: string) => boolean,
): string | undefined {
  for (const { reference } of known) if (passes(reference)) return reference;
  return undefined;
}

/**
 * Finds, lazily, the references that the policy or the grammar knows for an image, and for these in turn: one that is
 * mended, has the registry that was left away or misspelt, is what a rule would rewrite it to, or is written in full. Tags
 * and digests are never made up, nor left away.
 */
export function knownReferences(rules: readonly RuleWithOptions[]): KnownReferences {
  const known = rules.map(knownTo).filter((find) => find !== undefined);
  const writesOut = known.filter(({ name }) => name === 'default-registry');
  const candidates = (image: string, context: RuleContext): readonly KnownReference[] => {
    const read = readReference(image);
    if (read instanceof InvalidReferenceError) return [{ reference: mended(image), guessed: true }];
    const foundBy = (some: typeof known): readonly KnownReference[] =>
      some.map(({ find }) => find(read, context)).filter((candidate) => candidate !== undefined);
    // Elsewhere it is another image.
    const writtenOut = foundBy(writesOut);
    return writtenOut.length > 0 ? writtenOut : [...foundBy(known), { reference: fullReference(read), guessed: false }];
  };
  return function* found(image, context) {
    const tried = new Map([[image, false]]);
    for (const [from, guessed] of tried) {
      for (const next of candidates(from, context)) {
        if (tried.has(next.reference)) continue;
        const one = { ...next, guessed: guessed || next.guessed };
        yield one;
        tried.set(one.reference, one.guessed);
      }
      if (tried.size > MAX_TRIED) return;
    }
  };
}

export type KnownReferences = (image: string, context: RuleContext) => Iterable<KnownReference>;

type Find = (image: ImageReference, context: RuleContext) => KnownReference | undefined;

function knownTo({ rule, options }: RuleWithOptions): { readonly name: string; readonly find: Find } | undefined {
  const { name } = rule;
  if (name === 'registry-allowlist') {
    const hint = registryHint(options['registries'] as readonly string[]);
    return { name, find: (image) => given(hint(image), image.registry !== undefined) };
  }
  if (!canRewrite(rule)) return undefined;
  return { name, find: (image, context) => given(rewritingBy(rule, image, context)?.reference, false) };
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
