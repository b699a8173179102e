/**
 * What is attacked in a gate's stead, to know what an attack costs the machine alone: a bare server of either kind that
 * the gate has, in a process of its own. It reads what comes, and answers 200 to a POST and to /metrics, 405 to all else.
 * As the gate does, it closes after the latter, and at a second request before the answer.
 *
 * Takes its certificate and key as a line of JSON, prints its ports, and ends when its standard input does.
 */
import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import type { TestCertificate } from '../certificate.ts';

const timeouts = { keepAliveTimeout: 120_000, headersTimeout: 5000, connectionsCheckingInterval: 1000 };
const busy = new WeakSet<object>();

function answer(req: IncomingMessage, res: ServerResponse): void {
  const { socket } = req;
  if (busy.has(socket)) {
    socket.destroy();
    return;
  }
  busy.add(socket);
  req.once('end', () => {
    busy.delete(socket);
    const isGood = req.method === 'POST' || req.url === '/metrics';
    res.writeHead(isGood ? 200 : 405, isGood ? {} : { connection: 'close' }).end('{}\n');
  });
  req.resume();
}

const input = createInterface({ input: process.stdin });
const [line] = (await once(input, 'line')) as [string];
const { certificate: cert, key } = JSON.parse(line) as TestCertificate;
const servers: readonly Server[] = [
  createHttpsServer({ ...timeouts, handshakeTimeout: 5000, cert, key }, answer),
  createHttpServer(timeouts, answer),
];
await Promise.all(servers.map(async (server) => once(server.listen(0, '127.0.0.1'), 'listening')));
const [port, opsPort] = servers.map((server) => (server.address() as AddressInfo).port);
console.log(JSON.stringify({ port, opsPort }));
input.once('close', () => process.exit());
