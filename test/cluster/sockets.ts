import { readdir, readFile, readlink } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';

/** A socket that a process has open. */
export interface OpenSocket {
  /** Which of Linux's tables it is in, or `other`: netlink, packet, or one that was made and leads nowhere yet. */
  readonly type: (typeof tables)[number] | 'other';
  readonly localPort: number;
  /** 0 where it leads nowhere. */
  readonly remotePort: number;
  readonly listens: boolean;
}

const tables = ['tcp', 'tcp6', 'udp', 'udp6', 'udplite', 'udplite6', 'raw', 'raw6', 'icmp', 'icmp6', 'unix'] as const;
const LISTEN = '0A';
/** Looks at what no table has: one that the other side has just reset is in none, and closed a moment later. */
const looks = 5;

/** The sockets that a process has open at this moment, from /proc: Linux only. */
export async function openSockets(pid: number): Promise<readonly OpenSocket[]> {
  const known: OpenSocket[] = [];
  let unknown = await inodesOf(pid);
  for (let look = 1; ; look += 1) {
    const listed = new Map((await Promise.all(tables.map(async (table) => readTable(pid, table)))).flat());
    const still = await inodesOf(pid);
    known.push(...[...unknown].flatMap((inode) => listed.get(inode) ?? []));
    unknown = new Set([...unknown].filter((inode) => !listed.has(inode) && still.has(inode)));
    if (unknown.size === 0 || look === looks) break;
    await wait(20);
  }
  return [
    ...known,
    ...[...unknown].map(() => ({ type: 'other' as const, localPort: 0, remotePort: 0, listens: false })),
  ];
}

/** The sockets by which a process could have asked anybody: all that neither listen nor were accepted by those that do. */
export function notAccepted(sockets: readonly OpenSocket[]): readonly OpenSocket[] {
  const listening = new Set(sockets.filter(({ listens }) => listens).map(({ localPort }) => localPort));
  return sockets.filter(({ type, localPort }) => !type.startsWith('tcp') || !listening.has(localPort));
}

async function inodesOf(pid: number): Promise<ReadonlySet<string>> {
  const folder = `/proc/${pid}/fd`;
  // A descriptor may be closed before it is read.
  const targets = (await readdir(folder)).map(async (fd) => readlink(`${folder}/${fd}`).catch(() => ''));
  return new Set((await Promise.all(targets)).flatMap((target) => /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? []));
}

/** By inode. @see proc_pid_net(5): of unix sockets the inode is the seventh field, of all others the tenth. */
async function readTable(pid: number, type: (typeof tables)[number]): Promise<[string, OpenSocket][]> {
  // Where the kernel has no such protocol, there is no table.
  const text = await readFile(`/proc/${pid}/net/${type}`, 'utf8').catch(() => '');
  const rows = text.split('\n').slice(1, -1);
  return rows.map((row) => {
    const fields = row.trim().split(/\s+/);
    if (type === 'unix') return [fields[6] ?? '', { type, localPort: 0, remotePort: 0, listens: false }];
    const [, local, remote, state] = fields;
    const listens = type.startsWith('tcp') && state === LISTEN;
    return [fields[9] ?? '', { type, localPort: portOf(local), remotePort: portOf(remote), listens }];
  });
}

/** `0100007F:1F90` is 127.0.0.1:8080. */
function portOf(address = ''): number {
  return Number.parseInt(address.slice(address.lastIndexOf(':') + 1), 16);
}
