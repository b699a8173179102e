/**
 * The bare server, a process of its own: the least that a webhook must do. It reads the body, parses it, and answers a
 * fixed AdmissionReview with the request's uid, denied under /denied and allowed elsewhere. It checks nothing, limits
 * nothing and logs nothing.
 *
 * Run with the folder of server.crt and server.key and the denial as JSON; prints the port that it listens on.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

const [, , certsDir = '', denialJson = ''] = process.argv;
const denial = JSON.parse(denialJson) as object;

const server = createServer(
  {
    cert: readFileSync(join(certsDir, 'server.crt')),
    key: readFileSync(join(certsDir, 'server.key')),
    keepAliveTimeout: 120_000,
  },
  (req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const { request } = JSON.parse(Buffer.concat(chunks).toString()) as { request: { uid: string } };
      const verdict = req.url?.startsWith('/denied') ? denial : { allowed: true };
      const answer = JSON.stringify({
        apiVersion: 'admission.k8s.io/v1',
        kind: 'AdmissionReview',
        response: { ...verdict, uid: request.uid },
      });
      res.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(answer) });
      res.end(answer);
    });
  },
);
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify({ port: (server.address() as AddressInfo).port })}\n`);
});
