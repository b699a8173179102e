import type { Registry } from 'prom-client';
import type { AdmissionRequest } from '../../admission/admission-review.ts';
import type { Mutation } from '../../admission/mutate.ts';
import { counter, DRY_RUNS } from './series.ts';

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
  const mutations = counter(registry, 'mutations', 'Pods at the mutating webhook, by what became of them.', {
    outcome: Object.keys(OUTCOMES),
    dry_run: DRY_RUNS,
  });
  const images = counter(registry, 'rewritten_images', 'Images that were rewritten, by rule and mapping.', {
    rule: [],
    mapping: [],
    dry_run: [],
  });
  return ({ dryRun }: Pick<AdmissionRequest, 'dryRun'>, mutation: CountedMutation): void => {
    const dry_run = String(dryRun === true);
    mutations.inc({ outcome: outcomeOf(mutation), dry_run });
    for (const { rewriting, count } of alikeIn(mutation.rewritten)) images.inc({ ...rewriting, dry_run }, count);
  };
}

type Rewriting = NonNullable<CountedMutation['rewritten'][number]['rewrites']>[number];

/** Groups what counts alike: to count one takes a microsecond, and most images of a pod have the same mapping. */
function alikeIn(
  images: CountedMutation['rewritten'],
): Iterable<{ readonly rewriting: Rewriting; readonly count: number }> {
  const alike = new Map<string, { readonly rewriting: Rewriting; count: number }>();
  for (const { rewrites = [] } of images) {
    for (const { rule, mapping } of rewrites) {
      const key = `${rule} ${mapping}`;
      const known = alike.get(key);
      if (known === undefined) alike.set(key, { rewriting: { rule, mapping }, count: 1 });
      else known.count += 1;
    }
  }
  return alike.values();
}
