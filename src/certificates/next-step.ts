import { type JsonObject, textAt } from '../workload/json-object.ts';
import {
  adopted,
  bundleOf,
  forgotten,
  hasPrevious,
  promoted,
  type SecretFiles,
  tokensOf,
  usableCertificate,
} from './secret-files.ts';
import { SERVER_NAME } from './make-certificates.ts';
import { type Access, covers, trustedBy, webhookEntries } from './webhook-entries.ts';

/** The webhook that closes the cluster, and the one that changes what comes to it. */
export type WebhookName = 'judging' | 'rewriting';

export interface FoundWebhook {
  /** None if it is absent. */
  readonly entries: readonly JsonObject[];
  /** Whether the CAs of these entries are what was written here last. */
  readonly isOurs: boolean;
  /** The entries as they are shipped. */
  readonly shipped: readonly JsonObject[];
}

/** All that there is, as it was read: nothing else is known from one step to the next. */
export interface Found {
  /** `undefined` if there is no Secret. */
  readonly files: SecretFiles | undefined;
  readonly judging: FoundWebhook;
  /** `undefined` if there is to be none. */
  readonly rewriting: FoundWebhook | undefined;
  /** When any of them was changed last by a step, in milliseconds since 1970; 0 if never. */
  readonly changedAt: number;
  /** Those that the entries as they are shipped are to be multiplied by. */
  readonly profiles: readonly string[];
  /** Whether a pod of the gate is ready. */
  readonly isGateReady: boolean;
}

export interface Pace {
  /** How long a change takes to reach every pod and every API server, in milliseconds. */
  readonly settleMs: number;
  /** Whether to renew before it is time. */
  readonly renew: boolean;
  /** CAs, in PEM, for the API server to trust for a while. */
  readonly trust: string;
}

/** What to do next, one write at most. */
export type Step =
  | { readonly kind: 'create' | 'adopt' | 'promote' | 'forget'; readonly files: SecretFiles }
  /** Makes a certificate and a token, which need randomness. */
  | { readonly kind: 'prepare'; readonly files: SecretFiles }
  | { readonly kind: 'publish'; readonly webhook: WebhookName; readonly entries: readonly JsonObject[] }
  /** For the gate: before it answers, the webhook that judges would refuse every pod. */
  | { readonly kind: 'wait' }
  /** `next`: when there is something to do again. */
  | { readonly kind: 'done'; readonly next: Date; readonly validTo: Date };

/**
 * A renewal is four steps, and what the API server trusts follows each of them at once, in both webhooks: prepare, publish, promote, forget.
 * Pods and API servers take a change over in their own time, so promote and forget come only when the change before has
 * settled. Whatever is there, this leads on from it.
 */
export function nextStep(found: Found, { settleMs, renew, trust }: Pace, now: Date): Step {
  const { files, judging, changedAt } = found;
  if (files === undefined) return { kind: 'create', files: {} };
  const serving = usableCertificate(files, '', SERVER_NAME, now);
  const isPublished = judging.entries.length > 0;
  const kept = adopted(files, `${trustedByOthers(found)}\n${trust}`, now);
  if (kept !== files) return { kind: 'adopt', files: kept };
  const [token] = tokensOf(files);
  if (token === undefined) return { kind: 'prepare', files };
  // While nothing is published, nobody has to trust what is not served yet.
  if (isPublished || serving !== undefined) {
    const publish = publication(found, { bundle: bundleOf(files), token });
    if (publish !== undefined) return isPublished || found.isGateReady ? publish : { kind: 'wait' };
  }
  const hasNext = usableCertificate(files, 'next-', SERVER_NAME, now) !== undefined;
  if (serving === undefined) return hasNext ? promotion(files, now) : { kind: 'prepare', files };

  const settledAt = new Date(changedAt + settleMs);
  const validTo = new Date(serving.validTo);
  const due = new Date(new Date(serving.validFrom).getTime() + lifeOf(serving) * RENEWED_AT);
  const isUnderWay = hasNext || hasPrevious(files);
  if (isUnderWay && now < settledAt) return { kind: 'done', next: settledAt, validTo };
  if (hasNext) return promotion(files, now);
  if (hasPrevious(files)) return { kind: 'forget', files: forgotten(files) };
  if (renew || now >= due) return { kind: 'prepare', files };
  return { kind: 'done', next: due, validTo };
}

/** Of a certificate's life: the rest is for those who have to see to it that it is renewed. */
const RENEWED_AT = 2 / 3;

function lifeOf({ validFrom, validTo }: { readonly validFrom: string; readonly validTo: string }): number {
  return new Date(validTo).getTime() - new Date(validFrom).getTime();
}

function promotion(files: SecretFiles, now: Date): Step {
  return { kind: 'promote', files: promoted(files, now) };
}

/** What somebody else has these entries trust. */
function trustedByOthers({ judging, rewriting }: Found): string {
  return [judging, rewriting]
    .map((webhook) => (!webhook || webhook.isOurs ? '' : trustedBy(webhook.entries)))
    .join('\n');
}

/**
 * `undefined` if both webhooks are what they should be. The one that rewrites comes first: without it, the other denies
 * what nobody has rewritten.
 */
function publication({ profiles, ...found }: Found, access: Access): Step | undefined {
  for (const name of ['rewriting', 'judging'] as const) {
    const webhook = found[name];
    if (webhook === undefined) continue;
    const { entries, isOurs, shipped } = webhook;
    const wanted = webhookEntries(shipped, profiles, access);
    const isThere = isOurs && entries.length === wanted.length && covers(byName(entries), byName(wanted));
    if (!isThere) return { kind: 'publish', webhook: name, entries: wanted };
  }
  return undefined;
}

function byName(entries: readonly JsonObject[]): JsonObject {
  return Object.fromEntries(entries.map((entry) => [textAt(entry, 'name'), entry]));
}
