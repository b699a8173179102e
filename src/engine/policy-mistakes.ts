import { type Location, type Mistake, shown } from '../mistake/mistake.ts';
import { nearestName } from '../mistake/nearest-name.ts';
import { whereOf } from './layers.ts';
import { type Policy, type RuleSetting, VALID_REFERENCE } from './policy.ts';

/** What the policy says of rules that no rule can answer for. @param names the rules that there are */
export function policyMistakes(names: readonly string[], policy: Policy): readonly Mistake[] {
  const settings = [policy.rules, ...policy.profiles.values(), ...policy.namespaces.map(({ rules }) => rules)]
    .flatMap((entries) => [...entries])
    .flatMap(([name, entry]) => [entry].flat().map((setting) => ({ name, setting })));
  const named = settings.map(({ name, setting }) => ({ name, where: whereOf(name, setting) }));
  return [
    ...unknownRules(names, [...named, ...namedByExemptions(policy)]),
    ...settings
      .filter(({ name }) => name === VALID_REFERENCE)
      .flatMap(({ setting }) => optionsOfValidReference(setting)),
  ];
}

interface Named {
  readonly name: string;
  readonly where: Location;
}

function namedByExemptions({ exemptions }: Policy): readonly Named[] {
  return exemptions.flatMap(({ name: exemption, rules = [], ruleSources }) =>
    rules.map((name, index) => ({
      name,
      where: ruleSources?.[index] ?? { source: { name: 'policy' }, place: `exemption ${exemption}, rules` },
    })),
  );
}

function unknownRules(names: readonly string[], named: readonly Named[]): readonly Mistake[] {
  const known = new Set([...names, VALID_REFERENCE]);
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

function optionsOfValidReference({ options, sources }: RuleSetting): readonly Mistake[] {
  return Object.entries(options).map(([option, value]) => ({
    code: 'option-invalid',
    ...(sources[option] ?? { source: { name: `rule ${VALID_REFERENCE}` }, place: `option ${option}` }),
    expected: 'no options: the grammar of references is not to be chosen',
    found: shown(value),
    remedy: 'Remove it.',
  }));
}
