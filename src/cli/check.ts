import type { CheckFormat } from '../check-report/check-formats.ts';
import { CHECK_REPORTS } from '../check-report/check-reports.ts';
import { type CheckCounts, type CheckReport, NO_COUNTS } from '../check-report/report.ts';
import type { Ruleset } from '../engine/ruleset.ts';
import { fixFile } from '../fix/fix-file.ts';
import { Fixes } from '../fix/fixes.ts';
import { replacementFinder } from '../fix/replacements.ts';
import { STDIN } from '../manifest/manifest-files.ts';
import type { ManifestObject } from '../manifest/manifest-items.ts';
import { manifestsAt } from '../manifest/manifests-at.ts';
import { Namespaces } from '../manifest/namespaces.ts';
import { CollectedMistakes } from '../mistake/collected-mistakes.ts';
import { locationText, type Mistake, mistakeText } from '../mistake/mistake.ts';
import { judge, type Judged, type JudgeOptions } from './judge.ts';
import { hasColors, mistakesBlock, type Output, type Terminal } from './mistakes-block.ts';
import { optionsInForce } from './rules-in-force.ts';
import { checkProfile, type PolicyPaths, type TriedPolicy, tryPolicy } from './tried-policy.ts';

export interface CheckOptions extends Output, Terminal, PolicyPaths, JudgeOptions {
  /** Files and folders of manifests; `-` is the standard input. */
  readonly paths: readonly string[];
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly format: CheckFormat;
  /** Whether to write into the files what the policy knows; not into the standard input. */
  readonly fix?: boolean | undefined;
  /** The version of ImageGate, for reports. */
  readonly version: string;
}

/**
 * `imagegate check`: judges manifests as the webhook would judge what they create. Resolves with the exit code: 1 if
 * something would be denied, 2 if something could not be judged.
 */
export async function check(options: CheckOptions): Promise<0 | 1 | 2> {
  const collected = new CollectedMistakes();
  const tried = await collected.from(async () => policyOf(options));
  if (tried === undefined) {
    options.writeError(mistakesBlock(collected.mistakes, 'Nothing was checked'));
    return 2;
  }
  const { rules } = tried;
  const colors = hasColors(options);
  return new Checker(tried, CHECK_REPORTS[options.format]({ ...options, colors, rules }), options).check();
}

async function policyOf(options: CheckOptions): Promise<TriedPolicy> {
  const tried = await tryPolicy(options, options);
  checkProfile(options.profile, [tried.ruleset]);
  return tried;
}

class Checker {
  readonly #ruleset: Ruleset;
  readonly #options: CheckOptions;
  readonly #report: CheckReport;
  readonly #replacementsOf: ReturnType<typeof replacementFinder>;
  readonly #namespaces = new Namespaces();
  readonly #counts: Record<keyof CheckCounts, number> = { ...NO_COUNTS };

  constructor({ ruleset, rules }: TriedPolicy, report: CheckReport, options: CheckOptions) {
    const known = new Map(rules.map((rule) => [rule.name, rule]));
    this.#ruleset = ruleset;
    this.#replacementsOf = replacementFinder(
      ruleset,
      ({ name, setting }) => optionsInForce(setting, known.get(name)!), // it has all that are bound
      options.now,
    );
    this.#report = report;
    this.#options = options;
  }

  async check(): Promise<0 | 1 | 2> {
    const { write, paths, stdin, fix } = this.#options;
    const counts = this.#counts;
    write(this.#report.begin());
    if (fix === true) await this.#fix();
    for await (const item of manifestsAt(paths, stdin, this.#namespaces)) {
      if ('mistake' in item) this.#unreadable(item.mistake);
      else if ('skipped' in item) counts.skipped += 1;
      else this.#checkObject(item);
    }
    write(this.#report.end(counts));
    return exitCodeOf(counts);
  }

  /** Ahead of the check, which then is of what remains. */
  async #fix(): Promise<void> {
    const { paths, stdin, writeError } = this.#options;
    const byFile = new Map<string, Fixes>();
    const files = paths.filter((path) => path !== STDIN);
    for await (const item of manifestsAt(files, stdin, this.#namespaces)) {
      if (!('object' in item)) continue;
      const { name } = item.where('').source;
      const fixes = byFile.get(name) ?? new Fixes();
      for (const replacement of this.#replacementsOf(this.#judged(item)).values()) fixes.add(item, replacement);
      byFile.set(name, fixes);
    }
    for (const [path, fixes] of byFile) {
      const { edits, unfixed } = fixes.all();
      for (const mistake of unfixed) writeError(`${mistakeText(mistake)}\n`);
      // oxlint-disable-next-line no-await-in-loop -- one after the other, so that the first are there whatever follows
      const failed = edits.length === 0 ? undefined : await fixFile(path, edits);
      if (failed !== undefined) this.#unreadable(failed);
      else
        for (const { source, found, written } of edits)
          writeError(`${locationText({ source })}: ${found} is now ${written}.\n`);
    }
  }

  #judged(item: ManifestObject): Judged {
    return judge(item, this.#ruleset, this.#namespaces, this.#options);
  }

  #checkObject(item: ManifestObject): void {
    const judged = this.#judged(item);
    const { request, review } = judged;
    if (review === undefined) this.#counts.exempt += 1;
    else this.#counts[review.unknownKind ? 'withoutPods' : review.verdict] += 1;
    if (review === undefined || review.unknownKind) return;
    this.#counts.rewrittenImages += review.rewritten?.length ?? 0;
    const { namespace, name, kind } = request;
    const { where, scalarAt } = item;
    const replacements = this.#replacementsOf(judged);
    this.#options.write(
      this.#report.checked({ ...kind, namespace, name, review, where, replacements, ...(scalarAt && { scalarAt }) }),
    );
  }

  #unreadable(mistake: Mistake): void {
    this.#counts.unreadable += 1;
    this.#options.write(this.#report.unreadable(mistake));
  }
}

/** That something could not be judged counts more than that something would be denied. */
export function exitCodeOf({ denied, errored, unreadable }: CheckCounts): 0 | 1 | 2 {
  if (unreadable + errored > 0) return 2;
  return denied > 0 ? 1 : 0;
}
