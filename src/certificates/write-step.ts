import { type ClusterAnswer, unreadable, type Wanted } from '../cluster/cluster-client.ts';
import type { ClusterWriter } from '../cluster/cluster-writer.ts';
import { MistakesError } from '../mistake/mistake.ts';
import type { JsonObject } from '../workload/json-object.ts';
import { type FoundObjects, SECRET, SECRET_PATH, SECRET_RULE, WEBHOOK, WEBHOOKS } from './cluster-objects.ts';
import type { Step } from './next-step.ts';
import type { SecretFiles } from './secret-files.ts';

/**
 * Writes what a step says.
 *
 * @param prepare makes the next certificate and token
 * @returns false if somebody else has written in the meantime: then everything is to be looked at anew
 * @throws {MistakesError} if the API server refuses it.
 */
export async function writeStep(
  client: ClusterWriter,
  { found, secretVersion, webhookVersions }: FoundObjects,
  step: Exclude<Step, { readonly kind: 'wait' | 'done' }>,
  prepare: (files: SecretFiles) => Promise<SecretFiles>,
): Promise<boolean> {
  if (step.kind === 'publish') {
    const { webhook, entries } = step;
    const { kind, path, rule } = WEBHOOKS[webhook];
    const names = new Set(entries.map(({ name }) => name));
    // To apply takes away no entry that somebody else has written as well.
    const send = found[webhook]?.entries.some(({ name }) => !names.has(name)) ? client.merge : client.apply;
    const object = manifest('admissionregistration.k8s.io/v1', kind, WEBHOOK, webhookVersions[webhook]);
    return isWritten(client, await send(path, { ...object, webhooks: entries }), rule);
  }
  const files = step.kind === 'prepare' ? await prepare(step.files) : step.files;
  const data = Object.entries(files).map(([key, text]) => [key, Buffer.from(text, 'latin1').toString('base64')]);
  const object = { ...manifest('v1', 'Secret', SECRET, secretVersion), type: 'Opaque', data: Object.fromEntries(data) };
  return isWritten(client, await client.apply(SECRET_PATH, object), SECRET_RULE);
}

/** A version is a condition: what was written in the meantime is not overwritten. */
function manifest(apiVersion: string, kind: string, name: string, resourceVersion: string | undefined): JsonObject {
  return { apiVersion, kind, metadata: { name, ...(resourceVersion && { resourceVersion }) } };
}

function isWritten(client: ClusterWriter, answer: ClusterAnswer, rule: Wanted): boolean {
  if (answer.status === 409) return false;
  if (answer.status === 200 || answer.status === 201) return true;
  throw new MistakesError([unreadable(client, answer, { ...rule, verb: 'patch' })]);
}
