import type { Exemption, Policy, RuleEntry, RuleSetting } from '../../src/engine/policy.ts';
import type { AnyRule, DefaultAction, EnforcementAction } from '../../src/rule/rule.ts';

/** An image whose parts nobody has to read out of it. */
export interface PlainImage {
  readonly repository: string;
  readonly tag: string;
}

/** What is asked: under which profile, where, of which image, when. */
export interface PlainCase {
  readonly profile: string | undefined;
  readonly namespace: string | undefined;
  readonly image: PlainImage;
  readonly now: number;
}

/** A finding in short: the rule, what follows, and the exemption that covers it. */
export type PlainFinding = readonly [rule: string, action: EnforcementAction, exempt: boolean];

/** Two rules that are plain enough: what they object to, by their one option. */
export const OBJECTS: Readonly<Record<string, (tags: readonly string[], tag: string) => boolean>> = {
  'a-denied': (tags, tag) => tags.includes(tag),
  'b-allowed': (tags, tag) => !tags.includes(tag),
};

/** What the rules of `OBJECTS` have where the policy says nothing. */
export const DEFAULT_TAGS = ['x'];
export const DEFAULT_ACTIONS: Readonly<Record<string, DefaultAction>> = { 'a-denied': 'deny', 'b-allowed': 'warn' };

/** The same as rules. */
export const RULES: readonly AnyRule[] = Object.entries(OBJECTS).map(([name, objects]) => ({
  meta: {
    name,
    description: 'A rule.',
    action: DEFAULT_ACTIONS[name]!,
    schema: {
      type: 'object',
      additionalProperties: false,
      properties: { tags: { type: 'array', items: { type: 'string' }, default: DEFAULT_TAGS, description: 'Tags.' } },
    },
  },
  check: ({ tag = '' }, { tags }: { tags: readonly string[] }) =>
    objects(tags, tag) ? [{ problem: 'is bad', remedy: 'Mend it.' }] : [],
}));

/** A glob of namespaces, or of repositories without ports and labels; `*` and `**` are the same here. */
const isLike = (text: string, glob: string): boolean =>
  new RegExp(`^${glob.replaceAll('.', '\\.').replaceAll(/\*+/g, '.*')}$`).test(text);

const STRICTNESS: readonly EnforcementAction[] = ['off', 'audit', 'warn', 'deny'];

/**
 * Interprets a policy for one image, with nothing compiled: layer after layer, setting after setting.
 *
 * @returns `undefined` where a single setting with more than an action would lie over a list
 */
export function naiveFindings(policy: Policy, asked: PlainCase): readonly PlainFinding[] | undefined {
  const findings: PlainFinding[] = [];
  for (const rule of Object.keys(OBJECTS)) {
    const settings = settingsOf(policy, rule, asked);
    if (settings === undefined) return undefined;
    for (const setting of settings) {
      const tags = (setting.options?.['tags'] ?? DEFAULT_TAGS) as readonly string[];
      const written = setting.action ?? DEFAULT_ACTIONS[rule]!;
      const action = [written, policy.enforcement].toSorted(
        (a, b) => STRICTNESS.indexOf(a) - STRICTNESS.indexOf(b),
      )[0]!;
      if (action === 'off' || !isMeant(setting, asked) || !OBJECTS[rule]!(tags, asked.image.tag)) continue;
      findings.push([rule, action, policy.exemptions.some((exemption) => covers(exemption, rule, asked))]);
    }
  }
  return findings;
}

function settingsOf(policy: Policy, rule: string, { profile, namespace }: PlainCase) {
  const override = policy.namespaces.find(
    ({ names }) => namespace !== undefined && names.some((name) => isLike(namespace, name)),
  );
  let entry: Partial<RuleSetting> | readonly RuleSetting[] = {};
  for (const layer of [policy.rules, policy.profiles.get(profile ?? ''), override?.rules]) {
    const over = layer?.get(rule);
    if (over === undefined) continue;
    if (Array.isArray(over)) entry = over as readonly RuleSetting[];
    else if (!Array.isArray(entry)) {
      const { namespaces: _, ...rest } = entry as RuleSetting;
      const below = layer === override?.rules ? rest : (entry as RuleSetting);
      entry = laidOver(below, over as RuleSetting);
    } else if (Object.keys(over).some((key) => !['action', 'message', 'sources', 'options'].includes(key)))
      return undefined;
    else if (Object.keys((over as RuleSetting).options).length > 0) return undefined;
    else entry = (entry as readonly RuleSetting[]).map((one) => laidOver(one, over as RuleSetting));
  }
  return [entry as RuleEntry].flat() as readonly Partial<RuleSetting>[];
}

function laidOver(below: Partial<RuleSetting>, over: RuleSetting): RuleSetting {
  const merged: Record<string, unknown> = { ...below };
  for (const [key, value] of Object.entries(over)) if (key !== 'options') merged[key] = value;
  return { ...merged, options: { ...below.options, ...over.options }, sources: {} };
}

function isMeant({ namespaces, images }: Partial<RuleSetting>, { namespace, image: { repository, tag } }: PlainCase) {
  const isThere =
    namespaces === undefined || namespace === undefined || namespaces.some((glob) => isLike(namespace, glob));
  return (
    isThere &&
    (images === undefined ||
      images.some((glob) => isLike(glob.includes(':') ? `${repository}:${tag}` : repository, glob)))
  );
}

function covers({ rules, namespaces, images, expires }: Exemption, rule: string, asked: PlainCase): boolean {
  const { namespace, now } = asked;
  if (expires <= now || rules?.includes(rule) === false) return false;
  if (namespaces && !(namespace !== undefined && namespaces.some((glob) => isLike(namespace, glob)))) return false;
  return images === undefined || isMeant({ images }, asked);
}
