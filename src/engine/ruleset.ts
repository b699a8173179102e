import { Ajv } from 'ajv';
import { globMatcher } from '../image/glob.ts';
import { distinctMistakes, type Location, messageOf, type Mistake, MistakesError, shown } from '../mistake/mistake.ts';
import { nearestName } from '../mistake/nearest-name.ts';
import type { ImageReference } from '../image/reference.ts';
import type { AnyRule, RuleContext, RuleMeta, RuleSummary } from '../rule/rule.ts';
import {
  type ActiveAction,
  type Answer,
  type CustomAnswer,
  type CustomRule,
  lesserAction,
  type Policy,
  type RuleSetting,
  type RuleSettings,
  settingsBySelection,
  VALID_REFERENCE,
} from './policy.ts';
import { type CompiledExemption, compileExemptions } from './exemptions.ts';
import { type PreparedRule, prepareRule } from './prepare-rule.ts';
import { readViolations } from './read-violations.ts';

/** A rule that is not off, and its action. */
export interface ActiveRule extends Ordered {
  readonly action: ActiveAction;
}

/** An active rule, bound to its options. Neither way of asking it ever throws. */
export type BoundRule = ActiveRule &
  (
    | { readonly ask: (image: ImageReference, context: RuleContext) => Answer }
    /** A rule in the sandbox, whose checks are metered. */
    | { readonly askCustom: (image: ImageReference, context: RuleContext) => CustomAnswer }
  );

/** The active rules, with the actions and options that apply in some namespaces. */
export interface Selection {
  /** 0 for everywhere, from 1 on for the namespace overrides, in order. */
  readonly index: number;
  readonly validReference: ActiveAction;
  /** In the order of their violations in a message. */
  readonly rules: readonly BoundRule[];
  readonly exemptions: readonly CompiledExemption[];
}

/** The compiled policy and rules: all that judging needs. */
export interface Ruleset {
  /** Applies where no override does. */
  readonly everywhere: Selection;
  readonly overrides: readonly { readonly matches: (namespace: string) => boolean; readonly selection: Selection }[];
  readonly custom: readonly CustomRule[];
  readonly policy: Policy;
}

const NO_SETTING: RuleSetting = { options: {}, sources: {} };

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
  const names = new Set([...builtIn.map(({ meta }) => meta.name), ...custom.map(({ name }) => name), ...others]);
  const rules = builtIn.toSorted((a, b) => compareRules(a.meta, b.meta));
  const mistakes: Mistake[] = [...unknownRules([...names], policy), ...optionsOfValidReference(policy)];
  const selections = settingsBySelection(policy);
  const prepared = prepareRules(rules, selections);
  const [everywhere, ...overridden] = selections.map((settings, index): Selection => {
    const bound = bindRules(rules, settings, policy, (rule) => prepared.get(rule)![index]!);
    mistakes.push(...bound.mistakes);
    return {
      index,
      validReference: activeAction({ name: VALID_REFERENCE }, settings, policy) ?? policy.enforcement,
      rules: [...bound.rules, ...customRules(custom, index, settings, policy)].toSorted(compareRules),
      exemptions: compileExemptions(policy.exemptions, settings),
    };
  });
  const overrides = policy.namespaces.map(({ names: patterns }, index) => {
    const matchers = patterns.map(globMatcher);
    return { matches: (name: string) => matchers.some((matches) => matches(name)), selection: overridden[index]! };
  });
  const ruleset = { everywhere: everywhere!, overrides, custom, policy };
  return { ruleset, mistakes: distinctMistakes(mistakes) };
}

/** The selection for a namespace: the first override that matches it, else (or without a namespace) `everywhere`. */
export function selectionFor({ everywhere, overrides }: Ruleset, namespace: string | undefined): Selection {
  if (namespace === undefined || overrides.length === 0) return everywhere;
  return overrides.find(({ matches }) => matches(namespace))?.selection ?? everywhere;
}

/** The order of one image's violations in a message. */
export function compareRules(a: Ordered, b: Ordered): number {
  const [one, other] = [a, b].map(({ order = Number.MAX_VALUE }) => order) as [number, number];
  return one - other || (a.name < b.name ? -1 : Number(a.name > b.name));
}

