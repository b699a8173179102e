import type { Logger } from 'pino';
import { lapsedExemptions } from '../engine/exemptions.ts';
import type { Ruleset } from '../engine/ruleset.ts';
import type { Metrics } from '../gate/telemetry/metrics.ts';
import { problemsOf } from '../mistake/mistake.ts';
import { startLiveRuleset, type LiveRuleset } from '../ruleset/live-ruleset.ts';
import type { RulesetLoader } from '../ruleset/ruleset-loader.ts';

/** The kubelet takes a minute or so to bring a changed ConfigMap; this is how long the gate takes after that, twice. */
const POLL_MS = 1000;
const EXEMPTIONS_MS = 60_000;

const TOO_LITTLE_MEMORY =
  'There was too little memory to load what is written now: it is tried again, and the ruleset before it stays meanwhile.';

export interface LiveRulesOptions {
  readonly loader: RulesetLoader;
  readonly folders: readonly string[];
  readonly log: Logger;
  readonly metrics: Metrics;
  /** For tests. */
  readonly pollMs?: number;
  readonly now?: () => number;
}

/** The ruleset of the moment, of which the log and the metrics tell. @throws {MistakesError} for the first one. */
export async function startLiveRules(options: LiveRulesOptions): Promise<LiveRuleset> {
  const { loader, folders, log, metrics, pollMs = POLL_MS, now } = options;
  let toldAbout = new Set<string>();
  const tellLapsed = ({ policy }: Ruleset): void => {
    for (const { name, owner } of lapsedExemptions(policy.exemptions, Date.now())) {
      if (!toldAbout.has(name)) log.warn({ exemption: name, owner }, 'An exemption has ended.');
      toldAbout.add(name);
    }
  };
  const rulesets = await startLiveRuleset({
    folders,
    pollMs,
    ...(now && { now }),
    load: async () => loader.load(await loader.read()),
    onLoaded: (ruleset) => {
      metrics.rulesetInUse(ruleset, Date.now());
      log.info(rulesOf(ruleset), 'Another ruleset is in use.');
      toldAbout = new Set();
      tellLapsed(ruleset);
    },
    onRefused: (error, retryMs) => {
      metrics.rulesetRefused();
      const mistakes = problemsOf(error);
      if (retryMs === undefined)
        log.error({ mistakes }, 'What is written now is not used; the ruleset before it stays.');
      else log.warn({ mistakes, next: `in ${retryMs / 1000} s` }, TOO_LITTLE_MEMORY);
    },
  });
  metrics.rulesetInUse(rulesets.current(), Date.now());
  tellLapsed(rulesets.current());
  setInterval(() => tellLapsed(rulesets.current()), EXEMPTIONS_MS).unref();
  return rulesets;
}

/** The rules that are on, by what they do, for the log. */
export function rulesOf({ everywhere }: Ruleset): Readonly<Record<string, readonly string[] | undefined>> {
  const names = (wanted: string): readonly string[] | undefined => {
    const of = everywhere.rules.filter(({ action }) => action === wanted).map(({ name }) => name);
    return of.length > 0 ? of : undefined;
  };
  return { rules: names('deny') ?? [], warned: names('warn'), audited: names('audit') };
}
