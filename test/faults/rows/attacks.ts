import { peakResidentMib } from '../../../bench/process-usage.ts';
import { messageOf } from '../../../src/mistake/mistake.ts';
import type { LogLine } from '../../cluster/gate-component.ts';
import type { GatePod } from '../../cluster/gate-pod.ts';
import { until } from '../../until.ts';
import { buildAttacker } from '../attacker.ts';
import { attackKinds, type Attack } from '../attack-kinds.ts';
import { startDecoy, type Victim } from '../decoy.ts';
import type { Fault, Figure } from '../fault.ts';
import { inThePod, MEMORY_MIB } from '../in-the-pod.ts';
import { failures, wrong } from '../load.ts';
import { besiege, type Siege } from '../siege.ts';
import type { World } from '../world.ts';
import { largeReviews } from './large-reviews.ts';

type Sources = Readonly<Record<string, readonly string[]>>;
type Kinds = Readonly<Record<string, Attack>>;

const addresses = Array.from({ length: 9 }, (_, index) => `127.0.0.${index + 1}`);
/** Whose share of the gate is used up. */
const each: Sources = {
  'one address': addresses.slice(1, 2),
  'eight addresses': addresses.slice(1),
  "the API server's address": addresses.slice(0, 1),
};
/** Where shares do not matter, in CI all of them at once will do. */
const together: Sources = { 'all addresses': addresses };

/**
 * By how much an attack may raise the 99th percentile beyond what it costs the machine, in milliseconds, where the gate has a
 * processor of its own: one that gets half of it takes twice as long for the same work.
 */
const MOST_MS = 100;
/** Of a gate's log, apart from the lines of reviews: so many, and so many more each second. */
const MOST_LINES = { atOnce: 30, perSecond: 10 };
/** So often it is measured once more. */
const MOST_AGAIN = 4;
/** After which an attack's backlog is over. */
const RECOVERY_MS = 30_000;

interface RowOptions {
  readonly name: string;
  readonly kinds: keyof typeof attackKinds;
  /** Those of CI. */
  readonly sources: Sources;
  /** How many creates a second while a gate is attacked. Default: 100. */
  readonly perSecond?: number;
  /** How many creates of large pods beside. */
  readonly large?: number;
}

function row({ name, kinds, sources, perSecond = Infinity, large = 0 }: RowOptions): Fault {
  return {
    name,
    passesWhen: `0 creates fail; p99 at most ${MOST_MS} ms above that of the same attack on another process`,
    heavy: true,
    deadlineSeconds: (long) => (long ? 3600 : 240),
    run: async ({ long, createWorld }) => {
      const [attacker, decoy] = await Promise.all([buildAttacker(), startDecoy()]);
      try {
        // With a gate beside the one that is attacked, half of the creates would not meet the attack.
        const world = await createWorld({ name: `attack-${kinds}`, gates: 1, env: inThePod });
        const size = long ? { creates: 1000, perSecond: 50, large } : { creates: 200, perSecond: 100, large };
        const lay: Lay = async (attack, victim, from) => {
          await until(async () => isAnswering(world), 'the gate to answer again', RECOVERY_MS);
          const createsPerSecond = victim === decoy ? size.perSecond : Math.min(size.perSecond, perSecond);
          return besiege({ world, attacker, attack, victim, from, ...size, perSecond: createsPerSecond });
        };
        return await attackAll(world.gates[0] as GatePod, decoy, attackKinds[kinds], long ? each : sources, lay);
      } finally {
        decoy.end();
      }
    },
  };
}

type Lay = (attack: Attack, victim: Victim, from: readonly string[]) => Promise<Siege>;

async function isAnswering(world: World): Promise<boolean> {
  return failures(await world.burst(1)).length === 0;
}

