import type { Logger } from 'pino';
import { MistakesError, mistakeText } from '../mistake/mistake.ts';
import { CERTIFICATE_POLL_MS } from './certificate-renewal.ts';
import { isSamePolicyToken, loadPolicyToken, type PolicyToken } from './policy-token.ts';

export interface PolicyTokenRenewalOptions {
  readonly dir: string;
  /** What the gate begins with. */
  readonly policyToken: PolicyToken | undefined;
  readonly log: Logger;
  /** From one look to the next, in milliseconds: that of the certificate, which comes in the same Secret. */
  readonly certificatePollMs?: number;
}

export interface PolicyTokenInUse {
  /** The token that is asked for now; without one, the path is unknown. */
  policyToken(): PolicyToken | undefined;
  /** Looks no more. */
  stop(): void;
}

const CLOSED =
  'CERTS_DIR has no policy-token, so a bad policy is not refused where it is written: run certificates.sh, apply the Secret and the webhook.';

/**
 * Keeps to the token as it is written, by reading it again and again, as it is done for the certificate. A new one counts
 * at once, and the one before no more: it may have become known. One that is malformed is nobody's path; it is told,
 * once, when a second look finds the same.
 */
export function renewPolicyToken(options: PolicyTokenRenewalOptions): PolicyTokenInUse {
  const { dir, log, certificatePollMs = CERTIFICATE_POLL_MS } = options;
  let { policyToken } = options;
  let stopped = false;
  let timer: NodeJS.Timeout;
  let suspect: { readonly message: string; readonly told: boolean } | undefined;

  async function look(): Promise<void> {
    const found = await lookAt(dir);
    if (stopped) return;
    if (found instanceof MistakesError) suspect = suspected(found);
    else {
      suspect = undefined;
      if (!isSamePolicyToken(found, policyToken)) take(found);
    }
    schedule();
  }

  function take(found: PolicyToken | undefined): void {
    policyToken = found;
    if (found === undefined) log.warn(CLOSED);
    else log.info('Another policy token is in use.');
  }

  function suspected({ message, mistakes }: MistakesError): typeof suspect {
    const seenBefore = suspect?.message === message;
    const texts = mistakes.map(mistakeText);
    if (seenBefore && !suspect?.told) log.error({ mistakes: texts }, 'The new policy token is not used.');
    return { message, told: seenBefore };
  }

  function schedule(): void {
    timer = setTimeout(() => void look(), certificatePollMs).unref();
  }

  if (policyToken === undefined) log.warn(CLOSED);
  schedule();
  return {
    policyToken: () => policyToken,
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

/** The token of now, none, or what is wrong with it. */
async function lookAt(dir: string): Promise<PolicyToken | undefined | MistakesError> {
  try {
    return await loadPolicyToken(dir);
  } catch (error) {
    if (error instanceof MistakesError) return error;
    throw error;
  }
}
