import type { Logger } from 'pino';
import { mistakeText } from '../../mistake/mistake.ts';
import { CERTIFICATE_POLL_MS } from './certificate-renewal.ts';
import { isSamePolicyToken, loadPolicyToken, type PolicyToken } from './policy-token.ts';
import { watchSecret, type SecretInUse } from './secret-watch.ts';

export interface PolicyTokenRenewalOptions {
  readonly dir: string;
  /** What the gate begins with. */
  readonly policyToken: PolicyToken | undefined;
  readonly log: Logger;
  /** From one look to the next, in milliseconds: that of the certificate, which comes in the same Secret. */
  readonly certificatePollMs?: number;
}

const CLOSED =
  'CERTS_DIR has no policy-token, so a bad policy is not refused where it is written: run certificates.sh, apply the Secret and the webhook.';

/**
 * Keeps to the token as it is written; without one, the path is unknown. A new one counts at once, and the one before no
 * more: it may have become known. One that is malformed is nobody's path.
 */
export function renewPolicyToken(options: PolicyTokenRenewalOptions): SecretInUse<PolicyToken | undefined> {
  const { dir, policyToken, log, certificatePollMs: pollMs = CERTIFICATE_POLL_MS } = options;
  if (policyToken === undefined) log.warn(CLOSED);
  return watchSecret({
    load: async () => loadPolicyToken(dir),
    current: policyToken,
    isSame: isSamePolicyToken,
    pollMs,
    onChange: (found) => {
      if (found === undefined) log.warn(CLOSED);
      else log.info('Another policy token is in use.');
    },
    onMistakes: (mistakes) => log.error({ mistakes: mistakes.map(mistakeText) }, 'The new policy token is not used.'),
  });
}
