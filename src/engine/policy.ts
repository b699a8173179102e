import type { Location } from '../mistake/mistake.ts';
import type { EnforcementAction, RuleContext, RuleSummary, Violation } from '../rule/rule.ts';
import type { ImageReference } from '../image/reference.ts';

/** An enforcement action under which a rule judges. One that rewrites denies: what it cannot rewrite, and what was not. */
export type ActiveAction = Exclude<EnforcementAction, 'off' | 'rewrite'>;

/** The configured options of one rule. */
export interface RuleOptions {
  readonly options: Readonly<Record<string, unknown>>;
  /** Where each option is configured. */
  readonly sources: Readonly<Record<string, Location>>;
}

/** One setting of a rule. */
export interface RuleSetting extends RuleOptions {
  /** Absent if not configured: then it is the rule's default. */
  readonly action?: EnforcementAction;
  /** Where the action is configured. */
  readonly actionSource?: Location;
  /** Where the setting is, if that is a separate place. */
  readonly source?: Location;
  /** Patterns of namespaces: elsewhere it does not judge. Absent, it judges everywhere. */
  readonly namespaces?: readonly string[];
  readonly namespacesSource?: Location;
  /** Patterns of images, read widely: others it does not judge. Absent, it judges all. */
  readonly images?: readonly string[];
  readonly imagesSource?: Location;
  /** Follows its sentences. */
  readonly message?: string;
  readonly messageSource?: Location;
}

/** The settings of one rule: a list, each of which judges; or a single one, which others can change key by key. */
export type RuleEntry = RuleSetting | readonly RuleSetting[];

/** The entries by rule name; rules that are not configured are absent. */
export type RuleEntries = ReadonlyMap<string, RuleEntry>;

/** What differs in some namespaces; all else is as everywhere, or as in the profile. */
export interface NamespaceOverride {
  /** Patterns of names, in which `*` stands for any run of characters. */
  readonly names: readonly string[];
  readonly rules: RuleEntries;
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
  /** `valid-reference` may be among them; its action is never `off`. */
  readonly rules: RuleEntries;
  /** The strictest action that any rule may have; stricter ones are lowered to it. */
  readonly enforcement: ActiveAction;
  /** What differs under a profile, which is the value of a label of the namespace. */
  readonly profiles: ReadonlyMap<string, RuleEntries>;
  /** The first one whose names match a request's namespace applies, over its profile. */
  readonly namespaces: readonly NamespaceOverride[];
  readonly exemptions: readonly Exemption[];
  /** The last line of every denial: whom to ask, where to read. */
  readonly contact: string | undefined;
  /** Whether every denial of images names the request's uid. */
  readonly decisionId: boolean;
  /** Whether each image that is rewritten is a kubectl warning. */
  readonly rewriteWarnings: boolean;
  /** Additional kinds: the path to the pod spec by `group/kind`; `*` stands for each item of a list. */
  readonly podSpecPaths: ReadonlyMap<string, readonly string[]>;
}

/** The policy if nothing is configured. */
export const DEFAULT_POLICY: Policy = {
  rules: new Map(),
  enforcement: 'deny',
  profiles: new Map(),
  namespaces: [],
  exemptions: [],
  contact: undefined,
  decisionId: false,
  rewriteWarnings: false,
  podSpecPaths: new Map(),
};

const STRICTNESS: Readonly<Record<EnforcementAction, number>> = { off: 0, audit: 1, warn: 2, deny: 3, rewrite: 3 };

/** A setting's action, where it is stricter than `enforcement` lowered to that. */
export function limitedAction(action: EnforcementAction, enforcement: ActiveAction): EnforcementAction {
  return STRICTNESS[action] > STRICTNESS[enforcement] ? enforcement : action;
}

/**
 * The built-in rules with a method `rewrite`, to which a test holds the list: what is wrong with an action is told where it is
 * read, before the rules are known.
 */
export const REWRITING: readonly string[] = ['default-registry', 'registry-mirror'];

/** The engine's own rule, violated by a text that is no reference, or that container runtimes read differently. */
export const VALID_REFERENCE = 'valid-reference';

/** The profile that a request is sent under if its namespace's label is none of those that the webhook knows; reserved. */
export const UNKNOWN_PROFILE = 'unknown';

/** Names that no profile may have, since entries of the webhook are called so. */
export const RESERVED_PROFILES: readonly string[] = [UNKNOWN_PROFILE, 'policy', 'workloads'];

/** The most profiles: `deploy/certificates.sh` makes entries for no more, and each is merged with each override. */
export const MAX_PROFILES = 16;

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
   * @param place the index of the options among the rule's distinct ones: `layers`
   */
  ask(place: number, image: ImageReference, context: RuleContext): CustomAnswer;
}
