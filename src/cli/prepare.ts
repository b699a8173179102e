import type { Ruleset } from '../engine/ruleset.ts';
import { loadCertificate, type Certificate } from '../gate/certificate.ts';
import type { Environment, Settings } from '../gate/settings.ts';
import { MistakesError } from '../mistake/mistake.ts';
import { loadRuleset } from '../policy/load-ruleset.ts';
import { BUILT_IN_RULES } from './built-in-rules.ts';
import type { CollectedMistakes } from './collected-mistakes.ts';

/** What a gate is made of. */
export interface Prepared {
  readonly settings: Settings;
  readonly certificate: Certificate;
  readonly ruleset: Ruleset;
}

/**
 * Loads the certificate, the policy and the rules, each as far as it goes whatever is wrong with the others.
 *
 * @param settings `undefined` if there were mistakes in them; the folders are then taken from the environment as it is
 * @param collected what is wrong already, for all of it to be told together
 * @throws {MistakesError} with every mistake.
 */
export async function prepare(
  env: Environment,
  settings: Settings | undefined,
  collected: CollectedMistakes,
): Promise<Prepared> {
  const { certsDir, rulesDir, policyDir } = settings ?? folders(env);
  const certificate = await collected.from(async () => loadCertificate(certsDir, new Date()));
  const ruleFolders = [BUILT_IN_RULES, ...(rulesDir ? [rulesDir] : [])];
  const ruleset = await collected.from(async () => loadRuleset(ruleFolders, env, policyDir));
  if (settings === undefined || certificate === undefined || ruleset === undefined) {
    throw new MistakesError(collected.mistakes);
  }
  return { settings, certificate, ruleset };
}

function folders(env: Environment): Pick<Settings, 'certsDir' | 'rulesDir' | 'policyDir'> {
  return {
    certsDir: env['CERTS_DIR'] || 'certs',
    rulesDir: env['RULES_DIR'] || undefined,
    policyDir: env['POLICY_DIR'] || undefined,
  };
}
