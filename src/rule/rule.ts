import type { ImageReference } from '../image/reference.ts';
import type { OptionsOf, OptionsSchema } from './options-schema.ts';

/** What a rule returns for an image that violates it. The sentence is `<container> image <problem>! (<image>). <remedy>` */
export interface Violation {
  /** What is wrong with the image, as the end of a sentence that begins with it: `has no tag`. */
  readonly problem: string;
  /** What to do, a whole sentence: `Only images with tags are allowed.` */
  readonly remedy: string;
}

/** What a rule may read besides the image. Frozen. */
export interface RuleContext {
  readonly operation: string;
  /** The time of the review, to the minute: `2026-01-01T00:00:00.000Z`. A rule has no other clock. */
  readonly now: string;
  /** `undefined` for an object without a namespace. */
  readonly namespace: string | undefined;
  /** The profile of the policy that its namespace has; `undefined` if it has none. */
  readonly profile: string | undefined;
  /** The requester. For the pods of a Deployment that is a controller, not the person behind it. */
  readonly userInfo: { readonly username: string; readonly groups: readonly string[] };
  readonly workload: {
    readonly apiVersion: string;
    readonly kind: string;
    /** Empty until the API server has made one from `generateName`. */
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
    /** As in the image's pod spec. The API server fills it in for a Pod, not for a template. */
    readonly serviceAccountName: string | undefined;
  };
  readonly container: {
    readonly name: string;
    readonly type: 'initContainer' | 'container' | 'ephemeralContainer' | 'imageVolume';
    /** The field of the image: `spec.template.spec.containers[0].image`. */
    readonly fieldPath: string;
    /** As written; `pullPolicy` of an image volume. The API server fills it in, except for custom kinds. */
    readonly imagePullPolicy: string | undefined;
    /** The image before an UPDATE, as written, in the same list under the same name; `undefined` if there was none. */
    readonly oldImage: string | undefined;
  };
}

/** The parts of a check's context that are the same for all images of a request. */
export type RequestContext = Omit<RuleContext, 'container' | 'workload'> & {
  readonly workload: Omit<RuleContext['workload'], 'serviceAccountName'>;
};

/** What a ruleset knows of each rule, built-in or custom. */
export interface RuleSummary {
  /** kebab-case, and the file's name. */
  readonly name: string;
  /** One sentence. */
  readonly description: string;
  /** The action if the policy sets none; `deny` by default. */
  readonly action?: DefaultAction;
}

export interface RuleMeta<Schema extends OptionsSchema = OptionsSchema> extends RuleSummary {
  /** The JSON Schema of the options; without one the rule takes none. The only place for defaults. */
  readonly schema?: Schema;
  /** Built-in rules only: sorts violations, ascending; rules without it follow, by name. */
  readonly order?: number;
  /**
   * Built-in rules only: flat keys of the policy, and the option that each sets, a list or a boolean; or `action`, for which
   * `true` means deny and `false` off.
   */
  readonly keys?: Readonly<Record<string, string>>;
}

/**
 * A rule module, the default export of a rule file.
 *
 * `prepare` runs once, when the rule is loaded, and throws for invalid options that the schema cannot detect; `check`
 * receives its result, or without `prepare` the options. `check` gets one valid image, and returns its violations or
 * nothing. Both are synchronous.
 */
export interface Rule<Schema extends OptionsSchema = OptionsSchema, Prepared = OptionsOf<Schema>> {
  readonly meta: RuleMeta<Schema>;
  readonly prepare?: (options: OptionsOf<Schema>) => Prepared;
  readonly check: (
    image: ImageReference,
    options: Prepared,
    context: RuleContext,
  ) => readonly Violation[] | undefined | void;
  /**
   * Built-in rules only: what to write in place of an image that `check` objects to, where the policy's action is `rewrite`;
   * `undefined` if there is nothing, and the image is denied. Asked of every image: of one that `check` allows, `undefined`.
   */
  readonly rewrite?: (image: ImageReference, options: Prepared, context: RuleContext) => Rewriting | undefined;
}

/** What a rule writes in place of an image. */
export interface Rewriting {
  /** The whole reference. */
  readonly reference: string;
  /** What led to it, for metrics and messages: `docker.io -> mirror.example.com/hub`. */
  readonly mapping: string;
}

/** A rule with any options. */
// oxlint-disable-next-line typescript/no-explicit-any -- each rule has options of its own, and only the rule knows their type
export type AnyRule = Rule<any, any>;

/** What a rule can say of itself to happen on a violation, the strictest first. */
export const DEFAULT_ACTIONS = ['deny', 'warn', 'audit', 'off'] as const;

export type DefaultAction = (typeof DEFAULT_ACTIONS)[number];

/** What can happen on a violation. Only rules with the method can `rewrite`; what they cannot is denied. */
export const ENFORCEMENT_ACTIONS = ['rewrite', ...DEFAULT_ACTIONS] as const;

/** What happens on a violation: set by the policy, else by the rule. */
export type EnforcementAction = (typeof ENFORCEMENT_ACTIONS)[number];

type WithPrepare<Schema extends OptionsSchema, Prepared> = Rule<Schema, Prepared> &
  Required<Pick<Rule<Schema, Prepared>, 'prepare'>>;

/**
 * Defines a rule with inferred types: the options from the schema, the argument of `check` from the result of `prepare`.
 * Returns its argument.
 */
export function defineRule<const Schema extends OptionsSchema, Prepared>(
  rule: WithPrepare<Schema, Prepared>,
): Rule<Schema, Prepared>;
export function defineRule<const Schema extends OptionsSchema>(rule: {
  readonly meta: RuleMeta<Schema>;
  readonly check: Rule<Schema>['check'];
  readonly rewrite?: NonNullable<Rule<Schema>['rewrite']>;
}): Rule<Schema>;
export function defineRule(rule: Rule): Rule {
  return rule;
}
