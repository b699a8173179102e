import { CHECK_REPORTS, type CheckFormat } from '../check-report/check-reports.ts';
import type { CheckCounts, CheckReport } from '../check-report/report.ts';
import type { Ruleset } from '../engine/ruleset.ts';
import type { ManifestObject } from '../manifest/manifest-items.ts';
import { manifestsAt } from '../manifest/manifests-at.ts';
import { Namespaces } from '../manifest/namespaces.ts';
import { CollectedMistakes } from '../mistake/collected-mistakes.ts';
import type { Mistake } from '../mistake/mistake.ts';
import { judge, type JudgeOptions } from './judge.ts';
import { mistakesBlock, type Output } from './mistakes-block.ts';
import { checkProfile, type PolicyPaths, type TriedPolicy, tryPolicy } from './tried-policy.ts';

export interface CheckOptions extends Output, PolicyPaths, JudgeOptions {
  /** Files and folders of manifests; `-` is the standard input. */
  readonly paths: readonly string[];
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly format: CheckFormat;
  /** Whether it prints to a terminal, which then has colours unless the user wants none. */
  readonly terminal: boolean;
  readonly env: { readonly NO_COLOR?: string | undefined };
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
  const { ruleset, rules } = tried;
  const colors = options.terminal && (options.env.NO_COLOR ?? '') === '';
  return new Checker(ruleset, CHECK_REPORTS[options.format]({ ...options, colors, rules }), options).check();
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
  readonly #namespaces = new Namespaces();
  readonly #counts: Record<keyof CheckCounts, number> = {
    allowed: 0,
    denied: 0,
    errored: 0,
    withoutPods: 0,
    exempt: 0,
    skipped: 0,
    unreadable: 0,
  };

  constructor(ruleset: Ruleset, report: CheckReport, options: CheckOptions) {
    this.#ruleset = ruleset;
    this.#report = report;
    this.#options = options;
  }

  async check(): Promise<0 | 1 | 2> {
    const { write, paths, stdin } = this.#options;
    const counts = this.#counts;
    write(this.#report.begin());
    for await (const item of manifestsAt(paths, stdin, this.#namespaces)) {
      if ('mistake' in item) this.#unreadable(item.mistake);
      else if ('skipped' in item) counts.skipped += 1;
      else this.#checkObject(item);
    }
    write(this.#report.end(counts));
    return exitCodeOf(counts);
  }

  #checkObject(item: ManifestObject): void {
    const { request, review } = judge(item, this.#ruleset, this.#namespaces, this.#options);
    if (review === undefined) this.#counts.exempt += 1;
    else this.#counts[review.unknownKind ? 'withoutPods' : review.verdict] += 1;
    if (review === undefined || review.unknownKind) return;
    const { namespace, name, kind } = request;
    this.#options.write(this.#report.checked({ ...kind, namespace, name, review, where: item.where }));
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
