import type { AddressInfo, Server } from 'node:net';
import { MistakesError, messageOf } from '../mistake/mistake.ts';

/** What the kernel takes at most: where a thousand come at once, a probe should not have to knock again. */
const BACKLOG = 4096;

/**
 * Listens on all addresses.
 *
 * @param setting the variable that the port comes from, for the mistake
 * @returns the port, which differs from the wanted one where that is 0
 * @throws {MistakesError} when the port cannot be had.
 */
export async function listen(server: Server, port: number, setting: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error): void => reject(portUnavailable(setting, port, error));
    server.once('error', failed);
    server.listen({ port, backlog: BACKLOG }, () => {
      server.off('error', failed);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function portUnavailable(setting: string, port: number, error: Error): MistakesError {
  const code = 'code' in error ? error.code : undefined;
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: 'one that another process listens on',
    EACCES: 'one that this user may not listen on',
  };
  return new MistakesError([
    {
      code: 'port-unavailable',
      where: `${setting} ${port}`,
      expected: 'a port to listen on',
      found: reasons[String(code)] ?? messageOf(error),
      remedy: `Set ${setting} to another port, or end what listens there.`,
    },
  ]);
}
