import { type Certificate, type CertificatePlace, loadCertificate } from '../gate/secret/certificate.ts';
import { type ClientSecrets, loadClientSecrets } from '../gate/secret/client-secrets.ts';
import { loadPolicyToken, type PolicyToken } from '../gate/secret/policy-token.ts';
import type { Settings } from '../gate/settings.ts';
import { type Mistake, MistakesError } from '../mistake/mistake.ts';
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

/** Where the secrets are. */
export interface SecretPlaces extends CertificatePlace {
  readonly client: Parameters<typeof loadClientSecrets>[0] | undefined;
}

/**
 * Loads the certificate, the policy token, the API server's credentials and the ruleset, each even if others are invalid.
 *
 * @param settings `undefined` if they are invalid
 * @param collected the mistakes so far
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
    rulesets?.stop();
    throw new MistakesError(mistakes);
  }
  return { settings, certificate, policyToken, clientSecrets, rulesets };
}

/** Collects the mistakes of all parts of a start, to report them together. */
export class CollectedMistakes {
  readonly mistakes: Mistake[] = [];

  /** The result of `part`, or `undefined` if it had mistakes. Other errors are thrown. */
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