type Ordered = Pick<RuleMeta, 'name' | 'order'>;

/** A rule's action, limited by `enforcement`; `undefined` if it is off. */
function activeAction(
  { name, action: byDefault = 'deny' }: Pick<RuleSummary, 'name' | 'action'>,
  settings: RuleSettings,
  { enforcement }: Policy,
): ActiveAction | undefined {
  const action = lesserAction(enforcement, settings.get(name)?.action ?? byDefault);
  return action === 'off' ? undefined : action;
}

function customRules(
  custom: readonly CustomRule[],
  selection: number,
  settings: RuleSettings,
  policy: Policy,
): readonly BoundRule[] {
  return custom.flatMap((rule) => {
    const action = activeAction(rule, settings, policy);
    if (action === undefined) return [];
    return [{ name: rule.name, action, askCustom: (image, context) => rule.ask(selection, image, context) }];
  });
}

function prepareRules(
  rules: readonly AnyRule[],
  selections: readonly RuleSettings[],
): ReadonlyMap<AnyRule, readonly PreparedRule[]> {
  const ajv = new Ajv({ strict: true, allErrors: true, useDefaults: true });
  return new Map(
    rules.map((rule) => {
      const settings = selections.map((selection) => selection.get(rule.meta.name) ?? NO_SETTING);
      return [rule, prepareRule(rule, settings, ajv)];
    }),
  );
}

function bindRules(
  rules: readonly AnyRule[],
  settings: RuleSettings,
  policy: Policy,
  resultOf: (rule: AnyRule) => PreparedRule,
) {
  const bound: BoundRule[] = [];
  const mistakes: Mistake[] = [];
  for (const rule of rules) {
    const { name, order } = rule.meta;
    const action = activeAction(rule.meta, settings, policy);
    const result = resultOf(rule);
    if ('mistakes' in result) mistakes.push(...result.mistakes);
    else if (action !== undefined) {
      bound.push({
        name,
        ...(order !== undefined && { order }),
        action,
        ask: (image, context) => askRule(rule, result.prepared, image, context),
      });
    }
  }
  return { rules: bound, mistakes };
}

function unknownRules(names: readonly string[], policy: Policy): Mistake[] {
  const known = new Set([...names, VALID_REFERENCE]);
  const named: { readonly name: string; readonly where: Location }[] = [
    ...[policy, ...policy.namespaces].flatMap(({ rules }) =>
      [...rules].map(([name, { actionSource, sources, source }]) => ({
        name,
        where: actionSource ??
          Object.values(sources)[0] ??
          source ?? { source: { name: 'policy' }, place: `rule ${shown(name)}` },
      })),
    ),
    ...policy.exemptions.flatMap(({ name: exemption, rules = [], ruleSources }) =>
      rules.map((name, index) => ({
        name,
        where: ruleSources?.[index] ?? { source: { name: 'policy' }, place: `exemption ${exemption}, rules` },
      })),
    ),
  ];
  return named
    .filter(({ name }) => !known.has(name))
    .map(({ name, where }) => ({
      code: 'rule-unknown',
      ...where,
      expected: 'the name of a rule that is loaded',
      found: shown(name),
      ...nearestName(name, names),
    }));
}

function optionsOfValidReference({ rules, namespaces }: Policy): Mistake[] {
  return [rules, ...namespaces.map((override) => override.rules)].flatMap((settings) => {
    const { options, sources } = settings.get(VALID_REFERENCE) ?? NO_SETTING;
    return Object.entries(options).map(([option, value]) => ({
      code: 'option-invalid' as const,
      ...(sources[option] ?? { source: { name: `rule ${VALID_REFERENCE}` }, place: `option ${option}` }),
      expected: 'no options: the grammar of references is not to be chosen',
      found: shown(value),
      remedy: 'Remove it.',
    }));
  });
}

/** Runs a built-in rule's check. Called as a method of its module, so that a rule may use `this`. */
function askRule(rule: AnyRule, prepared: unknown, image: ImageReference, context: RuleContext): Answer {
  try {
    return { violations: readViolations(rule.check(image, prepared, context)) };
  } catch (error) {
    return { failure: messageOf(error) };
  }
}
