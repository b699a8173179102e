import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/*
 * Below the ports that Linux (from 32768) and macOS (from 49152) hand out by themselves: between the moment when we
 * have found a port free and the moment when its server listens, no outgoing connection can be given it.
 */
const lowest = 20_000;
const beyond = 32_768;

/** As many different ports as asked for, each free on the loopback interface at this moment. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = randomInt(lowest, beyond);
    // oxlint-disable-next-line no-await-in-loop -- the outcome decides whether to try another one
    if (!ports.has(port) && (await isFree(port))) ports.add(port);
  }
  return [...ports];
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    server.close();
    await once(server, 'close');
    return true;
  } catch {
    return false;
  }
}
