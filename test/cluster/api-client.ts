import type { IncomingMessage } from 'node:http';
import { request, type Agent } from 'node:https';

/** An answer of the API server. */
export interface ApiAnswer {
  readonly status: number;
  /** Its body as it came; JSON, for the most part. */
  readonly text: string;
  /** What kubectl would print after `Warning: `. */
  readonly warnings: readonly string[];
}

/** Asks the API server directly: what has to be known or done before kubectl is of use, or is not to be had from it. */
export interface ApiClient {
  /**
   * Sends a request, with an object as JSON if there is one; for PATCH, that is a merge patch, or a list of operations.
   * @throws Error if it is not answered.
   */
  send(method: string, path: string, object?: unknown): Promise<ApiAnswer>;
  /** The HTTP status of a GET; undefined while the server can't be reached. */
  status(path: string): Promise<number | undefined>;
  /** Creates an object. @throws Error with the server's answer, if that is not 201. */
  create(path: string, object: unknown): Promise<void>;
}

/** Longer than the API server waits for any webhook. */
const timeoutMs = 40_000;

/**
 * @param server `https://<host>:<port>`.
 * @param ca the certificate to trust, PEM: so it is this API server that answers, and no other on the same port.
 * @param token the bearer token of the user to be.
 * @param agent keeps the connections; by default each request has its own.
 */
export function apiClient(server: string, ca: string, token: string, agent: Agent | false = false): ApiClient {
  const send: ApiClient['send'] = (method, path, object) =>
    new Promise((resolve, reject) => {
      const body = object === undefined ? '' : JSON.stringify(object);
      const headers = {
        authorization: `Bearer ${token}`,
        'content-type': contentType(method, object),
        // For DELETE Node leaves it away, and then the API server does not read the body.
        'content-length': Buffer.byteLength(body),
      };
      const call = request(`${server}${path}`, { method, ca, headers, agent, timeout: timeoutMs }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => (text += part));
        response.once('end', () => resolve({ status: response.statusCode ?? 0, text, warnings: warningsOf(response) }));
        response.once('error', reject);
      });
      call.once('timeout', () => call.destroy(new Error(`${method} ${path} was not answered in ${timeoutMs} ms`)));
      call.once('error', reject);
      call.end(body);
    });
  return {
    send,
    status: (path) =>
      send('GET', path).then(
        (answer) => answer.status,
        () => undefined,
      ),
    create: async (path, object) => {
      const { status, text } = await send('POST', path, object);
      if (status !== 201) throw new Error(`POST ${path}: ${status} ${text}`);
    },
  };
}

function contentType(method: string, object: unknown): string {
  if (method !== 'PATCH') return 'application/json';
  return Array.isArray(object) ? 'application/json-patch+json' : 'application/merge-patch+json';
}

/** The texts of the headers `Warning: 299 - "text"`, one each. */
function warningsOf({ headersDistinct }: IncomingMessage): readonly string[] {
  const headers = headersDistinct['warning'] ?? [];
  return headers.map((header) => header.slice('299 - "'.length, -1).replaceAll(/\\(.)/g, '$1'));
}
