import { createHash, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { codeOf, MistakesError, type Mistake } from '../../mistake/mistake.ts';
import { watchSecret, type LiveSecret } from './secret-watch.ts';

/**
 * The secret at the end of the path for reviews of the gate's own ConfigMaps. Judging a rule runs it, so only the API server
 * may ask, and by default it has no other credential. Only hashes are kept: they cannot leak into a log, and their fixed
 * length allows a comparison in constant time. There are two while the token changes.
 */
export interface PolicyToken {
  readonly hashes: readonly Buffer[];
}

export interface PolicyTokenRenewalOptions {
  readonly dir: string;
  /** The one that the gate started with. */
  readonly policyToken: PolicyToken | undefined;
  readonly log: Logger;
  /** In milliseconds. The token is in the same Secret as the certificate. */
  readonly certificatePollMs?: number;
}

const TOKEN_FILE = 'policy-token';
const NO_TOKEN =
  'No policy-token in CERTS_DIR: an invalid policy is not rejected when it is applied. Run certificates.sh, apply the Secret and the webhook.';
const POLICY_PATH = '/validate-policy/';
/** The output of `openssl rand -hex 32`, with or, as in the Secret, without the newline; or two of them. */
const FORM = /^[0-9a-f]{64}(?:\n[0-9a-f]{64})?\n?$/;

/**
 * Reads the policy token of a folder; `undefined` if there is none.
 *
 * @throws {MistakesError} if it is unreadable, or not what certificates.sh makes.
 */
export async function loadPolicyToken(dir: string): Promise<PolicyToken | undefined> {
  const file = join(dir, TOKEN_FILE);
  try {
    const text = await readFile(file, 'latin1');
    if (FORM.test(text)) return { hashes: text.trimEnd().split('\n').map(hashOfToken) };
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT') return undefined;
    throw new MistakesError([invalid(file, `a file that cannot be read (${code})`)]);
  }
  throw new MistakesError([invalid(file, 'something else')]);
}

/** Watches the token file and reloads it; the previous token is no longer accepted. */
export function renewPolicyToken(options: PolicyTokenRenewalOptions): LiveSecret<PolicyToken | undefined> {
  const { dir, policyToken, log, certificatePollMs: pollMs } = options;
  if (policyToken === undefined) log.warn(NO_TOKEN);
  return watchSecret({
    load: async () => loadPolicyToken(dir),
    current: policyToken,
    pollMs,
    onReloaded: (token) => {
      if (token === undefined) log.warn(NO_TOKEN);
      else log.info('Policy token reloaded.');
    },
    rejected: 'New policy token rejected; the previous one stays active.',
    log,
  });
}

/** Whether a path is the one for reviews of the gate's own ConfigMaps; without a token there is no such path. */
export function isPolicyPath(path: string, token: PolicyToken | undefined): boolean {
  if (token === undefined || !path.startsWith(POLICY_PATH)) return false;
  const found = hashOfToken(path.slice(POLICY_PATH.length));
  return token.hashes.some((hash) => timingSafeEqual(found, hash));
}

export function hashOfToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** Never quotes the file's content: it may be a token with a typo. */
function invalid(name: string, found: string): Mistake {
  const remedy =
    'Apply the Secret that certificates.sh writes, or remove the file for a gate that judges no ConfigMap.';
  return {
    code: 'policy-token-invalid',
    source: { name },
    expected: 'one line of 64 lower-case hex digits, or two',
    found,
    remedy,
  };
}
