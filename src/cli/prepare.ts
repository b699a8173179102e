import { type Certificate, type CertificatePlace, loadCertificate } from '../gate/secret/certificate.ts';
import { type ClientSecrets, loadClientSecrets } from '../gate/secret/client-secrets.ts';
import { loadPolicyToken, type PolicyToken } from '../gate/secret/policy-token.ts';
import type { Settings } from '../gate/settings.ts';
import { type Mistake, MistakesError } from '../mistake/mistake.ts';
import type { LiveRuleset } from '../ruleset/live-ruleset.ts';

/** What a gate is made of. */
export interface Prepared {
  readonly settings: Settings;
  readonly certificate: Certificate;
  /** `undefined` if there is none. */
  readonly policyToken: PolicyToken | undefined;
  /** `undefined` if the settings name no file of them. */
  readonly clientSecrets: ClientSecrets | undefined;
  readonly rulesets: LiveRuleset;
}

/** Where the secrets are. */
export interface SecretPlaces extends CertificatePlace {
  readonly client: Parameters<typeof loadClientSecrets>[0] | undefined;
}

/**
 * Loads the certificate, the policy token, what the API server is known by, and the policy with the rules, each as far as
 * it goes whatever is wrong with the others.
 *
 * @param settings `undefined` if there were mistakes in them
 * @param collected what is wrong already, for all of it to be told together
 * @throws {MistakesError} with every mistake.
 */
export async function prepare(
  settings: Settings | undefined,
  { client, ...place }: SecretPlaces,
  startRulesets: () => Promise<LiveRuleset>,
  collected: CollectedMistakes,
): Promise<Prepared> {
  const certificate = await collected.from(async () => loadCertificate(place, new Date()));
  const policyToken = await collected.from(async () => loadPolicyToken(place.dir));
  const clientSecrets = client && (await collected.from(async () => loadClientSecrets(client)));
  const rulesets = await collected.from(startRulesets);
  const { mistakes } = collected;
  if (mistakes.length > 0 || settings === undefined || certificate === undefined || rulesets === undefined) {
    await rulesets?.stop();
    throw new MistakesError(mistakes);
  }
  return { settings, certificate, policyToken, clientSecrets, rulesets };
}

/** Runs one part of a start after the other and keeps what is wrong with each, to tell all of it together. */
export class CollectedMistakes {
  readonly mistakes: Mistake[] = [];

  /** What `part` makes; `undefined` if it had mistakes. Whatever else it throws is passed on. */
  async from<T>(part: () => T | Promise<T>): Promise<T | undefined> {
    try {
      return await part();
    } catch (error) {
      if (!(error instanceof MistakesError)) throw error;
      this.mistakes.push(...error.mistakes);
      return undefined;
    }
  }
}
