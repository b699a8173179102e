import { Ajv } from 'ajv';
import { globMatcher } from '../image/glob.ts';
import type { ImageReference } from '../image/reference.ts';
import { distinctMistakes, type Mistake, MistakesError } from '../mistake/mistake.ts';
import type { AnyRule, EnforcementAction, RuleContext, RuleMeta, RuleSummary, Rewriting } from '../rule/rule.ts';
import { type CompiledExemption, exemptionCompiler } from './exemptions.ts';
import type { Judge } from './finding.ts';
import { DEFAULT_SETTINGS, layers, type PlacedSetting, type RuleSettings } from './layers.ts';
import {
  type ActiveAction,
  type Answer,
  type CustomAnswer,
  type CustomRule,
  limitedAction,
  type Policy,
  type RuleOptions,
  type RuleSetting,
  VALID_REFERENCE,
} from './policy.ts';
import { policyMistakes } from './policy-mistakes.ts';
import { askRule, askToRewrite } from './ask-rule.ts';
import { prepareRule } from './prepare-rule.ts';
import { type Judges, Scopes } from './scope.ts';

type Ask = (image: ImageReference, context: RuleContext) => Answer;
/** What to write in place of an image that the rule objects to, if it knows it. */
type Rewrite = (image: ImageReference, context: RuleContext) => Rewriting | undefined;

/** The two ways of asking a rule; neither ever throws. */
type Asking =
  | { readonly ask: Ask; readonly rewrite?: Rewrite }
  /** A rule in the sandbox, whose checks are metered. */
  | { readonly askCustom: (image: ImageReference, context: RuleContext) => CustomAnswer };

/** A setting that is not off, bound to its rule. */
export type BoundRule = Judge &
  Asking & {
    /** The index of its options among the rule's distinct ones. */
    readonly place: number;
    /** As the policy has it, everything merged. */
    readonly setting: RuleSetting;
    /** `undefined` if it judges all images. */
    readonly judges: Judges | undefined;
    /** What it objects to is rewritten, where it can be. */
    readonly rewrites?: true;
  };

/** A setting that can rewrite. */
export type RewritingRule = BoundRule & { readonly ask: Ask; readonly rewrite: Rewrite };

export function canRewrite(rule: BoundRule): rule is RewritingRule {
  return 'rewrite' in rule;
}

/** The active settings that apply in some namespaces. */
export interface Selection {
  readonly validReference: Judge;
  /** In the order of their violations in a message. */
  readonly rules: readonly BoundRule[];
  /** Those of them that rewrite, in the same order; mostly none. */
  readonly rewrites: readonly RewritingRule[];
  readonly exemptions: readonly CompiledExemption[];
}

/** The selections of one profile, or of none. */
export interface ByNamespace {
  /** Applies where no override does. */
  readonly everywhere: Selection;
  readonly overrides: readonly { readonly matches: (namespace: string) => boolean; readonly selection: Selection }[];
}

/** The compiled policy and rules: all that judging needs. */
export interface Ruleset extends ByNamespace {
  readonly profiles: ReadonlyMap<string, ByNamespace>;
  readonly custom: readonly CustomRule[];
  readonly policy: Policy;
  /** Of the files that it was loaded from, if it was from files: the same for the same files. */
  readonly digest?: string;
}

/**
 * Binds rules to the operator's policy.
 *
 * @param custom already bound to their options
 * @throws {MistakesError} with every invalid option, and every unknown rule that the policy names.
 */
export function createRuleset(builtIn: readonly AnyRule[], custom: readonly CustomRule[], policy: Policy): Ruleset {
  const { ruleset, mistakes } = bindRuleset(builtIn, custom, policy);
  if (mistakes.length > 0) throw new MistakesError(mistakes);
  return ruleset;
}

/** A ruleset of the valid rules, and the mistakes of the others and of the policy. */
export interface BoundRuleset {
  readonly ruleset: Ruleset;
  readonly mistakes: readonly Mistake[];
}

/**
 * Binds all valid rules to the operator's policy. Options of a rule that is off are validated, too, so that a mistake in
 * them shows now and not when the rule is switched on.
 *
 * @param others names of custom rules that could not be loaded, which the policy may name, too
 */
export function bindRuleset(
  builtIn: readonly AnyRule[],
  custom: readonly CustomRule[],
  policy: Policy,
  others: readonly string[] = [],
): BoundRuleset {
  const { selections, options, mistakes: unmergeable } = layers(policy);
  // Schemas of built-in rules alone, as part of the policy's: compiling the meta-schema would take 30 ms of each start, and
  // what is compiled is used once or twice.
  const fast = { meta: false, validateSchema: false, code: { optimize: false } } as const;
  const ajv = new Ajv({ ...fast, strict: true, allErrors: true, useDefaults: true });
  const readyRules = [
    ...builtIn.map((rule) => builtInRule(rule, options.get(rule.meta.name), ajv)),
    ...custom.map((rule) => customRule(rule, options.get(rule.name))),
  ].toSorted(compareRules);
  const names = new Set([...builtIn.map(({ meta }) => meta.name), ...custom.map(({ name }) => name), ...others]);
  const scopes = new Scopes();
  const bindings = readyRules.map((rule) => ({ name: rule.name, bound: binder(rule, policy, scopes) }));
  const exemptionsUnder = exemptionCompiler(policy.exemptions);
  const selectionOf = (settings: RuleSettings): Selection => {
    const rules = bindings.flatMap(({ name, bound }) => bound(settings.get(name)?.settings ?? DEFAULT_SETTINGS));
    return {
      validReference: validReference(settings, policy),
      rules,
      rewrites: rules.filter(canRewrite).filter((rule) => rule.rewrites === true),
      exemptions: exemptionsUnder(settings),
    };
  };
  const under = (profile?: string): ByNamespace => byNamespace(selections.get(profile)!.map(selectionOf), policy);
  const profiles = new Map([...policy.profiles.keys()].map((profile) => [profile, under(profile)]));
  const ruleset = { ...under(), profiles, custom, policy };
  const mistakes = [
    ...policyMistakes([...names], policy),
    ...unmergeable,
    ...readyRules.flatMap((rule) => rule.mistakes),
    ...scopes.mistakes,
  ];
  return { ruleset, mistakes: distinctMistakes(mistakes) };
}

