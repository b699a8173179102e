import type { Registry } from 'prom-client';
import type { AdmissionRequest } from '../../admission/admission-review.ts';
import type { Mutation } from '../../admission/mutate.ts';
import { DRY_RUNS, tally } from './series.ts';

/** What is counted of a mutation. */
export type CountedMutation = Pick<Mutation, 'verdict' | 'rewritten'> & {
  readonly response: Pick<Mutation['response'], 'patch'>;
};

// As keys, so that a missing one is a type error.
const OUTCOMES = { patched: 0, unchanged: 0, errored: 0 };

function outcomeOf({ verdict, response }: CountedMutation): keyof typeof OUTCOMES {
  if (verdict === 'errored') return 'errored';
  return response.patch === undefined ? 'unchanged' : 'patched';
}

/** Counts mutations, and rewritten images by rule and mapping: these are the operator's, so there are few. */
export function createMutationCount(registry: Registry) {
  const mutations = tally(registry, 'mutations', 'Pods at the mutating webhook, by what became of them.', {
    outcome: Object.keys(OUTCOMES),
    dry_run: DRY_RUNS,
  });
  const images = tally(registry, 'rewritten_images', 'Images that were rewritten, by rule and mapping.', {
    rule: [],
    mapping: [],
    dry_run: [],
  });
  return ({ dryRun }: Pick<AdmissionRequest, 'dryRun'>, mutation: CountedMutation): void => {
    const isDryRun = String(dryRun === true);
    mutations.count(outcomeOf(mutation), isDryRun);
    for (const { rewrites = [] } of mutation.rewritten) {
      for (const { rule, mapping } of rewrites) images.count(rule, mapping, isDryRun);
    }
  };
}
