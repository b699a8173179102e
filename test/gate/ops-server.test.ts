import { expect } from 'chai';
import { once } from 'node:events';
import { connect } from 'node:net';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Server } from 'node:http';
import { createOpsServer, type OpsServer } from '../../src/gate/ops-server.ts';

const REQUEST_START = 'http.server.request.start';

describe('createOpsServer', () => {
  let opsServer: OpsServer;
  let port: number;
  beforeEach(async () => {
    opsServer = createOpsServer(async (_req, res) => void res.end());
    port = await opsServer.listen(0);
  });
  afterEach(async () => opsServer.close());

  /** Node's own server, of which a request tells. */
  const asked = async (): Promise<Server> => {
    const servers: Server[] = [];
    const onRequest = (message: unknown): number => servers.push((message as { readonly server: Server }).server);
    subscribe(REQUEST_START, onRequest);
    await fetch(`http://127.0.0.1:${port}/`).finally(() => unsubscribe(REQUEST_START, onRequest));
    return servers[0]!;
  };

  it('gives a request 15 s, of them 5 s for a head of 8 KiB', async () => {
    expect(await asked()).to.deep.include({
      requestTimeout: 15_000,
      headersTimeout: 5000,
      connectionsCheckingInterval: 1000,
      maxHeaderSize: 8192,
    });
  });

  it('has 256 connections, and lets whoever comes in all the same', async () => {
    const sockets = Array.from({ length: 260 }, () => connect(port, '127.0.0.1').on('error', () => {}));
    await Promise.all(sockets.map(async (socket) => once(socket, 'connect')));
    const server = await asked();
    const count = await new Promise((resolve) => server.getConnections((_error, found) => resolve(found)));
    expect(count).to.equal(256);
    for (const socket of sockets) socket.destroy();
  });
});
