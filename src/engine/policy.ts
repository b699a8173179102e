import type { Location } from '../mistake/mistake.ts';
import type { EnforcementAction, RuleContext, RuleSummary, Violation } from '../rule/rule.ts';
import type { ImageReference } from '../image/reference.ts';

/** An enforcement action under which a rule runs. */
export type ActiveAction = Exclude<EnforcementAction, 'off'>;

/** The configured options of one rule. */
export interface RuleOptions {
  readonly options: Readonly<Record<string, unknown>>;
  /** Where each option is configured. */
  readonly sources: Readonly<Record<string, Location>>;
}

/** The configuration of one rule. */
export interface RuleSetting extends RuleOptions {
  /** Absent if not configured: then it is the rule's default. */
  readonly action?: EnforcementAction;
  /** Where the action is configured. */
  readonly actionSource?: Location;
  /** Where the rule is named, if that is a separate place. */
  readonly source?: Location;
}

/** Actions and options that differ in some namespaces; all others are as everywhere. */
export interface NamespaceOverride {
  /** Patterns of names, in which `*` stands for any run of characters. */
  readonly names: readonly string[];
  readonly rules: ReadonlyMap<string, RuleSetting>;
}

/**
 * A configured exception: findings that it covers are only logged and audited. Absent conditions cover all;
 * `rules` alone is not enough.
 */
export interface Exemption {
  readonly name: string;
  readonly reason: string;
  /** Who is responsible for it. */
  readonly owner: string;
  /** In milliseconds since 1970: the end of the configured day, in UTC. `Infinity` for `never`. */
  readonly expires: number;
  readonly rules?: readonly string[];
  /** Where each of the rules is configured. */
  readonly ruleSources?: readonly Location[];
  /** Patterns of names, in which `*` stands for any run of characters. */
  readonly namespaces?: readonly string[];
  /** Patterns of images: `imagePatterns`. */
  readonly images?: readonly string[];
  /** Exact user names of the direct requester. */
  readonly users?: readonly string[];
  /** Exact group names. */
  readonly groups?: readonly string[];
  /** `namespace:name`. */
  readonly serviceAccounts?: readonly string[];
}

/** What the operator decided about images. */
export interface Policy {
  /** By name. `valid-reference` may be among them; its action is never `off`. */
  readonly rules: ReadonlyMap<string, RuleSetting>;
  /** The strictest action that any rule may have; stricter ones are lowered to it. */
  readonly enforcement: ActiveAction;
  /** The first one whose names match a request's namespace applies. */
  readonly namespaces: readonly NamespaceOverride[];
  readonly exemptions: readonly Exemption[];
  /** The last line of every denial: whom to ask, where to read. */
  readonly contact: string | undefined;
  /** Additional kinds: the path to the pod spec by `group/kind`; `*` stands for each item of a list. */
  readonly podSpecPaths: ReadonlyMap<string, readonly string[]>;
}

/** The policy if nothing is configured. */
export const DEFAULT_POLICY: Policy = {
  rules: new Map(),
  enforcement: 'deny',
  namespaces: [],
  exemptions: [],
  contact: undefined,
  podSpecPaths: new Map(),
};

const BY_STRICTNESS: readonly EnforcementAction[] = ['off', 'audit', 'warn', 'deny'];

/** The less strict of two actions. */
export function lesserAction(a: EnforcementAction, b: EnforcementAction): EnforcementAction {
  return compareActions(a, b) < 0 ? a : b;
}

/** Negative if the first is less strict. */
function compareActions(a: EnforcementAction, b: EnforcementAction): number {
  return BY_STRICTNESS.indexOf(a) - BY_STRICTNESS.indexOf(b);
}

/** The engine's own rule, violated by a text that is no reference, or that container runtimes read differently. */
export const VALID_REFERENCE = 'valid-reference';

/** Settings by rule name; rules that are not configured are absent. */
export type RuleSettings = ReadonlyMap<string, RuleSetting>;

/**
 * The settings that apply everywhere, then for each namespace override those settings with the override merged in, action
 * by action and option by option.
 */
export function settingsBySelection({ rules, namespaces }: Policy): readonly RuleSettings[] {
  return [rules, ...namespaces.map((override) => mergeSettings(rules, override.rules))];
}

function mergeSettings(settings: RuleSettings, override: RuleSettings): RuleSettings {
  const merged = new Map(settings);
  for (const [name, setting] of override) merged.set(name, mergeSetting(settings.get(name), setting));
  return merged;
}

/** Merges two settings of a rule: `over` replaces the action if it has one, and options one by one. */
export function mergeSetting(below: RuleSetting | undefined, over: Partial<RuleSetting>): RuleSetting {
  const { options = {}, sources = {}, ...rest } = below ?? {};
  return { ...rest, ...over, options: { ...options, ...over.options }, sources: { ...sources, ...over.sources } };
}

/** A rule's answer about an image. */
export type Answer =
  | { readonly violations: readonly Violation[] }
  /** Why the rule failed, as the end of a sentence. */
  | { readonly failure: string };

/** A custom rule's answer, and its cost. */
export interface CustomAnswer {
  readonly answer: Answer;
  /** In steps of the sandbox: the same for the same input, cached or not. */
  readonly steps: number;
  /** Whether the rule ran; otherwise the answer came from the cache. */
  readonly isNew: boolean;
}

/** A rule of the operator's, which runs in the sandbox: a pure function of its input. */
export interface CustomRule extends RuleSummary {
  /**
   * Never throws: an error is an answer that says so.
   *
   * @param selection whose options apply: 0 for everywhere, from 1 on for the namespace overrides, in order
   */
  ask(selection: number, image: ImageReference, context: RuleContext): CustomAnswer;
}
