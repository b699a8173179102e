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

/** A rule that is on, and what follows from what it finds. */
export interface ActiveRule extends Ordered {
  readonly action: ActiveAction;
}

/** A rule that is on, bound to the operator's options. Neither way of asking it ever throws. */
export type BoundRule = ActiveRule &
  (
    | { readonly ask: (image: ImageReference, context: RuleContext) => Answer }
    /** One in the sandbox, where it costs something to ask. */
    | { readonly askCustom: (image: ImageReference, context: RuleContext) => CustomAnswer }
  );

/** The rules that are on, with the actions and options that hold in some namespaces. */
export interface Selection {
  /** Its number: 0 for what holds everywhere, from 1 on for the namespace overrides in their order. */
  readonly index: number;
  readonly validReference: ActiveAction;
  /** In the order in which their violations are told. */
  readonly rules: readonly BoundRule[];
  readonly exemptions: readonly CompiledExemption[];
}

/** All that judging needs to know: what the operator decided, ready for use. */
export interface Ruleset {
  /** What holds wherever no override does. */
  readonly everywhere: Selection;
  readonly overrides: readonly { readonly matches: (namespace: string) => boolean; readonly selection: Selection }[];
  readonly custom: readonly CustomRule[];
  readonly policy: Policy;
}

const NO_SETTING: RuleSetting = { options: {}, sources: {} };

/**
 * Binds rules to the operator's policy.
 *
 * @param custom rules that are bound to their options already
 * @throws {MistakesError} with every bad option, and every rule that the policy names and nobody has.
 */
export function createRuleset(builtIn: readonly AnyRule[], custom: readonly CustomRule[], policy: Policy): Ruleset {
  const { ruleset, mistakes } = bindRuleset(builtIn, custom, policy);
  if (mistakes.length > 0) throw new MistakesError(mistakes);
  return ruleset;
}

/** A ruleset of the rules that have nothing wrong with them, and what is wrong with the others and the policy. */
export interface BoundRuleset {
  readonly ruleset: Ruleset;
  readonly mistakes: readonly Mistake[];
}

/**
 * Binds rules to the operator's policy, as far as that goes. The options of a rule that is off are judged too: a mistake in
 * them should not wait for the day when it is switched on.
 *
 * @param others names that the policy may name too: of custom rules that could not be loaded
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

/** What holds in a namespace, or for an object that has none: by the first override that names it, or as everywhere. */
export function selectionFor({ everywhere, overrides }: Ruleset, namespace: string | undefined): Selection {
  if (namespace === undefined || overrides.length === 0) return everywhere;
  return overrides.find(({ matches }) => matches(namespace))?.selection ?? everywhere;
}

/** The order in which violations of one image are told. */
export function compareRules(a: Ordered, b: Ordered): number {
  const [one, other] = [a, b].map(({ order = Number.MAX_VALUE }) => order) as [number, number];
  return one - other || (a.name < b.name ? -1 : Number(a.name > b.name));
}

type Ordered = Pick<RuleMeta, 'name' | 'order'>;

/** What follows from a violation of a rule; `undefined` if it is off. */
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

/** For each rule what its `check` receives in each selection. */
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

/** What a rule of this thread says of an image. Called as a method of its module, so that a rule may use `this`. */
function askRule(rule: AnyRule, prepared: unknown, image: ImageReference, context: RuleContext): Answer {
  try {
    return { violations: readViolations(rule.check(image, prepared, context)) };
  } catch (error) {
    return { failure: messageOf(error) };
  }
}
