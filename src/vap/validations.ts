import { type ActiveAction, type RuleOptions, VALID_REFERENCE } from '../engine/policy.ts';
import { allOf, anyOf, quoted } from './cel.ts';
import type { Check } from './checks.ts';
import { type ExemptionConditions, namespaceCondition } from './exemption-conditions.ts';
import { imageCondition } from './image-conditions.ts';
import type { Variable } from './reference-variables.ts';
import { type IsThere, NAMED } from './rewritable.ts';
import type { LeaveOut, RuleCase } from './rule-case.ts';
import { RULE_CASES, withoutRanges } from './rule-cases.ts';

/** A check in CEL: a variable with its sentences, and a validation that there are none. */
export interface Validation {
  readonly rule: string;
  readonly action: ActiveAction;
  readonly variable: Variable;
  readonly validation: { readonly expression: string; readonly message: string; readonly messageExpression: string };
}

export interface ValidationContext {
  readonly optionsOf: (check: Check) => RuleOptions['options'];
  readonly exemptions: readonly ExemptionConditions[];
  /** How many selections there are. */
  readonly selections: number;
  /** Whether a check judges only `NAMED`. */
  readonly isNamed: (check: Check) => boolean;
  /** Whom to ask: the end of a message. */
  readonly contact: string | undefined;
}

const INVALID: RuleCase = {
  when: 'true',
  violation: {
    problem: quoted('is not a valid reference'),
    remedy: quoted('Write [registry/]repository:tag, all before the tag in lower case.'),
  },
};

/** At most 5 KiB: a longer one would not be printed. */
const MAX_MESSAGE = 4000;

/** @param index makes the name of its variable */
export function validationOf(check: Check, index: number, context: ValidationContext, leaveOut: LeaveOut): Validation {
  const { rule, action, setting } = check;
  const name = `violations${index}`;
  const cases = rule === VALID_REFERENCE ? [INVALID] : RULE_CASES[rule]!(context.optionsOf(check), leaveOut);
  const references = context.isNamed(check) ? `variables.${NAMED}` : 'variables.references';
  const source = rule === VALID_REFERENCE ? 'variables.judged.filter(i, i.valid == "")' : references;
  const scope = setting?.images && imageCondition(withoutRanges(setting.images, leaveOut), { purpose: 'deny' });
  const exempt =
    rule === VALID_REFERENCE ? [] : context.exemptions.map(({ covers }) => covers(rule, check.unqualified));
  const isExempt = anyOf(exempt);
  const filter = allOf([scope, isExempt === 'false' ? undefined : `!(${isExempt})`]);
  const images = filter === 'true' ? source : `${source}.filter(i, ${filter})`;
  const sentences = `${images}\n.map(i, ${casesText(cases, check.message)})\n.filter(s, s != "")`;
  const isThere = isThereUnder(context.selections)(check);
  const expression = isThere === 'true' ? sentences : `!(${isThere}) ? [] :\n${sentences}`;
  return { rule, action, variable: { name, expression }, validation: validation(rule, name, context) };
}

/** Whether a check is in force for the request. @param selections how many there are */
export function isThereUnder(selections: number): IsThere {
  return ({ selections: within, setting }) =>
    allOf([
      within.length < selections ? `variables.selection in [${within.join(', ')}]` : undefined,
      setting?.namespaces && namespaceCondition(setting.namespaces),
    ]);
}

function validation(rule: string, name: string, { contact }: ValidationContext): Validation['validation'] {
  const end = contact === undefined ? '' : ` + ${quoted(` ${contact}`)}`;
  const cut = `m.size() > ${MAX_MESSAGE} ? m.substring(0, ${MAX_MESSAGE}) + "..." : m`;
  return {
    expression: `variables.${name}.size() == 0`,
    message: `An image violates the rule ${rule}.`,
    messageExpression: `[variables.${name}.join(" ")].map(m, ${cut})[0]${end}`,
  };
}

/** The sentence about the image `i`, empty if it is fine. */
function casesText(cases: readonly RuleCase[], message: string | undefined): string {
  return cases.reduceRight((rest, { when, violation }) => {
    if (violation === undefined) return `${when} ? "" :\n${rest}`;
    const { problem, remedy, unless } = violation;
    const end = message === undefined ? '' : ` + ${quoted(` ${message}`)}`;
    const sentence = `i.container + " image " + ${problem} + "! (" + i.shown + "). " + ${remedy}${end}`;
    return `${when} ? ${unless === undefined ? sentence : `(${unless} ? "" : ${sentence})`} :\n${rest}`;
  }, '""');
}
