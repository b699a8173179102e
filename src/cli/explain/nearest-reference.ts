import type { BoundRule } from '../../engine/ruleset.ts';
import { readReference } from '../../image/read-reference.ts';
import { type ImageReference, InvalidReferenceError } from '../../image/reference.ts';
import { registryHint } from '../../rule/registry-hint.ts';
import { type RegistryMirror, registryMirrors } from '../../rule/registry-mirrors.ts';

/** A rule in force, and its options with the defaults. */
export interface RuleWithOptions extends Pick<BoundRule, 'name'> {
  readonly options: Readonly<Record<string, unknown>>;
}

/** Each is judged as an image of its own, and few lead further than two steps. */
const MAX_TRIED = 32;

/**
 * The first reference that passes of those that the policy or the grammar knows for an image, and for these in turn: one
 * that is mended, has the registry that was left away or misspelt, comes from a mirror, or is written in full. Tags and
 * digests are never made up. `undefined` if none passes.
 */
export function nearestReference(
  image: string,
  rules: readonly RuleWithOptions[],
  passes: (image: string) => boolean,
): string | undefined {
  const tried = new Set([image]);
  for (const known of tried) {
    for (const next of candidates(known, rules)) {
      if (tried.has(next)) continue;
      if (passes(next)) return next;
      tried.add(next);
    }
    if (tried.size > MAX_TRIED) return undefined;
  }
  return undefined;
}

function candidates(image: string, rules: readonly RuleWithOptions[]): readonly string[] {
  const read = readReference(image);
  if (read instanceof InvalidReferenceError) return [mended(image)];
  return [...rules.map((rule) => knownTo(rule, read)), inFull(read)].filter((candidate) => candidate !== undefined);
}

function knownTo({ name, options }: RuleWithOptions, image: ImageReference): string | undefined {
  if (name === 'registry-allowlist') return registryHint(options['registries'] as readonly string[])(image);
  if (name !== 'registry-mirror') return undefined;
  const unqualified = options['unqualified'] as 'untrusted' | 'docker.io';
  return registryMirrors(options['mirrors'] as readonly RegistryMirror[], { unqualified }).mirrored(image);
}

/** The reference with all that runtimes read in it; without a tag or a digest if it has none. */
function inFull({ normalized: { registry, repository }, tag, digest }: ImageReference): string {
  return `${registry}/${repository}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
}

/** A reference without blanks around it and a scheme, in lower case but for its tag. */
function mended(image: string): string {
  const plain = image.trim().replace(/^[a-z+-]+:\/\//i, '');
  const [, name = '', rest = ''] = /^(.*?)((?::[^/:@]*)?(?:@.*)?)$/s.exec(plain) ?? [];
  return name.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase()) + rest;
}
