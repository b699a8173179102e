import type { Logger } from 'pino';
import { MistakesError } from '../mistake/mistake.ts';
import type { Certificate } from './secret/certificate.ts';
import { type CertificateRenewal, renewCertificate } from './secret/certificate-renewal.ts';
import { type ClientSecrets, renewClientSecrets } from './secret/client-secrets.ts';
import type { JudgePolicy } from './request/policy-route.ts';
import { type PolicyToken, renewPolicyToken } from './secret/policy-token.ts';
import { addProcessMetrics, type Metrics } from './telemetry/metrics.ts';
import { createOpsServer } from './ops-server.ts';
import { createProbes } from './telemetry/probes.ts';
import type { Settings } from './settings.ts';
import type { Ruleset } from '../engine/ruleset.ts';
import { type AppOptions, createApp } from './app.ts';
import { Connections } from './connections.ts';
import { createMalformedHttpAnswer } from './request/malformed-http.ts';
import { createMutationLog } from './telemetry/mutation-log.ts';
import { createRefusalLog, createReviewLog } from './telemetry/request-log.ts';
import { createGateServer, type GateServer, type GateServerOptions, SERVER_LIMITS } from './server.ts';

export interface GateOptions {
  readonly settings: Pick<Settings, 'port' | 'opsPort' | 'certsDir' | 'serverName' | 'logReviewsPerSecond'> &
    Partial<Pick<Settings, 'client'>>;
  readonly certificate: Certificate;
  readonly policyToken: PolicyToken | undefined;
  /** The content of the files of `settings.client`. */
  readonly clientSecrets?: ClientSecrets | undefined;
  readonly rulesets: RulesetInUse;
  readonly judgePolicy: JudgePolicy;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Whether shutdown was requested. */
  readonly draining: () => boolean;
  /** How often certificate and token are read, in milliseconds; 10,000 by default. */
  readonly certificatePollMs?: number;
}

/** A listening gate. */
export interface Gate {
  readonly port: number;
  readonly opsPort: number;
  /** Finishes requests in flight, then stops servers and watchers. See `GateServer.close`. */
  close(hurry: AbortSignal): Promise<void>;
}

/**
 * Starts the gate on both ports.
 *
 * @throws {MistakesError} for each port that is unavailable.
 */
export async function startGate(options: GateOptions): Promise<Gate> {
  const { settings, clientSecrets, rulesets, metrics, log, draining } = options;
  const { client } = settings;
  addProcessMetrics(metrics);
  const place = { dir: settings.certsDir, serverName: settings.serverName };
  const token = renewPolicyToken({ ...options, dir: place.dir });
  const onReloaded = (): void => server.renew(renewal.certificate());
  const secrets = client && clientSecrets && renewClientSecrets({ ...options, client, clientSecrets, onReloaded });
  const clients = client && secrets && { settings: client, secrets: secrets.current };
  const policyToken = token.current;
  const server = createWebhook({ ...options, ...settings, ruleset: () => rulesets.current(), policyToken, clients });
  const renewal = renewCertificate({ ...options, place, server });
  const state = { listening: false };
  const probes = createProbes({
    metrics,
    checks: readiness(state, renewal, draining),
    remarks: { certificate: () => renewal.problem(), policy: () => rulesets.problem() },
    status: () => ({
      policy: { digest: rulesets.current().digest, problem: rulesets.problem() },
      certificate: { pem: renewal.certificate().cert.toString('latin1'), problem: renewal.problem() },
      // A hash of 256 random bits tells nothing of them.
      policyTokenHashes: token.current()?.hashes.map((hash) => hash.toString('hex')),
    }),
  });
  const opsServer = createOpsServer(probes.callback());
  const close = async (hurry: AbortSignal): Promise<void> => {
    for (const watcher of [renewal, token, secrets]) watcher?.stop();
    const cut = await server.close(hurry);
    if (cut > 0) log.warn({ connections: cut }, 'Closed connections that were still open after the drain.');
    await opsServer.close();
  };
  const ports = await Promise.allSettled([server.listen(settings.port), opsServer.listen(settings.opsPort)]);
  if (ports[0].status === 'rejected' || ports[1].status === 'rejected') {
    await close(AbortSignal.abort());
    throw allMistakes(ports);
  }
  state.listening = true;
  return { port: ports[0].value, opsPort: ports[1].value, close };
}

/**
 * An expired certificate makes the gate unready: no client accepts it, and a rollout must not replace pods that have a
 * valid one. Its other faults are remarks: the API server's clock, CAs and name for the gate may differ from ours.
 */
function readiness(
  state: { readonly listening: boolean },
  { certificate }: Pick<CertificateRenewal, 'certificate'>,
  draining: () => boolean,
) {
  return {
    listening: () => (state.listening ? undefined : 'the webhook does not listen yet'),
    expiry: () => (certificate().validTo < new Date() ? 'the certificate has expired' : undefined),
    draining: () => (draining() ? 'the gate was told to end' : undefined),
  };
}

function allMistakes(results: readonly PromiseSettledResult<number>[]): Error {
  const reasons = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
  const mistakes = reasons.flatMap((reason) => (reason instanceof MistakesError ? reason.mistakes : []));
  return new MistakesError(mistakes);
}

/** The one state that requests share: the current ruleset, which a reload replaces as a whole. */
interface RulesetInUse {
  current(): Ruleset;
  /** Why the new policy was rejected; `undefined` if it was not. */
  problem(): string | undefined;
}

interface WebhookOptions
  extends
    Omit<AppOptions, 'logRefusal' | 'logReview' | 'logMutation' | 'onVerdict'>,
    Pick<GateServerOptions, 'certificate' | 'limits'> {
  /** Log lines for reviews from one address, per second. */
  readonly logReviewsPerSecond: number;
}

/** The webhook: the app, its server, and the state they share. It does not listen yet. */
export function createWebhook({ certificate, limits, ...options }: WebhookOptions): GateServer {
  const { maxConnections } = { ...SERVER_LIMITS, ...limits };
  const logRefusal = createRefusalLog(options.log);
  const connections = new Connections(maxConnections);
  const app = createApp({
    ...options,
    logRefusal,
    logReview: createReviewLog(options.log, options.logReviewsPerSecond),
    logMutation: createMutationLog(options.log, options.logReviewsPerSecond),
    onVerdict: (socket) => connections.proved(socket),
  });
  return createGateServer({
    app: app.callback(),
    certificate,
    clientCa: () => options.clients?.secrets().ca,
    connections,
    onClientError: createMalformedHttpAnswer({ ...options, logRefusal }),
    ...(limits && { limits }),
  });
}
