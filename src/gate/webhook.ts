import { type AppOptions, createApp } from './app.ts';
import { Connections } from './connections.ts';
import { createMalformedHttpAnswer } from './request/malformed-http.ts';
import { createRefusalLog, createReviewLog } from './telemetry/request-log.ts';
import { createGateServer, type GateServer, type GateServerOptions, SERVER_LIMITS } from './server.ts';

export interface WebhookOptions
  extends
    Omit<AppOptions, 'logRefusal' | 'logReview' | 'onVerdict'>,
    Pick<GateServerOptions, 'certificate' | 'limits'> {
  /** Lines of the log for reviews from one address. */
  readonly logReviewsPerSecond: number;
}

/** Makes what answers the API server: the app, its server, and what both share. It does not listen yet. */
export function createWebhook({ certificate, limits, ...options }: WebhookOptions): GateServer {
  const { maxConnections } = { ...SERVER_LIMITS, ...limits };
  const logRefusal = createRefusalLog(options.log);
  const connections = new Connections(maxConnections);
  const app = createApp({
    ...options,
    logRefusal,
    logReview: createReviewLog(options.log, options.logReviewsPerSecond),
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