/** Tries each kind from each source. @throws Error with all that did not hold. */
async function attackAll(
  gate: GatePod,
  decoy: Victim,
  kinds: Kinds,
  sources: Sources,
  lay: Lay,
): Promise<readonly Figure[]> {
  const problems: string[] = [];
  const sieges: Siege[] = [];
  const above: number[] = [];
  let ended: string | undefined;
  void gate.end.then((how) => (ended = how));
  const attackOne = async (kind: string, attack: Attack): Promise<void> => {
    const layDecoy = async (): Promise<Siege> => lay(attack, decoy, addresses.slice(1, 2));
    let other = await layDecoy();
    for (const [source, from] of Object.entries(sources)) {
      let told = gate.log().length;
      let siege = await lay(attack, gate, from);
      for (let again = 0; again < MOST_AGAIN && isOnlySlow(siege, other); again += 1) {
        // The machine may have been busy with something else: once more, one right after the other.
        other = await layDecoy();
        told = gate.log().length;
        siege = await lay(attack, gate, from);
      }
      sieges.push(siege);
      above.push(siege.p99 - other.p99);
      const harm = harmOf(attack, siege, other, gate.log().slice(told));
      problems.push(...harm.map((what) => `${kind}, from ${source}: ${what}`));
    }
  };
  try {
    for (const [kind, attack] of Object.entries(kinds)) await attackOne(kind, attack);
    if (peakResidentMib(gate.pid) > MEMORY_MIB) problems.push('It took more memory than it has.');
  } catch (error) {
    // Where it has ended, that is the reason.
    problems.push(ended === undefined ? messageOf(error) : `The process ended with ${ended}.`);
  }
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return [
    ['creates', sieges.reduce((sum, { outcomes }) => sum + outcomes.length, 0)],
    ['connections', sieges.flatMap(({ counts }) => counts).reduce((sum, { opened }) => sum + opened, 0)],
    ['p99 above (ms)', Math.max(...above).toFixed(0)],
    ['least share of a processor', Math.min(...sieges.map(({ share }) => share)).toFixed(2)],
    ['memory (MiB)', peakResidentMib(gate.pid).toFixed(0)],
  ];
}

function isOnlySlow(siege: Siege, other: Siege): boolean {
  return isSlow(siege, other) && failures(siege.outcomes).length === 0;
}

function isSlow(siege: Siege, other: Siege): boolean {
  return siege.p99 - other.p99 > lateMs(siege);
}

/** How late the gate may be, by the processor it gets. */
function lateMs({ share }: Siege): number {
  return MOST_MS / share;
}

/** What did not hold. */
function harmOf(attack: Attack, siege: Siege, other: Siege, lines: readonly LogLine[]): string[] {
  const failed = [...failures(siege.outcomes), ...wrong(siege.outcomes)];
  const lost = failures(other.outcomes).length;
  const ours = siege.counts.flatMap(({ answers }) => Object.keys(answers)).filter((status) => Number(status) >= 500);
  const stayed = siege.counts.filter(
    ({ longestMs }, index) => longestMs > attack[index]!.goneMs + lateMs(siege) - MOST_MS,
  );
  const errors = lines.filter(({ level }) => level === 'error' || level === 'fatal');
  const told = lines.filter(({ msg }) => msg !== 'review').length;
  const { atOnce, perSecond } = MOST_LINES;
  return [
    lost > 0 && `${lost} creates failed while the decoy was attacked`,
    failed.length > 0 && `${failed.length} of ${siege.outcomes.length} creates failed: ${shown(failed[0]?.text)}`,
    isSlow(siege, other) &&
      `p99 ${siege.p99.toFixed(0)} ms, of the decoy's attack ${other.p99.toFixed(0)}, by ${siege.share.toFixed(2)} of a processor`,
    siege.probesLost > 0 && `${siege.probesLost} probes were not answered`,
    ours.length > 0 && `answered with ${ours.join(', ')}`,
    stayed.length > 0 && `a connection lived for ${Math.max(...stayed.map(({ longestMs }) => longestMs))} ms`,
    errors.length > 0 && `${errors.length} errors in the log: ${shown(JSON.stringify(errors[0]))}`,
    told > atOnce + perSecond * siege.seconds &&
      `${told} lines of log in ${siege.seconds.toFixed(0)} s, apart from reviews`,
  ].filter((what) => what !== false);
}

function shown(text = ''): string {
  return text.length > 300 ? `${text.slice(0, 150)} … ${text.slice(-150)}` : text;
}

/** Rows of what a stranger does. */
export const attacks: readonly Fault[] = [
  row({ name: 'two limits crossed at once', kinds: 'limits', sources: each }),
  row({ name: 'connections beyond the bound', kinds: 'connections', sources: each }),
  row({ name: 'connections to the ops port', kinds: 'ops', sources: each }),
  row({ name: 'pipelined requests', kinds: 'pipelines', sources: each }),
  row({ name: 'malformed and refused requests', kinds: 'malformed', sources: each }),
  row({ name: 'bodies that stop', kinds: 'bodies', sources: each, large: 40 }),
  row({ name: 'bodies at full speed and in small pieces', kinds: 'pieces', sources: together }),
  row({ name: '500 new connections a second', kinds: 'churn', sources: each }),
  row({ name: 'slow heads, half handshakes, silent connections', kinds: 'slow', sources: together, perSecond: 20 }),
  largeReviews,
];
