import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

type App = (req: IncomingMessage, res: ServerResponse) => void;

/**
 * Lets a connection ask one thing at a time: a second request before the answer to the first ends it. Node parses all of a
 * packet in one turn, so that whoever sends two thousand requests in one would otherwise have as many turns. No client of
 * ours does that.
 */
export function oneAtATime(app: App): (req: IncomingMessage, res: ServerResponse) => void {
  const last = new WeakMap<Socket, ServerResponse>();
  return (req, res) => {
    const { socket } = req;
    // What the parser still has of a packet, when the connection is over.
    if (socket.destroyed) return;
    if (last.get(socket)?.writableEnded === false) socket.destroy();
    else {
      last.set(socket, res);
      app(req, res);
    }
  };
}
