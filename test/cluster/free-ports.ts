import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/*
 * Below the ports that Linux (from 32768) and macOS (from 49152) hand out by themselves: between the moment when we
 * have found a port free and the moment when its server listens, no outgoing connection can be given it.
 */
const LOWEST = 20_000;
const BEYOND = 32_768;
/** The ports of a process. Its first tells others that they are taken, as long as this process lasts. */
const BLOCK = 256;

let block: Promise<number> | undefined;
let handedOut = 0;

/**
 * As many different ports as asked for, each free on the loopback interface at this moment. No other process that asks
 * here is given them, and this one not before all others of its block.
 */
export async function freePorts(count: number): Promise<readonly number[]> {
  const first = await (block ??= ownBlock());
  const ports = new Set<number>();
  for (let tries = 1; ports.size < count; tries += 1) {
    if (tries >= BLOCK) throw new Error(`Of the ports from ${first}, fewer than ${count} are free.`);
    const port = first + 1 + (handedOut % (BLOCK - 1));
    handedOut += 1;
    // oxlint-disable-next-line no-await-in-loop -- the outcome decides whether to try another one
    const server = await listening(port);
    // oxlint-disable-next-line no-await-in-loop -- as above
    if (server !== undefined) await once(server.close(), 'close');
    if (server !== undefined) ports.add(port);
  }
  return [...ports];
}

/** The first port of a block that no other process has. */
async function ownBlock(): Promise<number> {
  for (let first = LOWEST; first + BLOCK <= BEYOND; first += BLOCK) {
    // oxlint-disable-next-line no-await-in-loop -- the outcome decides whether to try another one
    const server = await listening(first);
    if (server === undefined) continue;
    server.unref();
    return first;
  }
  throw new Error(`Other processes have all blocks of ports from ${LOWEST} to ${BEYOND}.`);
}

/** `undefined` if the port is taken. */
async function listening(port: number): Promise<Server | undefined> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return server;
  } catch {
    return undefined;
  }
}
