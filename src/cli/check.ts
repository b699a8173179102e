import { CHECK_REPORTS, type CheckFormat } from '../check-report/check-reports.ts';
import type { CheckCounts, CheckReport } from '../check-report/report.ts';
import { UNKNOWN_PROFILE } from '../engine/policy.ts';
import type { Ruleset } from '../engine/ruleset.ts';
import { itemsOfFile, manifestFiles, pathName, STDIN } from '../manifest/manifest-files.ts';
import { MANIFEST_INVALID, type ManifestObject } from '../manifest/manifest-items.ts';
import { Namespaces } from '../manifest/namespaces.ts';
import { CollectedMistakes } from '../mistake/collected-mistakes.ts';
import { type Location, type Mistake, MistakesError } from '../mistake/mistake.ts';
import { nearestName } from '../mistake/nearest-name.ts';
import { judge, type JudgeOptions } from './judge.ts';
import { mistakesBlock, type Output } from './mistakes-block.ts';
import { type PolicyPaths, type TriedPolicy, tryPolicy } from './tried-policy.ts';

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
  const lists = await Promise.all(options.paths.map(async (path) => collected.from(async () => manifestFiles(path))));
  const { ruleset, rules } = tried;
  const colors = options.terminal && (options.env.NO_COLOR ?? '') === '';
  const report = CHECK_REPORTS[options.format]({ ...options, colors, rules });
  return new Checker(ruleset, report, options).check(
    [...new Set(lists.flatMap((files) => files ?? []))],
    collected.mistakes,
  );
}

async function policyOf(options: CheckOptions): Promise<TriedPolicy> {
  const tried = await tryPolicy(options, options);
  const { profile } = options;
  const { profiles } = tried.ruleset;
  if (profile === undefined || profile === UNKNOWN_PROFILE || profiles.has(profile)) return tried;
  const known = [...profiles.keys(), UNKNOWN_PROFILE];
  const words = { expected: `one of ${known.join(', ')}`, found: profile, ...nearestName(profile, known) };
  throw new MistakesError([{ code: 'setting-invalid', source: { name: '--profile' }, ...words }]);
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

  /** @param mistakes why files are missing */
  async check(files: readonly string[], mistakes: readonly Mistake[]): Promise<0 | 1 | 2> {
    const { write, paths } = this.#options;
    const [report, counts] = [this.#report, this.#counts];
    write(report.begin());
    for (const mistake of mistakes) this.#unreadable(mistake);
    await this.#readNamespaces(files);
    // oxlint-disable-next-line no-await-in-loop -- one after the other, so that memory stays flat
    for (const path of files) await this.#checkFile(path);
    const { skipped: _, ...judged } = counts;
    if (Object.values(judged).every((count) => count === 0)) this.#unreadable(nothing(paths));
    write(report.end(counts));
    return exitCodeOf(counts);
  }

  /** Ahead of all objects, of which folders may have some before their Namespaces. The standard input can be read but once. */
  async #readNamespaces(files: readonly string[]): Promise<void> {
    for (const path of files.filter((file) => file !== STDIN)) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other, so that memory stays flat
      for await (const item of itemsOfFile(path, this.#options.stdin, 'Namespace'))
        if ('object' in item) this.#namespaces.add(item.object);
    }
  }

  async #checkFile(path: string): Promise<void> {
    for await (const item of itemsOfFile(path, this.#options.stdin)) {
      if ('mistake' in item) this.#unreadable(item.mistake);
      else if ('skipped' in item) this.#counts.skipped += 1;
      else this.#checkObject(item);
    }
  }

  #checkObject(item: ManifestObject): void {
    const { object, where } = item;
    if (this.#namespaces.add(object)) this.#unreadable(lateNamespace(where('')));
    const { request, review } = judge(item, this.#ruleset, this.#namespaces, this.#options);
    if (review === undefined) this.#counts.exempt += 1;
    else this.#counts[review.unknownKind ? 'withoutPods' : review.verdict] += 1;
    if (review === undefined || review.unknownKind) return;
    const { namespace, name, kind } = request;
    this.#options.write(this.#report.checked({ ...kind, namespace, name, review, where }));
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

function nothing(paths: readonly string[]): Mistake {
  const remedy = 'Look whether what should write them, such as helm template, has failed.';
  const words = { expected: 'Kubernetes objects', found: 'none', remedy };
  return { code: MANIFEST_INVALID, source: { name: paths.map(pathName).join(', ') }, ...words };
}

function lateNamespace(location: Location): Mistake {
  const expected = 'a Namespace before what is in it, as its labels say how that is judged';
  return { code: MANIFEST_INVALID, ...location, expected, found: 'it after that', remedy: 'Put it first.' };
}
