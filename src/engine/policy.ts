import type { Location } from '../mistake/mistake.ts';
import type { EnforcementAction } from '../rule/rule.ts';
import type { Exemption } from './exemptions.ts';
import type { RuleOptions } from './prepare-rule.ts';

/** An enforcement action under which a rule is asked. */
export type ActiveAction = Exclude<EnforcementAction, 'off'>;

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
