import {
  allowing,
  blockedTags,
  type Glob,
  HAS_DIGEST,
  HAS_TAG,
  imageEntriesOf,
  denying,
  together,
} from './image-readings.ts';
import { property } from '../../workload/json-object.ts';
import type { Part } from './part.ts';
import { namespacePatterns, type Reading, type Unit } from './unit.ts';

const ACTIONS = { deny: 'deny', warn: 'warn', dryrun: 'audit' } as const;

/** What the constraints of Gatekeeper's library say, by their kind. */
const CONSTRAINTS: Readonly<Record<string, (parameters: Part) => Reading>> = {
  K8sAllowedRepos: (parameters) => allowing(prefixesOf(parameters.at('repos'))),
  K8sAllowedReposv2: (parameters) => allowing(globsOf(parameters.at('allowedImages'))),
  K8sDisallowedRepos: (parameters) => denying(prefixesOf(parameters.at('repos'))),
  K8sDisallowedTags: (parameters) =>
    together([HAS_TAG, blockedTags(literal(parameters.at('tags').texts), { digest: 'pass' })]),
  K8sImageDigests: () => HAS_DIGEST,
};

/** To the others the parameter exemptImages says nothing. */
const WITH_EXEMPT_IMAGES = new Set(['K8sDisallowedTags', 'K8sImageDigests']);

/** A constraint as a unit; none for a kind that is not known. */
export function gatekeeperUnits(kind: string, name: string, spec: Part): readonly Unit[] {
  const read = Object.hasOwn(CONSTRAINTS, kind) ? CONSTRAINTS[kind] : undefined;
  if (read === undefined) return [];
  const [parameters, match] = [spec.at('parameters'), spec.at('match')];
  const action = spec.at('enforcementAction').match(/^(?:deny|warn|dryrun)$/)?.[0] ?? 'deny';
  readKinds(match.at('kinds'));
  match.at('scope').match(/^(?:\*|Namespaced)$/);
  const exempt = parameters.at('exemptImages');
  const { entries, differences } = imageEntriesOf(WITH_EXEMPT_IMAGES.has(kind) ? globsOf(exempt) : [], 'allow');
  const unit: Unit = {
    ...read(parameters),
    name: `${kind} ${name}`,
    part: spec,
    parts: [spec],
    action: ACTIONS[action as keyof typeof ACTIONS],
    namespaces: namespacePatterns(match.at('namespaces')),
    excluded: namespacePatterns(match.at('excludedNamespaces')) ?? [],
  };
  return [entries.length === 0 ? unit : { ...unit, exempt: { images: entries, part: exempt, differences } }];
}

/** Pods must be among them; what else is there has no images, or makes pods. */
function readKinds(kinds: Part): void {
  const isMeant = kinds.items.some(
    ({ value }) => has(property(value, 'apiGroups'), '') && has(property(value, 'kinds'), 'Pod'),
  );
  if (isMeant) kinds.take();
}

function has(list: unknown, item: string): boolean {
  return Array.isArray(list) && (list.includes(item) || list.includes('*'));
}

/** Texts in which a `*` at the end is any run of characters, and elsewhere one that no image has. */
function globsOf(list: Part): readonly Glob[] {
  return literal(list.isAbsent ? [] : list.texts, /\*./);
}

function prefixesOf(list: Part): readonly Glob[] {
  return literal(list.isAbsent ? [] : list.texts).map(({ text, part }) => ({ text: `${text}*`, part }));
}

function literal(globs: readonly Glob[], star = /\*/): readonly Glob[] {
  for (const { text, part } of globs)
    if (star.test(text))
      part.leave({
        expected: 'text without "*"',
        remedy: 'It is no wildcard there, so it matches nothing: remove it.',
      });
  return globs.filter(({ text }) => !star.test(text));
}
