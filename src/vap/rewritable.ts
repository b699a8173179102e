import type { Exemption, RuleOptions } from '../engine/policy.ts';
import type { RegistryMirror } from '../rule/registry-mirrors.ts';
import { allOf, anyOf } from './cel.ts';
import type { Check } from './checks.ts';
import { hasRange, imageCondition } from './image-conditions.ts';
import type { Variable } from './reference-variables.ts';
import type { RuleCase } from './rule-case.ts';
import { RULE_CASES } from './rule-cases.ts';

/** What a check is said of the request that it is about; `true` if it is about all. */
export type IsThere = (check: Check) => string;

/** The images that are judged by their names: in what makes pods, only those that no rule rewrites in its pods. */
export const NAMED = 'named';

/** Rules that ask about what no rewriting changes: tags and digests. */
const NAMELESS: ReadonlySet<string> = new Set(['empty-tag', 'blocked-tags', 'require-digest']);

/**
 * The variable `NAMED`. What a rule rewrites the gate judges as it will be, but for pods, which it judges as they are; CEL
 * has no words for what it will be. `undefined` if nothing is rewritten.
 */
export function namedVariable(
  checks: readonly Check[],
  optionsOf: (check: Check) => RuleOptions['options'],
  isThere: IsThere,
): Variable | undefined {
  const rewriting = checks.filter(({ rewrites }) => rewrites === true);
  if (rewriting.length === 0) return undefined;
  const isRewritten = anyOf(
    rewriting.map((check) => {
      const images = check.setting?.images;
      return allOf([
        isThere(check),
        images && imageCondition(images, { purpose: 'deny' }),
        casesText(RULE_CASES[check.rule]!(withoutExceptedRanges(optionsOf(check)), () => undefined)),
      ]);
    }),
  );
  const expression = `request.kind.kind == "Pod" ? variables.references :\nvariables.references.filter(i, !${isRewritten})`;
  return { name: NAMED, expression };
}

/** Whether a check may say something else of the same image once that is rewritten. */
export function isNamed({ rule, setting }: Check, exemptions: readonly Exemption[]): boolean {
  if (!NAMELESS.has(rule) || setting?.images !== undefined) return true;
  return exemptions.some(({ rules, images }) => images !== undefined && rules?.includes(rule) !== false);
}

/** Where a range excepts only some tags, the others are rewritten: so all may be. */
function withoutExceptedRanges({ mirrors, ...options }: RuleOptions['options']): RuleOptions['options'] {
  if (mirrors === undefined) return options;
  const wider = (mirrors as readonly RegistryMirror[]).map(({ except = [], ...mirror }) => ({
    ...mirror,
    except: except.filter((entry) => !hasRange(entry)),
  }));
  return { ...options, mirrors: wider };
}

/** Whether the rule rewrites the image `i`: it objects, and that is not all that it can. */
function casesText(cases: readonly RuleCase[]): string {
  const text = cases.reduceRight((rest, { when, violation }) => {
    const { unless, remains } = violation ?? { unless: 'true' };
    const parts = [unless, remains].filter((part) => part !== undefined);
    return `${when} ? !${anyOf([...parts, 'false'])} :\n${rest}`;
  }, 'false');
  return `(${text})`;
}
