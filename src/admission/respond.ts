import type { Finding } from '../engine/finding.ts';
import type { Policy } from '../engine/policy.ts';
import { expiryWarnings, warnings } from './warnings.ts';
import { allowed, auditAnnotations, denied } from './response.ts';
import type { Review } from './review.ts';
import { rememberedSentences } from './sentence.ts';

/**
 * The verdict on findings: denied if one of them denies. Those that are exempt are told in the audit annotations alone.
 *
 * @param now in milliseconds since 1970
 */
export function respond(
  uid: string,
  findings: readonly Finding[],
  { contact }: Pick<Policy, 'contact'>,
  now: number,
): Review {
  if (findings.length === 0) return { verdict: 'allowed', response: allowed(uid), findings, unknownKind: false };
  const tell = rememberedSentences();
  const standing = findings.filter(({ exemption }) => exemption === undefined);
  const remarks = {
    warnings: warnings(
      standing.filter(({ action }) => action === 'warn'),
      expiryWarnings(findings, now),
      tell,
    ),
    auditAnnotations: auditAnnotations(findings, tell),
  };
  const denials = standing.filter(({ action }) => action === 'deny');
  if (denials.length === 0)
    return { verdict: 'allowed', response: allowed(uid, remarks), findings, unknownKind: false };
  return { verdict: 'denied', response: denied(uid, denials, remarks, contact, tell), findings, unknownKind: false };
}
