import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/** The CPU time that a process has used, in seconds. */
export function cpuSeconds(pid: number): number {
  if (process.platform !== 'linux') return psCpuSeconds(pid);
  // After the name, which is in parentheses and may hold anything: utime and stime, in ticks of 10 ms (proc(5)).
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/**
 * How much of a processor the main thread of a process gets from here on, of the time in which it wants one: 1 on a machine
 * with nothing else to do, or where the system does not tell (`schedstat` is Linux').
 */
export function processorShare(pid: number): () => number {
  const [ranBefore, waitedBefore] = scheduled(pid);
  return () => {
    const [ranNow, waitedNow] = scheduled(pid);
    const [ran, waited] = [ranNow - ranBefore, waitedNow - waitedBefore];
    return ran + waited === 0 ? 1 : ran / (ran + waited);
  };
}

/** How long a thread ran, and how long it waited for a processor, in nanoseconds. */
function scheduled(pid: number): readonly [ran: number, waited: number] {
  const file = `/proc/${pid}/schedstat`;
  if (!existsSync(file)) return [0, 0];
  const [ran, waited] = readFileSync(file, 'utf8').split(' ');
  return [Number(ran), Number(waited)];
}

/** The memory that a process has in RAM, in MiB. */
export function residentMib(pid: number): number {
  return process.platform === 'linux' ? statusMib(pid, 'VmRSS') : psResidentMib(pid);
}

/** The most memory that a process has ever had in RAM, in MiB; `NaN` where the system does not tell. */
export function peakResidentMib(pid: number): number {
  return process.platform === 'linux' ? statusMib(pid, 'VmHWM') : Number.NaN;
}

function statusMib(pid: number, field: string): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`^${field}:\\s*(\\d+) kB$`, 'm').exec(status)?.[1]) / 1024;
}

/** `[[hours:]minutes:]seconds` of ps. */
function psCpuSeconds(pid: number): number {
  return ps(pid, 'time')
    .split(':')
    .reduce((seconds, part) => seconds * 60 + Number(part), 0);
}

function psResidentMib(pid: number): number {
  return Number(ps(pid, 'rss')) / 1024;
}

function ps(pid: number, column: string): string {
  return execFileSync('ps', ['-o', `${column}=`, '-p', String(pid)], { encoding: 'utf8' }).trim();
}
