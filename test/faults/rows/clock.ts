import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GatePod } from '../../cluster/gate-pod.ts';
import { until } from '../../until.ts';
import type { Fault } from '../fault.ts';
import { expectNoFailure, type Load } from '../load.ts';

const hourMs = 3_600_000;
/** How far the clock may be from where it was set: an answer has it in whole seconds, and may come late. */
const toleranceMs = 30_000;
const perSecond = 20;
/** How many reviews are judged by each clock. */
const enough = 40;

/** The clock of all gates is set by a file, so that it is off when they start, and jumps while they judge. */
export const clockOff: Fault = {
  name: "the gate's own clock an hour off, either way",
  passesWhen: 'every verdict is right, from the start and when the clock jumps',
  run: async ({ long, createWorld }) => {
    const library = await libfaketime();
    const folder = await mkdtemp(join(tmpdir(), 'imagegate-clock-'));
    const file = join(folder, 'offset');
    const setClock = async (hours: number): Promise<void> => writeFile(file, `${hours < 0 ? '' : '+'}${hours}h\n`);
    try {
      let creates = 0;
      const starts = long ? [1, -1, 1, -1, 1, -1] : [1, -1];
      for (const [index, hours] of starts.entries()) {
        await setClock(hours);
        const machineEnv = {
          LD_PRELOAD: library,
          FAKETIME_TIMESTAMP_FILE: file,
          FAKETIME_CACHE_DURATION: '1',
          // A machine whose clock is wrong or set right still measures time as it passes.
          FAKETIME_DONT_FAKE_MONOTONIC: '1',
          NO_FAKE_STAT: '1',
        };
        const world = await createWorld({ name: `clock${index}`, machineEnv });
        const load = world.load(perSecond);
        try {
          await judged(load, world.gates, hours);
          await setClock(-hours);
          await judged(load, world.gates, -hours);
        } finally {
          await load.stop();
        }
        expectNoFailure(load.outcomes);
        creates += load.outcomes.length;
      }
      return [
        ['starts and jumps', starts.length],
        ['creates', creates],
      ];
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

/** Until each gate's clock is off by so much, and enough has been judged by it. */
async function judged(load: Load, gates: readonly GatePod[], hours: number): Promise<void> {
  let off: readonly number[] = [];
  const isOff = async (): Promise<boolean> => {
    off = await Promise.all(gates.map(offMs));
    return off.every((ms) => Math.abs(ms - hours * hourMs) < toleranceMs);
  };
  await until(isOff, () => `the clocks to be ${hours} h off. They are off by ${off.join(' and ')} ms`);
  const before = load.outcomes.length;
  await until(() => load.outcomes.length >= before + enough, `${enough} answers`);
}

/** How far a gate's clock is from ours, by a probe's answer: the API server may send all reviews to the other gate. */
async function offMs({ opsPort }: GatePod): Promise<number> {
  const { headers } = await fetch(`http://127.0.0.1:${opsPort}/livez`);
  return Date.parse(headers.get('date') ?? '') - Date.now();
}

/** The library of the package libfaketime, for programs of several threads. @throws Error that says how to get it. */
async function libfaketime(): Promise<string> {
  const parents = ['/usr/lib', '/usr/lib64', '/usr/local/lib'];
  const folders = await Promise.all(
    parents.map(async (parent) => {
      const names = await readdir(parent).catch(() => []);
      return [parent, ...names.map((name) => join(parent, name))];
    }),
  );
  const paths = folders.flat().map((folder) => join(folder, 'faketime', 'libfaketimeMT.so.1'));
  const found = paths.find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new Error('The clock cannot be set without libfaketime: apt-get install libfaketime.');
}
