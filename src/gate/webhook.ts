import { createApp, type AppOptions } from './app.ts';
import { Connections } from './connections.ts';
import { createMalformedHttpAnswer } from './malformed-http.ts';
import { createRefusalLog } from './refusal-log.ts';
import { createGateServer, SERVER_LIMITS, type GateServer, type GateServerOptions } from './server.ts';

export type WebhookOptions = Omit<AppOptions, 'logRefusal' | 'onVerdict'> &
  Pick<GateServerOptions, 'certificate' | 'limits'>;

/** Makes what answers the API server: the app, its server, and what both share. It does not listen yet. */
export function createWebhook({ certificate, limits, ...options }: WebhookOptions): GateServer {
  const { maxConnections } = { ...SERVER_LIMITS, ...limits };
  const logRefusal = createRefusalLog(options.log);
  const connections = new Connections(maxConnections);
  const app = createApp({ ...options, logRefusal, onVerdict: (socket) => connections.proved(socket) });
  return createGateServer({
    app: app.callback(),
    certificate,
    connections,
    onClientError: createMalformedHttpAnswer({ ...options, logRefusal }),
    ...(limits && { limits }),
  });
}
