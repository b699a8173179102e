import type { Answer, CustomRule } from '../src/engine/policy.ts';
import type { ImageReference } from '../src/image/reference.ts';
import type { RuleContext } from '../src/rule/rule.ts';

/** What a custom rule was asked. */
export interface Asked {
  readonly rule: string;
  readonly place: number;
  readonly image: string;
  readonly context: RuleContext;
}

export type FakeCustomRules = readonly CustomRule[] & { readonly asked: Asked[] };

/**
 * Custom rules of these names without a sandbox, which note what they are asked. What they say is what a function says,
 * each time for so many steps.
 */
export function fakeCustomRules(
  names: readonly string[],
  answer: (asked: Asked) => Answer = () => ({ violations: [] }),
  steps = 1000,
): FakeCustomRules {
  const all: Asked[] = [];
  const rules = names.map((name) => ({
    name,
    description: '',
    ask: (place: number, image: ImageReference, context: RuleContext) => {
      const asked = { rule: name, place, image: image.raw, context };
      all.push(asked);
      return { answer: answer(asked), steps, isNew: true };
    },
  }));
  return Object.assign(rules, { asked: all });
}
