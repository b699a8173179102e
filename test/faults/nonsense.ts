import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { TestCertificate } from '../certificate.ts';

type Answer = (uid: string, res: ServerResponse) => unknown;

const review = (response: object): string =>
  JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response });
const base64 = (words: string): string => Buffer.from(words).toString('base64');

/**
 * What a gate may answer that is broken, or what another program may that has its address. Not among them is what the API server fails a request for even under `Ignore`: a patch that does
 * not apply, and a denial.
 */
const answers: readonly Answer[] = [
  (_, res) => res.end(),
  (_, res) => res.end('nonsense'),
  (_, res) => res.end('null'),
  (_, res) => res.writeHead(404).end('{}'),
  (_, res) => res.writeHead(429, { 'retry-after': '1' }).end('{}'),
  (_, res) => res.writeHead(500).end(),
  (_, res) => res.writeHead(302, { location: 'https://127.0.0.1:1/' }).end(),
  (_, res) => res.end('{ "apiVersion": "v1", "kind": "Status", "code": 200 }'),
  (_, res) => res.end(review({ uid: 'another', allowed: true })),
  (uid, res) => res.end(review({ uid, allowed: true, patch: base64('[]') })),
  (uid, res) => res.end(review({ uid, allowed: true, patchType: 'JSONPatch', patch: base64('nonsense') })),
  (uid, res) => res.end(review({ uid, allowed: true, patchType: 'Other', patch: base64('[]') })),
  (uid, res) => res.end(review({ uid, allowed: true }).slice(0, -9)),
  (_, res) => res.writeHead(200, { 'content-length': 1000 }).flushHeaders() ?? res.destroy(),
  (_, res) => res.socket?.destroy(),
];

/** What answers in a gate's stead. */
export interface Nonsense {
  readonly port: number;
  /** The names of the pods that it answered about. */
  readonly answered: ReadonlySet<string>;
  readonly close: () => Promise<void>;
}

interface Review {
  readonly request: { readonly uid: string; readonly name: string };
}

/** Listens on a free port of loopback, and answers one thing after the other. */
export async function startNonsense({ certificate: cert, key }: TestCertificate): Promise<Nonsense> {
  const answered = new Set<string>();
  const answer = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const { request } = JSON.parse(await text(req)) as Review;
    answered.add(request.name);
    answers[answered.size % answers.length]!(request.uid, res);
  };
  // A request may break off when its connection is cut.
  const server = createServer({ cert, key }, (req, res) => void answer(req, res).catch(() => res.destroy()));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    answered,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
