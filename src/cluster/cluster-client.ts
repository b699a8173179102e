import type { KubeConfig } from '@kubernetes/client-node';
import type { IncomingMessage } from 'node:http';
import type { RequestOptions } from 'node:https';
import { text as textOf } from 'node:stream/consumers';
import { type Location, messageOf, type Mistake, MistakesError } from '../mistake/mistake.ts';
import { nearestName } from '../mistake/nearest-name.ts';
import { printable } from '../mistake/printable.ts';

/** Which cluster, and as whom; absent parts are as for kubectl, and in a pod its service account. */
export interface ClusterChoice {
  /** The path of a kubeconfig. */
  readonly kubeconfig?: string | undefined;
  /** The name of one of its contexts. */
  readonly context?: string | undefined;
}

/** An answer of the API server, in JSON. */
export interface ClusterAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** An answer as it comes. */
export interface ClusterStream {
  readonly status: number;
  readonly body: AsyncIterable<Uint8Array>;
}

/** Asks an API server. It only reads. */
export interface ClusterClient {
  /** The place of mistakes about what is there. */
  readonly location: Location;
  /**
   * Sends a GET, again if the API server is busy.
   *
   * @throws {MistakesError} if it is not answered in JSON.
   */
  readonly get: (path: string) => Promise<ClusterAnswer>;
  /** The same, its body as text: a page of large objects need never be there as a whole. */
  readonly getText: (path: string) => Promise<{ readonly status: number; readonly text: string }>;
  /** The same as it comes, for what may have any length. */
  readonly getStream: (path: string) => Promise<ClusterStream>;
  /** @throws {MistakesError} if a text is no JSON. */
  readonly parsed: (text: string) => unknown;
}

/**
 * Reads the kubeconfig; asks nothing yet.
 *
 * @throws {MistakesError} if it cannot be read, or has no such context.
 */
export async function connectCluster(choice: ClusterChoice): Promise<ClusterClient> {
  return clientOf(await openCluster(choice));
}

/** What is asked for; with a patch, a PATCH, and a DELETE to remove it. */
export interface ClusterRequest {
  readonly path: string;
  readonly patch?: { readonly contentType: string; readonly body: string };
  readonly removes?: true;
}

export interface ClusterAccess {
  readonly location: Location;
  readonly send: (request: ClusterRequest) => Promise<{ readonly status: number; readonly text: string }>;
  /** The same as it comes. */
  readonly stream: (request: ClusterRequest) => Promise<ClusterStream>;
}

/** For those who may write too: as `connectCluster`. */
export async function openCluster(choice: ClusterChoice): Promise<ClusterAccess> {
  return accessOf(await configOf(choice));
}

async function configOf({ kubeconfig, context }: ClusterChoice): Promise<KubeConfig> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  try {
    if (kubeconfig === undefined) config.loadFromDefault();
    else config.loadFromFile(kubeconfig);
  } catch (error) {
    throw unreachable({ source: { name: kubeconfig ?? 'kubeconfig' } }, messageOf(error));
  }
  const names = config.getContexts().map(({ name }) => name);
  if (context !== undefined && !names.includes(context)) {
    const words = { expected: 'a context of the kubeconfig', found: context, ...nearestName(context, names) };
    throw new MistakesError([{ code: 'setting-invalid', source: { name: '--context' }, ...words }]);
  }
  if (context !== undefined) config.setCurrentContext(context);
  return config;
}

function accessOf(config: KubeConfig): ClusterAccess {
  const server = config.getCurrentCluster()?.server ?? '';
  const location = { source: { name: server === '' ? 'kubeconfig' : server } };
  const stream = async (request: ClusterRequest, attempts = 5): Promise<ClusterStream> => {
    const { path, patch, removes } = request;
    try {
      // The logs of a pod are text.
      const accept = 'application/json, */*';
      const headers = { accept, ...(patch && { 'content-type': patch.contentType }) };
      const method = patch ? 'PATCH' : removes ? 'DELETE' : 'GET';
      const options: RequestOptions = { timeout: TIMEOUT_MS, headers, method };
      await config.applyToHTTPSOptions(options);
      const body = await answerTo(new URL(server.replace(/\/$/, '') + path), options, patch?.body);
      const { statusCode: status = 0, headers: said } = body;
      if (status !== 429 || attempts <= 1) return { status, body };
      body.resume();
      await new Promise((resolve) => setTimeout(resolve, Number(said['retry-after'] ?? 1) * 1000));
    } catch (error) {
      throw unreachable(location, messageOf(error));
    }
    return stream(request, attempts - 1);
  };
  const send = async (request: ClusterRequest): ReturnType<ClusterAccess['send']> => {
    const { status, body } = await stream(request);
    try {
      return { status, text: await textOf(body) };
    } catch (error) {
      throw unreachable(location, messageOf(error));
    }
  };
  return { location, send, stream: async (request) => stream(request) };
}

/** What only reads. */
export function clientOf({ location, send, stream }: ClusterAccess): ClusterClient {
  const parsed = (text: string): unknown => {
    try {
      return JSON.parse(text);
    } catch (error) {
      throw unreachable(location, messageOf(error));
    }
  };
  const get = async (path: string): Promise<ClusterAnswer> => {
    const { status, text } = await send({ path });
    // An API that is not there has a page of plain text.
    return { status, body: status === 404 && !text.startsWith('{') ? undefined : parsed(text) };
  };
  const getStream = async (path: string) => stream({ path });
  return { location, get, getText: async (path) => send({ path }), getStream, parsed };
}

/** For one answer: pages of 500 objects of a busy API server take seconds. */
const TIMEOUT_MS = 60_000;

async function answerTo(url: URL, options: RequestOptions, body?: string) {
  const { request } = await (url.protocol === 'http:' ? import('node:http') : import('node:https'));
  return new Promise<IncomingMessage>((resolve, reject) => {
    const call = request(url, options, resolve);
    call.once('timeout', () => call.destroy(new Error(`no answer in ${TIMEOUT_MS / 1000} s`)));
    call.once('error', reject);
    call.end(body);
  });
}

function unreachable(location: Location, found: string): MistakesError {
  // A parser's message goes on with the text.
  const line = printable(found.split('\n', 1).join(), 512);
  const remedy = 'Name another by --kubeconfig and --context; kubectl must reach it, too.';
  return new MistakesError([
    { code: 'cluster-unreachable', ...location, expected: 'a cluster that answers', found: line, remedy },
  ]);
}

/** Of what the API server refuses: what is asked for, and the rule of RBAC that allows it. */
export interface Wanted {
  /** In words: `Deployments of apps`. */
  readonly what: string;
  readonly group: string;
  readonly resource: string;
  readonly verb: 'get' | 'list' | 'patch' | 'delete';
}

/** That the API server did not give what was wanted. */
export function unreadable({ location }: ClusterClient, { status, body }: ClusterAnswer, wanted: Wanted): Mistake {
  const { what, group, resource, verb } = wanted;
  // What is not there is created by its patch.
  const verbs = verb === 'patch' ? '"create", "patch"' : `"${verb}"`;
  const rule = `{ apiGroups: ["${group}"], resources: ["${resource}"], verbs: [${verbs}] }`;
  const remedy = status === 403 ? `Its user needs a role with the rule ${rule}.` : 'Look whether it is there.';
  const message =
    typeof body === 'object' && body !== null && 'message' in body ? `, ${printable(String(body.message), 512)}` : '';
  return { code: 'cluster-unreadable', ...location, expected: what, found: `HTTP ${status}${message}`, remedy };
}
