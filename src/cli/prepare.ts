import { loadCertificate, type Certificate } from '../gate/certificate.ts';
import type { Settings } from '../gate/settings.ts';
import { MistakesError } from '../mistake/mistake.ts';
import type { LiveRuleset } from '../policy/live-ruleset.ts';
import type { CollectedMistakes } from './collected-mistakes.ts';

/** What a gate is made of. */
export interface Prepared {
  readonly settings: Settings;
  readonly certificate: Certificate;
  readonly rulesets: LiveRuleset;
}

/**
 * Loads the certificate, and the policy with the rules, each as far as it goes whatever is wrong with the other.
 *
 * @param settings `undefined` if there were mistakes in them
 * @param collected what is wrong already, for all of it to be told together
 * @throws {MistakesError} with every mistake.
 */
export async function prepare(
  settings: Settings | undefined,
  certsDir: string,
  startRulesets: () => Promise<LiveRuleset>,
  collected: CollectedMistakes,
): Promise<Prepared> {
  const certificate = await collected.from(async () => loadCertificate(certsDir, new Date()));
  const rulesets = await collected.from(startRulesets);
  if (settings === undefined || certificate === undefined || rulesets === undefined) {
    await rulesets?.stop();
    throw new MistakesError(collected.mistakes);
  }
  return { settings, certificate, rulesets };
}