function byNamespace([everywhere, ...overridden]: readonly Selection[], { namespaces }: Policy): ByNamespace {
  const overrides = namespaces.map(({ names }, index) => {
    const matchers = names.map(globMatcher);
    return { matches: (name: string) => matchers.some((matches) => matches(name)), selection: overridden[index]! };
  });
  return { everywhere: everywhere!, overrides };
}

/**
 * The selection for a namespace: the first override that matches it, else (or without a namespace) that of everywhere.
 *
 * @param profile one that the policy does not have counts as none
 */
export function selectionFor(ruleset: Ruleset, profile: string | undefined, namespace: string | undefined): Selection {
  const { everywhere, overrides } = (profile !== undefined && ruleset.profiles.get(profile)) || ruleset;
  if (namespace === undefined || overrides.length === 0) return everywhere;
  return overrides.find(({ matches }) => matches(namespace))?.selection ?? everywhere;
}

/** All selections, those without a profile first. */
export function allSelections(ruleset: Ruleset): readonly Selection[] {
  return [ruleset, ...ruleset.profiles.values()].flatMap(({ everywhere, overrides }) => [
    everywhere,
    ...overrides.map(({ selection }) => selection),
  ]);
}

/** The order of one image's violations in a message. */
export function compareRules(a: Ordered, b: Ordered): number {
  const [one, other] = [a, b].map(({ order = Number.MAX_VALUE }) => order) as [number, number];
  return one - other || (a.name < b.name ? -1 : Number(a.name > b.name));
}

type Ordered = Pick<RuleMeta, 'name' | 'order'>;

/** A rule with its options prepared. */
interface ReadyRule extends Ordered, Pick<RuleSummary, 'action'> {
  /** How to ask it, for each of its distinct options; `undefined` for invalid ones. */
  readonly asking: readonly (Asking | undefined)[];
  readonly mistakes: readonly Mistake[];
}

function builtInRule(rule: AnyRule, options: readonly RuleOptions[] | undefined, ajv: Ajv): ReadyRule {
  const prepared = prepareRule(rule, options ?? DEFAULT_SETTINGS, ajv);
  return {
    ...rule.meta,
    asking: prepared.map((result) => {
      if ('mistakes' in result) return undefined;
      return {
        ask: (image, context) => askRule(rule, result.prepared, image, context),
        ...(rule.rewrite && { rewrite: (image, context) => askToRewrite(rule, result.prepared, image, context) }),
      };
    }),
    mistakes: prepared.flatMap((result) => ('mistakes' in result ? result.mistakes : [])),
  };
}

function customRule(rule: CustomRule, options: readonly RuleOptions[] | undefined): ReadyRule {
  const asking = (options ?? DEFAULT_SETTINGS).map((_, place): Asking => {
    return { askCustom: (image, context) => rule.ask(place, image, context) };
  });
  return { name: rule.name, ...(rule.action && { action: rule.action }), asking, mistakes: [] };
}

/** Binds the settings of a rule that are not off, in their order; those of several selections once. */
function binder(rule: ReadyRule, policy: Policy, scopes: Scopes) {
  const known = new Map<readonly PlacedSetting[], readonly BoundRule[]>();
  const bind = (setting: PlacedSetting): readonly BoundRule[] => {
    const judges = scopes.judgesOf(setting);
    const limited = limitedTo(policy, setting, rule.action);
    const action = judgingAction(limited);
    const asking = rule.asking[setting.place];
    if (action === undefined || asking === undefined) return [];
    const { message, place } = setting;
    const rewrites = 'rewrite' in asking && limited === 'rewrite' && ({ rewrites: true } as const);
    return [{ name: rule.name, action, message, place, setting, judges, ...asking, ...rewrites }];
  };
  return (settings: readonly PlacedSetting[]): readonly BoundRule[] => {
    const bound = known.get(settings) ?? settings.flatMap(bind);
    known.set(settings, bound);
    return bound;
  };
}

function validReference(settings: RuleSettings, policy: Policy): Judge {
  const [setting] = settings.get(VALID_REFERENCE)?.settings ?? DEFAULT_SETTINGS;
  const action = judgingAction(limitedTo(policy, setting!)) ?? policy.enforcement;
  return { name: VALID_REFERENCE, action, message: setting!.message };
}

/** A setting's action, limited by `enforcement`. */
function limitedTo(
  { enforcement }: Policy,
  setting: RuleSetting,
  byDefault: EnforcementAction = 'deny',
): EnforcementAction {
  return limitedAction(setting.action ?? byDefault, enforcement);
}

/** The action under which a rule judges; `undefined` if it is off. */
function judgingAction(action: EnforcementAction): ActiveAction | undefined {
  if (action === 'rewrite') return 'deny';
  return action === 'off' ? undefined : action;
}
