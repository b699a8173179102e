import { expect } from 'chai';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Server } from 'node:http';
import { createOpsServer } from '../../src/gate/ops-server.ts';

const REQUEST_START = 'http.server.request.start';

describe('createOpsServer', () => {
  it('gives a request 15 s, of them 5 s for a head of 8 KiB', async () => {
    const servers: Server[] = [];
    const onRequest = (message: unknown): number => servers.push((message as { readonly server: Server }).server);
    const opsServer = createOpsServer(async (_req, res) => void res.end());
    const port = await opsServer.listen(0);
    subscribe(REQUEST_START, onRequest);
    try {
      await fetch(`http://127.0.0.1:${port}/`);
    } finally {
      unsubscribe(REQUEST_START, onRequest);
      await opsServer.close();
    }
    const [server] = servers;
    expect(server).to.deep.include({
      requestTimeout: 15_000,
      headersTimeout: 5000,
      connectionsCheckingInterval: 1000,
      maxHeaderSize: 8192,
    });
  });

  it('has 256 connections: for one more, the first goes', async () => {
    const opsServer = createOpsServer(async (_req, res) => void res.end());
    const port = await opsServer.listen(0);
    const open = async (): Promise<Socket> => {
      const socket = connect(port, '127.0.0.1').on('error', () => {});
      await once(socket, 'connect');
      return socket;
    };
    const first = await open();
    const closed = once(first.resume(), 'close');
    await Promise.all(Array.from({ length: 255 }, open));
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).to.equal(200);
    await closed;
    await opsServer.close();
  });
});
