import type { AnyRule, RuleContext } from '../rule/rule.ts';
import { caseContext } from './case-context.ts';
import type { CaseContext, ReadCase } from './rule-cases.ts';

/** What of a schema says which values may be left away. */
interface Defaults {
  readonly default?: unknown;
  readonly items?: Defaults;
  readonly properties?: Readonly<Record<string, Defaults>>;
}

/** The cases that the rule could not tell from one before them, each with that one. */
export function sameCases(
  { meta: { schema } }: { readonly meta: Pick<AnyRule['meta'], 'schema'> },
  cases: readonly ReadCase[],
): readonly (readonly [first: ReadCase, again: ReadCase])[] {
  const seen = new Map<string, ReadCase>();
  const same: [ReadCase, ReadCase][] = [];
  for (const one of cases) {
    const context = wholeContext(one.context);
    // Its own test says what keeps it from being a case.
    if (one.problems.length > 0 || context === undefined) continue;
    const options = withDefaults(one.options, (schema ?? {}) as Defaults);
    const key = JSON.stringify([one.image, options, context], inOrder);
    const first = seen.get(key);
    if (first === undefined) seen.set(key, one);
    else same.push([first, one]);
  }
  return same;
}

function withDefaults(value: unknown, { properties = {}, items = {} }: Defaults): unknown {
  if (Array.isArray(value)) return value.map((item) => withDefaults(item, items));
  if (!isObject(value)) return value;
  const filled = new Map<string, unknown>(Object.entries(value));
  for (const [name, schema] of Object.entries(properties)) {
    const given = filled.get(name) ?? schema.default;
    if (given !== undefined) filled.set(name, withDefaults(given, schema));
  }
  return Object.fromEntries(filled);
}

function wholeContext(context: CaseContext): RuleContext | undefined {
  try {
    return caseContext(context);
  } catch {
    return undefined;
  }
}

/** For JSON, in which the order of keys makes a difference, and to a rule it makes none. */
function inOrder(_key: string, value: unknown): unknown {
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
