import { type Certificate, loadCertificate } from '../gate/secret/certificate.ts';
import { type ClientSecrets, loadClientSecrets } from '../gate/secret/client-secrets.ts';
import { loadPolicyToken, type PolicyToken } from '../gate/secret/policy-token.ts';
import type { LoadedSettings, Settings } from '../gate/settings.ts';
import { CollectedMistakes } from '../mistake/collected-mistakes.ts';
import { MistakesError } from '../mistake/mistake.ts';
import type { LiveRuleset } from '../ruleset/live-ruleset.ts';

/** What a gate needs to start. */
export interface Prepared {
  readonly settings: Settings;
  readonly certificate: Certificate;
  /** `undefined` if there is none. */
  readonly policyToken: PolicyToken | undefined;
  /** `undefined` if the settings name no file. */
  readonly clientSecrets: ClientSecrets | undefined;
  readonly rulesets: LiveRuleset;
}

/**
 * Loads the certificate, the policy token, the API server's credentials and the ruleset, each even if others are invalid.
 *
 * @throws {MistakesError} with every mistake.
 */
export async function prepare(
  { settings, mistakes: inSettings }: LoadedSettings,
  startRulesets: () => Promise<LiveRuleset>,
): Promise<Prepared> {
  const { certsDir: dir, client } = settings;
  const collected = new CollectedMistakes(inSettings);
  // An invalid setting may be the name that the certificate should have.
  const place = { dir, serverName: inSettings.length === 0 ? settings.serverName : undefined };
  const certificate = await collected.from(async () => loadCertificate(place, new Date()));
  const policyToken = await collected.from(async () => loadPolicyToken(dir));
  const clientSecrets = client && (await collected.from(async () => loadClientSecrets(client)));
  const rulesets = await collected.from(startRulesets);
  const { mistakes } = collected;
  if (mistakes.length > 0 || certificate === undefined || rulesets === undefined) {
    rulesets?.stop();
    throw new MistakesError(mistakes);
  }
  return { settings, certificate, policyToken, clientSecrets, rulesets };
}
