import type { Location } from '../mistake/mistake.ts';
import type { EnforcementAction, RuleContext, RuleSummary, Violation } from '../rule/rule.ts';
import type { ImageReference } from '../image/reference.ts';

/** An enforcement action under which a rule is asked. */
export type ActiveAction = Exclude<EnforcementAction, 'off'>;

/** What the operator set of one rule's options, and where. */
export interface RuleOptions {
  readonly options: Readonly<Record<string, unknown>>;
  /** Where each option was written. */
  readonly sources: Readonly<Record<string, Location>>;
}

/** What the operator decided about one rule. */
export interface RuleSetting extends RuleOptions {
  /** Absent where nothing was written: then it is the rule's default. */
  readonly action?: EnforcementAction;
  /** Where the action was written. */
  readonly actionSource?: Location;
  /** Where the rule is named, if that is a place of its own. */
  readonly source?: Location;
}

/** What differs in some namespaces: the actions and options that are written here, and all others as everywhere. */
export interface NamespaceOverride {
  /** Patterns of names, in which `*` stands for any run of characters. */
  readonly names: readonly string[];
  readonly rules: ReadonlyMap<string, RuleSetting>;
}

/**
 * A configured exception: findings that it covers are told, and nothing follows from them. What is absent covers all;
 * `rules` alone is not enough.
 */
export interface Exemption {
  readonly name: string;
  readonly reason: string;
  /** Who answers for it. */
  readonly owner: string;
  /** The moment from which it covers nothing, in milliseconds since 1970: the end of the day that was written, in UTC. `Infinity` for `never`. */
  readonly expires: number;
  readonly rules?: readonly string[];
  /** Where each of the rules was written. */
  readonly ruleSources?: readonly Location[];
  /** Patterns of names, in which `*` stands for any run of characters. */
  readonly namespaces?: readonly string[];
  /** Patterns over registry and repository, normalized: `repositoryPatterns`. */
  readonly images?: readonly string[];
  /** User names, to the letter, of who asks directly. */
  readonly users?: readonly string[];
  /** Groups, to the letter. */
  readonly groups?: readonly string[];
  /** `namespace:name`. */
  readonly serviceAccounts?: readonly string[];
}

/** What the operator decided about images. */
export interface Policy {
  /** By name. `valid-reference` may be among them; its action is never `off`. */
  readonly rules: ReadonlyMap<string, RuleSetting>;
  /** The most that any rule may do: everything less strict stays as it is. */
  readonly enforcement: ActiveAction;
  /** The first one whose names match a request's namespace counts. */
  readonly namespaces: readonly NamespaceOverride[];
  readonly exemptions: readonly Exemption[];
  /** The last line of every denial: whom to ask, where to read. */
  readonly contact: string | undefined;
  /** Pod templates of more kinds: the path to the pod spec by `group/kind`; `*` stands for each item of a list. */
  readonly podSpecPaths: ReadonlyMap<string, readonly string[]>;
}

/** What holds where nothing is written. */
export const DEFAULT_POLICY: Policy = {
  rules: new Map(),
  enforcement: 'deny',
  namespaces: [],
  exemptions: [],
  contact: undefined,
  podSpecPaths: new Map(),
};

const BY_STRICTNESS: readonly EnforcementAction[] = ['off', 'audit', 'warn', 'deny'];

/** The one of two that does less. */
export function lesserAction(a: EnforcementAction, b: EnforcementAction): EnforcementAction {
  return compareActions(a, b) < 0 ? a : b;
}

/** Below zero if the first one does less. */
function compareActions(a: EnforcementAction, b: EnforcementAction): number {
  return BY_STRICTNESS.indexOf(a) - BY_STRICTNESS.indexOf(b);
}

/** The engine's own rule: a text that is no reference, or that container runtimes read differently. */
export const VALID_REFERENCE = 'valid-reference';

/** Settings by the rule's name. A rule that nothing was written about has none. */
export type RuleSettings = ReadonlyMap<string, RuleSetting>;

/**
 * The settings that hold everywhere, then those of each namespace override: the ones of everywhere, with what the override
 * writes laid over, action by action and option by option.
 */
export function settingsBySelection({ rules, namespaces }: Policy): readonly RuleSettings[] {
  return [rules, ...namespaces.map((override) => allLaidOver(rules, override.rules))];
}

function allLaidOver(settings: RuleSettings, override: RuleSettings): RuleSettings {
  const merged = new Map(settings);
  for (const [name, setting] of override) merged.set(name, laidOver(settings.get(name), setting));
  return merged;
}

/** A setting of a rule with another one laid over: its action where it has one, and its options one by one. */
export function laidOver(below: RuleSetting | undefined, over: Partial<RuleSetting>): RuleSetting {
  const { options = {}, sources = {}, ...rest } = below ?? {};
  return { ...rest, ...over, options: { ...options, ...over.options }, sources: { ...sources, ...over.sources } };
}

/** What a rule says of an image. */
export type Answer =
  | { readonly violations: readonly Violation[] }
  /** Why it did not judge, as the end of a sentence. */
  | { readonly failure: string };

/** What a custom rule says of an image, and what it cost to ask, now or when it was asked. */
export interface CustomAnswer {
  readonly answer: Answer;
  /** In steps of the sandbox: the same whenever the same is asked. */
  readonly steps: number;
  /** It was asked, and not remembered. */
  readonly isNew: boolean;
}

/** A rule of the operator's, which judges in the sandbox: the same input gets the same answer, each time. */
export interface CustomRule extends RuleSummary {
  /**
   * Never throws: whatever goes wrong is an answer that says so.
   *
   * @param selection whose options hold: 0 for those of everywhere, from 1 on for the namespace overrides in their order
   */
  ask(selection: number, image: ImageReference, context: RuleContext): CustomAnswer;
}
