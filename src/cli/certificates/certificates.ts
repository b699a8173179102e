import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { findObjects, MANAGER } from '../../certificates/cluster-objects.ts';
import { makeServingSet } from '../../certificates/make-certificates.ts';
import { type Found, nextStep, type Step, type WebhookName } from '../../certificates/next-step.ts';
import { prepared } from '../../certificates/secret-files.ts';
import { writeStep } from '../../certificates/write-step.ts';
import type { ClusterChoice } from '../../cluster/cluster-client.ts';
import { type ClusterWriter, connectWriter } from '../../cluster/cluster-writer.ts';
import { certificatesIn } from '../../gate/secret/certificate-chain.ts';
import { codeOf, type Mistake, MistakesError } from '../../mistake/mistake.ts';
import { mistakesBlock, type Output } from '../mistakes-block.ts';

export interface CertificatesOptions extends ClusterChoice, Output {
  /** For which new certificates are valid, in milliseconds. */
  readonly lifeMs: number;
  /** How long a change takes to reach every pod and every API server, in milliseconds. */
  readonly settleMs: number;
  /** How long to wait for the gate, in milliseconds. */
  readonly timeoutMs: number;
  /** Whether to begin a renewal before it is time. */
  readonly renew: boolean;
  /** A file of CAs, in PEM, for the API server to trust for a while. */
  readonly trust?: string | undefined;
  readonly now?: () => Date;
  readonly connect?: (choice: ClusterChoice, manager: string) => Promise<ClusterWriter>;
}

const POLL_MS = 1000;
const SAID = {
  create: 'Secret made, still empty.',
  adopt: 'Secret: the CA that the webhook trusts is kept, until the change has settled.',
  prepare: 'Secret: the next certificate and policy token are prepared.',
  promote: 'Secret: the next certificate is served from now on.',
  forget: 'Secret: the previous CA and policy token are taken out.',
} as const satisfies Partial<Record<Step['kind'], string>>;
const PUBLISHED: Readonly<Record<WebhookName, string>> = {
  judging: 'Webhook written: it trusts the CAs of the Secret, and has its policy token.',
  rewriting: 'Mutating webhook written: it trusts the CAs of the Secret.',
};

/**
 * Makes and renews the gate's certificate, its CA and the policy token in a cluster: all steps that can be done now.
 *
 * @returns the exit code: 0, or 2 if something is missing.
 */
export async function certificates(options: CertificatesOptions): Promise<number> {
  const { write, writeError, connect = connectWriter } = options;
  try {
    const trust = options.trust === undefined ? '' : await readCas(options.trust);
    const { next, validTo } = await allSteps(await connect(options, MANAGER), { ...options, trust });
    write(`The certificate is valid until ${validTo.toISOString()}. Run this again after ${next.toISOString()}.\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof MistakesError)) throw error;
    writeError(mistakesBlock(error.mistakes, 'The certificates could not be seen to'));
    return 2;
  }
}

async function allSteps(
  client: ClusterWriter,
  { lifeMs, settleMs, timeoutMs, write, now = () => new Date(), ...options }: CertificatesOptions,
): Promise<Step & { readonly kind: 'done' }> {
  let { renew, trust = '' } = options;
  const deadline = performance.now() + timeoutMs;
  let refusal: MistakesError | undefined;
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- each step is decided by what is there after the one before
    const objects = await findObjects(client);
    const found = refusal === undefined ? objects.found : { ...objects.found, rewriting: undefined };
    const time = now();
    const step = nextStep(found, { settleMs, renew, trust }, time);
    if (step.kind === 'done') {
      if (refusal !== undefined) throw refusal;
      return step;
    }
    if (step.kind === 'wait') {
      if (performance.now() >= deadline) throw new MistakesError([notReady(client, timeoutMs)]);
      // oxlint-disable-next-line no-await-in-loop -- see above
      await wait(POLL_MS);
      continue;
    }
    // oxlint-disable-next-line no-await-in-loop -- see above
    const isDone = await writeStep(client, objects, step, async (files) =>
      prepared(files, await makeServingSet(time, lifeMs), randomBytes(32).toString('hex')),
    ).catch((error: unknown) => {
      if (!(error instanceof MistakesError) || !isDispensable(step, found)) throw error;
      refusal = error;
      return false;
    });
    if (isDone) write(`${step.kind === 'publish' ? PUBLISHED[step.webhook] : SAID[step.kind]}\n`);
    // Once a run: else it would never come to an end.
    if (isDone && step.kind === 'prepare') renew = false;
    if (isDone && step.kind === 'adopt') trust = '';
  }
}

/**
 * Whether all else may go on without this write, to be told in the end. What rewrites has been taken away, and may not be
 * brought back by whoever this is: were that to hold up the renewal, the webhook that judges would one day deny every pod.
 */
function isDispensable(step: Step, { judging, rewriting }: Found): boolean {
  const isRewriting = step.kind === 'publish' && step.webhook === 'rewriting';
  return isRewriting && rewriting?.entries.length === 0 && judging.entries.length > 0;
}

/** @throws {MistakesError} if there is none. */
async function readCas(name: string): Promise<string> {
  const text = await readFile(name, 'latin1').catch(codeOf);
  if (certificatesIn(Buffer.from(text)).length > 0) return text;
  const remedy = 'Save the CA there: docs/certificates.md says how.';
  const words = { expected: 'certificates in PEM', found: text.includes('\n') ? 'a file without one' : text, remedy };
  throw new MistakesError([{ code: 'certificate-ca-invalid', source: { name }, ...words }]);
}

function notReady({ location }: ClusterWriter, timeoutMs: number): Mistake {
  const found = `none after ${timeoutMs / 1000} s`;
  const remedy = 'Look at its pods; the webhook would refuse every pod until one is ready. Then run this again.';
  return { code: 'gate-not-ready', ...location, expected: 'a ready pod of imagegate-webhook', found, remedy };
}
