import type { Logger } from 'pino';
import { lapsedExemptions } from '../engine/exemptions.ts';
import type { Ruleset } from '../engine/ruleset.ts';
import type { Metrics } from '../gate/telemetry/metrics.ts';
import { problemsOf } from '../mistake/mistake.ts';
import { REJECTED, startLiveRuleset, type LiveRuleset } from '../ruleset/live-ruleset.ts';
import { foldersDigest } from '../ruleset/files-digest.ts';
import type { RulesetLoader } from '../ruleset/load-ruleset.ts';

/** A change is loaded after two polls; before that, the kubelet takes a minute or so to update the volume. */
export const POLL_MS = 1000;
const EXEMPTIONS_MS = 60_000;

export interface LiveRulesOptions {
  readonly loader: RulesetLoader;
  readonly folders: readonly string[];
  readonly log: Logger;
  readonly metrics: Metrics;
  /** For tests. */
  readonly pollMs?: number;
}

/** Starts the live ruleset, and logs and counts its reloads. @throws {MistakesError} if the first one is invalid. */
export async function startLiveRules(options: LiveRulesOptions): Promise<LiveRuleset> {
  const { loader, folders, log, metrics, pollMs = POLL_MS } = options;
  let warnedAbout = new Set<string>();
  const warnOfLapsed = ({ policy }: Ruleset): void => {
    for (const { name, owner } of lapsedExemptions(policy.exemptions, Date.now())) {
      if (!warnedAbout.has(name)) log.warn({ exemption: name, owner }, 'An exemption has ended.');
      warnedAbout.add(name);
    }
  };
  const rulesets = await startLiveRuleset({
    folders,
    pollMs,
    load: async () => {
      const ruleset = await loader.load(await loader.read());
      return { ...ruleset, digest: await foldersDigest(folders) };
    },
    onLoaded: (ruleset) => {
      metrics.rulesetInUse(ruleset, Date.now());
      log.info(rulesOf(ruleset), 'Ruleset reloaded.');
      warnedAbout = new Set();
      warnOfLapsed(ruleset);
    },
    onRejected: (error) => {
      metrics.rulesetRejected();
      log.error({ mistakes: problemsOf(error) }, REJECTED);
    },
  });
  metrics.rulesetInUse(rulesets.current(), Date.now());
  warnOfLapsed(rulesets.current());
  setInterval(() => warnOfLapsed(rulesets.current()), EXEMPTIONS_MS).unref();
  return rulesets;
}

/** The active rules by action, for the log. */
export function rulesOf({ everywhere }: Ruleset): Readonly<Record<string, readonly string[] | undefined>> {
  const names = (wanted: string): readonly string[] | undefined => {
    const of = everywhere.rules.filter(({ action }) => action === wanted).map(({ name }) => name);
    return of.length > 0 ? [...new Set(of)] : undefined;
  };
  return { rules: names('deny') ?? [], warned: names('warn'), audited: names('audit') };
}
