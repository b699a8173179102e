import type { Ruleset } from '../../engine/ruleset.ts';
import type { ManifestObject } from '../../manifest/manifest-items.ts';
import { Namespaces } from '../../manifest/namespaces.ts';
import { Owners } from '../../manifest/owners.ts';
import { CollectedMistakes } from '../../mistake/collected-mistakes.ts';
import { locationText, mistakeText } from '../../mistake/mistake.ts';
import { judge, type JudgeOptions } from '../judge.ts';
import { mistakesBlock, type Output } from '../mistakes-block.ts';
import { type ObjectPlaces, objectsAt } from '../objects-at.ts';
import { checkProfile, type PolicyPaths, tryPolicy } from '../tried-policy.ts';
import type { DiffFormat } from './diff-formats.ts';
import { DIFF_REPORTS } from './diff-reports.ts';
import { PolicyChanges } from './policy-changes.ts';

export interface DiffOptions extends Output, ObjectPlaces, JudgeOptions {
  readonly before: PolicyPaths;
  readonly after: PolicyPaths;
  readonly format: DiffFormat;
}

/**
 * `imagegate diff`: what a change of policy newly denies and newly allows. Resolves with the exit code: 1 if something is
 * newly denied, 2 if something could not be judged.
 */
export async function diff(options: DiffOptions): Promise<0 | 1 | 2> {
  const policies = await policiesOf(options);
  if (policies === undefined) return 2;
  const [namespaces, owners, changes] = [new Namespaces(), new Owners(), new PolicyChanges()];
  const unjudged: string[] = [];
  let judged = 0;
  const kinds = policies.flatMap(({ policy }) => [...policy.podSpecPaths.keys()]);
  for await (const item of objectsAt(options, { ...options, kinds }, namespaces)) {
    if ('mistake' in item) unjudged.push(mistakeText(item.mistake));
    if (!('object' in item)) continue;
    const [before, after] = policies.map((policy) => judgedBy(policy, item, namespaces, options));
    if (before === undefined || after === undefined || (before.review.unknownKind && after.review.unknownKind))
      continue;
    judged += 1;
    const failed = [before, after].find(({ review }) => review.verdict === 'errored');
    if (failed === undefined) changes.add(owners.add(before.request), before, after);
    else unjudged.push(`${locationText(item.where(''))}: ${failed.review.response.status?.message}`);
  }
  const all = changes.byOwner(owners);
  options.write(DIFF_REPORTS[options.format]({ changes: all, judged, unjudged }));
  if (unjudged.length > 0) return 2;
  return all.some(({ effect }) => effect === 'newlyDenied') ? 1 : 0;
}

/** Both policies; `undefined` if the gate would not use one, which then is printed. */
async function policiesOf(options: DiffOptions): Promise<readonly Ruleset[] | undefined> {
  const collected = new CollectedMistakes();
  const { before, after, profile } = options;
  const tried = await Promise.all(
    [before, after].map((paths) => collected.from(async () => (await tryPolicy(paths, options)).ruleset)),
  );
  const rulesets = tried.filter((ruleset) => ruleset !== undefined);
  if (rulesets.length === 2) await collected.from(() => checkProfile(profile, rulesets));
  if (collected.mistakes.length === 0) return rulesets;
  options.writeError(mistakesBlock(collected.mistakes, 'Nothing was compared'));
  return undefined;
}

/** An object may be judged again: what was filled in for the first time stays as it is. */
function judgedBy(policy: Ruleset, item: ManifestObject, namespaces: Namespaces, options: JudgeOptions) {
  const { request, review } = judge(item, policy, namespaces, options);
  const { kind, namespace, name } = request;
  return review && { request, ...kind, namespace, name, review, where: item.where };
}
