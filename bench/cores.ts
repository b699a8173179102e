import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Which core is whose; `undefined` where processes cannot be bound to cores. */
export interface Cores {
  readonly server: number | undefined;
  readonly client: number | undefined;
  /** For the report: a sentence. */
  readonly sentence: string;
}

/** Takes two cores, one for the servers and one for this process, and binds this process to its own. */
export function takeCores(): Cores {
  const [server, client] = allowedCores();
  if (server === undefined || client === undefined) return unbound('there are no two cores to be had');
  try {
    execFileSync('taskset', ['-a', '-c', '-p', String(client), String(process.pid)], { stdio: 'ignore' });
  } catch {
    return unbound('there is no taskset');
  }
  return { server, client, sentence: `The servers run on core ${server}, the client on core ${client}.` };
}

/** The command line that runs a program on a core. */
export function onCore(core: number | undefined, command: readonly string[]): readonly string[] {
  return core === undefined ? command : ['taskset', '-c', String(core), ...command];
}

function unbound(why: string): Cores {
  return {
    server: undefined,
    client: undefined,
    sentence: `Server and client may share a core, since ${why}: the ratios below are not those of a core each.`,
  };
}

/** The first two cores that this process may use. */
function allowedCores(): readonly number[] {
  const status = readable('/proc/self/status');
  const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(status)?.[1] ?? '';
  return list
    .split(',')
    .filter((range) => range !== '')
    .flatMap((range) => {
      const [first = 0, last = first] = range.split('-').map(Number);
      return Array.from({ length: last - first + 1 }, (_, index) => first + index);
    })
    .slice(0, 2);
}

function readable(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
