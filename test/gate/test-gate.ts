import { pino } from 'pino';
import { allowed } from '../../src/admission/response.ts';
import type { Ruleset } from '../../src/engine/ruleset.ts';
import type { KnownClients } from '../../src/gate/secret/client-check.ts';
import type { JudgePolicy } from '../../src/gate/request/policy-route.ts';
import type { PolicyToken } from '../../src/gate/secret/policy-token.ts';
import { createMetrics, type Metrics } from '../../src/gate/telemetry/metrics.ts';
import type { GateServer, GateServerOptions } from '../../src/gate/server.ts';
import { createWebhook } from '../../src/gate/gate.ts';
import { makeCertificate, type TestCertificate } from '../certificate.ts';
import { rulesetOf } from '../ruleset.ts';

/** A line of the log, as pino wrote it. */
export type LogLine = Readonly<Record<string, unknown>>;

/** The webhook in this process, over real HTTPS. */
export interface TestGate {
  readonly port: number;
  /** What signed the server's certificate. */
  readonly ca: string;
  readonly server: GateServer;
  /** Ends it in a hurry. Resolves with the number of connections that had to be cut. */
  close(): Promise<number>;
  readonly metrics: Metrics;
  /** All that was logged, from level debug on. */
  readonly lines: readonly LogLine[];
  /** The same as text, to look for what must not be there. */
  readonly logText: () => string;
  /** The value of a metric with its labels, as it is exposed; undefined if it isn't. */
  metric(nameAndLabels: string): Promise<number | undefined>;
}

export interface TestGateOptions {
  readonly ruleset?: () => Ruleset;
  readonly judgePolicy?: JudgePolicy;
  readonly policyToken?: () => PolicyToken | undefined;
  readonly clients?: KnownClients;
  readonly draining?: () => boolean;
  readonly limits?: GateServerOptions['limits'];
  readonly logReviewsPerSecond?: number;
  readonly certificate?: TestCertificate;
  readonly metrics?: Metrics;
}

const certificate = await makeCertificate();
const ruleset = rulesetOf();

export async function startTestGate(options: TestGateOptions = {}): Promise<TestGate> {
  const texts: string[] = [];
  const log = pino({ level: 'debug', base: null }, { write: (line: string) => texts.push(line) });
  const metrics = options.metrics ?? createMetrics();
  const { certificate: cert, key } = options.certificate ?? certificate;
  const server = createWebhook({
    ruleset: options.ruleset ?? (() => ruleset),
    judgePolicy: options.judgePolicy ?? (async ({ uid }) => allowed(uid)),
    policyToken: options.policyToken ?? (() => undefined),
    clients: options.clients,
    log,
    metrics,
    logReviewsPerSecond: options.logReviewsPerSecond ?? 100,
    draining: options.draining ?? (() => false),
    certificate: { cert: Buffer.from(cert), key: Buffer.from(key) },
    ...(options.limits && { limits: options.limits }),
  });
  const port = await server.listen(0);
  return {
    port,
    ca: cert,
    server,
    close: async () => server.close(AbortSignal.abort()),
    metrics,
    get lines() {
      return texts.map((text) => JSON.parse(text) as LogLine);
    },
    logText: () => texts.join(''),
    metric: async (nameAndLabels) => metricValue(await metrics.registry.metrics(), nameAndLabels),
  };
}

/** The value of one metric in the text that Prometheus reads. */
export function metricValue(text: string, nameAndLabels: string): number | undefined {
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${nameAndLabels} `));
  return line === undefined ? undefined : Number(line.slice(nameAndLabels.length + 1));
}
