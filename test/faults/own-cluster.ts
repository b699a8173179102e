import { startCluster } from '../cluster/cluster.ts';
import { install, type Installation } from '../cluster/installation.ts';

let last: Promise<unknown> = Promise.resolve();
let users = 0;
let started: Promise<Installation> | undefined;

/**
 * Gives a row a cluster behind deploy/ as it is shipped, where it disturbs nobody: one for all such rows, which have it
 * one after another. It is started for the first of them, and stopped after the last.
 */
export async function inOwnCluster<T>(use: (installation: Installation) => Promise<T>): Promise<T> {
  users += 1;
  const turn = last.then(async () => use(await (started ??= start())));
  last = turn.then(release, release);
  return turn;
}

async function start(): Promise<Installation> {
  const cluster = await startCluster();
  try {
    const installation = await install(cluster);
    await installation.closeGate();
    return installation;
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

async function release(): Promise<void> {
  users -= 1;
  if (users > 0) return;
  const ended = started;
  started = undefined;
  const installation = await ended?.catch(() => undefined);
  await installation?.remove();
  await installation?.cluster.stop();
}
