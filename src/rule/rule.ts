import type { ImageReference } from '../image/reference.ts';
import type { OptionsOf, OptionsSchema } from './options-schema.ts';

/** What a rule returns for an image that it objects to. The sentence is `<container> image <problem>! (<image>). <remedy>` */
export interface Violation {
  /** What is wrong with the image, as the end of a sentence that begins with it: `has no tag`. */
  readonly problem: string;
  /** What to do, a whole sentence: `Only images with tags are allowed.` */
  readonly remedy: string;
}

/** What a rule may know besides the image. Frozen. */
export interface RuleContext {
  readonly operation: string;
  /** When it is judged, to the minute: `2026-01-01T00:00:00.000Z`. A rule has no other clock. */
  readonly now: string;
  /** `undefined` for an object without a namespace. */
  readonly namespace: string | undefined;
  /** Who asks. For the pods of a Deployment that is a controller, not the person behind it. */
  readonly userInfo: { readonly username: string; readonly groups: readonly string[] };
  readonly workload: {
    readonly apiVersion: string;
    readonly kind: string;
    /** Empty while the API server has yet to make one from `generateName`. */
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
    /** Of the pod spec in which the image stands, as written. The API server fills it in for a Pod, not for a template. */
    readonly serviceAccountName: string | undefined;
  };
  readonly container: {
    readonly name: string;
    readonly type: 'initContainer' | 'container' | 'ephemeralContainer' | 'imageVolume';
    /** Where the image is written: `spec.template.spec.containers[0].image`. */
    readonly fieldPath: string;
    /** As written, `pullPolicy` of an image volume. The API server fills it in, but for kinds that it does not know. */
    readonly imagePullPolicy: string | undefined;
    /** What an UPDATE finds in that place, as written: in the same list under the same name. `undefined` where nothing was. */
    readonly oldImage: string | undefined;
  };
}

/** What a rule may know of the request: the context of a check, but for what the image's own place adds to it. */
export type RequestContext = Omit<RuleContext, 'container' | 'workload'> & {
  readonly workload: Omit<RuleContext['workload'], 'serviceAccountName'>;
};

/** What a ruleset knows of each of its rules, wherever that runs. */
export interface RuleSummary {
  /** kebab-case, and the file's name. */
  readonly name: string;
  /** One sentence. */
  readonly description: string;
  /** What happens on a violation where the operator has not said; without one it is denied. */
  readonly action?: EnforcementAction;
}

export interface RuleMeta<Schema extends OptionsSchema = OptionsSchema> extends RuleSummary {
  /** The JSON Schema of the options; without one the rule takes none. Defaults stand only here. */
  readonly schema?: Schema;
  /** Built-in rules only: its violations stand before those of rules with more, or without one, which go by name. */
  readonly order?: number;
  /**
   * Built-in rules only: keys of the policy that are one text each, and the option that each sets as a list; or `action`,
   * of which `true` means deny and `false` off.
   */
  readonly keys?: Readonly<Record<string, string>>;
}

/**
 * A rule module, the default export of a rule file.
 *
 * `prepare` runs once, when the rule is loaded, and throws on an option that the schema cannot judge; what it returns,
 * at once and no promise, is what `check` receives. Without it `check` receives the options. `check` sees one image that
 * could be read, and returns its violations at once, or nothing.
 */
export interface Rule<Schema extends OptionsSchema = OptionsSchema, Prepared = OptionsOf<Schema>> {
  readonly meta: RuleMeta<Schema>;
  readonly prepare?: (options: OptionsOf<Schema>) => Prepared;
  readonly check: (
    image: ImageReference,
    options: Prepared,
    context: RuleContext,
  ) => readonly Violation[] | undefined | void;
}

/** A rule of any options, as the engine holds it. */
// oxlint-disable-next-line typescript/no-explicit-any -- each rule has options of its own, and only the rule knows their type
export type AnyRule = Rule<any, any>;

/** What can happen on a violation: from the strictest on. */
export const ENFORCEMENT_ACTIONS = ['deny', 'warn', 'audit', 'off'] as const;

/** What happens on a violation: the operator's choice, and where nothing was chosen, the rule's own. */
export type EnforcementAction = (typeof ENFORCEMENT_ACTIONS)[number];

type WithPrepare<Schema extends OptionsSchema, Prepared> = Rule<Schema, Prepared> &
  Required<Pick<Rule<Schema, Prepared>, 'prepare'>>;

/**
 * Says what a rule is, so that an editor knows the types: the options from the schema, what `check` receives from
 * what `prepare` returns. It returns its argument.
 */
export function defineRule<const Schema extends OptionsSchema, Prepared>(
  rule: WithPrepare<Schema, Prepared>,
): Rule<Schema, Prepared>;
export function defineRule<const Schema extends OptionsSchema>(rule: {
  readonly meta: RuleMeta<Schema>;
  readonly check: Rule<Schema>['check'];
}): Rule<Schema>;
export function defineRule(rule: Rule): Rule {
  return rule;
}
