import { request } from 'node:https';

/** Asks the API server directly: what has to be known or done before kubectl is of use. */
export interface ApiClient {
  /** The HTTP status of a GET; undefined while the server can't be reached. */
  status(path: string): Promise<number | undefined>;
  /** Creates an object. @throws Error with the server's answer, if that is not 201. */
  create(path: string, object: unknown): Promise<void>;
}

/**
 * @param server `https://<host>:<port>`.
 * @param ca the certificate to trust, PEM: so it is this API server that answers, and no other on the same port.
 * @param token the bearer token of the user to be.
 */
export function apiClient(server: string, ca: string, token: string): ApiClient {
  const send = (method: string, path: string, body?: string): Promise<{ status: number; text: string }> =>
    new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      const call = request(`${server}${path}`, { method, ca, headers, agent: false, timeout: 5000 }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => (text += part));
        response.once('end', () => resolve({ status: response.statusCode ?? 0, text }));
        response.once('error', reject);
      });
      call.once('timeout', () => call.destroy(new Error(`${method} ${path} was not answered in 5 s`)));
      call.once('error', reject);
      call.end(body);
    });
  return {
    status: (path) =>
      send('GET', path).then(
        (answer) => answer.status,
        () => undefined,
      ),
    create: async (path, object) => {
      const { status, text } = await send('POST', path, JSON.stringify(object));
      if (status !== 201) throw new Error(`POST ${path}: ${status} ${text}`);
    },
  };
}
