import { mutate, type Mutation } from '../src/admission/mutate.ts';
import type { AdmissionRequest } from '../src/admission/admission-review.ts';
import type { Policy, RuleSetting } from '../src/engine/policy.ts';
import type { Ruleset } from '../src/engine/ruleset.ts';
import type { Moment } from '../src/admission/review.ts';
import { applyPatch, operationsOf } from './json-patch.ts';
import { rulesetUnder, settingsOf } from './ruleset.ts';

export const MIRRORS = [
  { registry: 'docker.io', mirror: 'mirror.example.com/hub' },
  { registry: 'quay.io', mirror: 'mirror.example.com/quay' },
];

/** A policy that rewrites by these mirrors. */
export function rewritingPolicy(
  mirrors: readonly { readonly registry: string; readonly mirror: string }[] = MIRRORS,
  more: Partial<Policy> = {},
  setting: Partial<RuleSetting> = {},
): Ruleset {
  const rules = settingsOf({ 'registry-mirror': { action: 'rewrite', options: { mirrors }, ...setting } });
  return rulesetUnder({ rules, ...more });
}

/** Rewrites a pod long before any exemption ends, unless told otherwise. */
export function mutateNow(request: AdmissionRequest, ruleset: Ruleset, moment: Partial<Moment> = {}): Mutation {
  return mutate(request, ruleset, { now: 0, ...moment });
}

/** The object after the patch, as the API server goes on with it. */
export function mutated(request: AdmissionRequest, ruleset: Ruleset): unknown {
  return applyPatch(request.object, operationsOf(mutateNow(request, ruleset).response));
}
