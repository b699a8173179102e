import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { goBuild } from '../go-build.ts';
import { projectRoot } from '../project-root.ts';

/** What the attacker is told to do (attacker/main.go says what each field means). */
export interface Plan {
  readonly port: number;
  /** Addresses of loopback. */
  readonly from: readonly string[];
  readonly tls: 'none' | 'half' | 'full';
  readonly connections: number;
  readonly perSecond: number;
  readonly again?: boolean;
  readonly seconds: number;
  readonly scripts: readonly (readonly Step[])[];
  readonly then: 'hold' | 'close' | 'repeat';
}

export interface Step {
  readonly afterMs?: number;
  readonly text?: string;
  readonly times?: number;
  readonly everyMs?: number;
  readonly piece?: number;
  readonly answer?: boolean;
  readonly meet?: number;
}

/** What became of an attack. */
export interface Counts {
  readonly opened: number;
  readonly failed: number;
  readonly most: number;
  readonly closedByPeer: number;
  readonly longestMs: number;
  readonly answers: Readonly<Record<string, number>>;
}

/** An attack that goes on. */
export interface RunningAttack {
  /** Resolves once each connection was opened once. */
  readonly ready: Promise<unknown>;
  /** Ends it, or waits until it has come to its end where nothing is done again. */
  end(): Promise<Counts>;
}

/** Builds the attacker. @returns its path, absolute. @throws Error without Go. */
export async function buildAttacker(): Promise<string> {
  const folder = join(projectRoot, '.cluster', 'bin');
  await mkdir(folder, { recursive: true });
  const output = join(folder, 'attacker');
  await goBuild({ module: join(projectRoot, 'test', 'faults', 'attacker'), package: '.', output });
  return output;
}

/** It ends with this process, at the latest. @param attacker its path */
export function startAttack(attacker: string, plan: Plan): RunningAttack {
  const child = spawn(attacker, { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.on('error', () => {}); // it has ended by itself
  child.stdin.write(`${JSON.stringify(plan)}\n`);
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => (text += part));
  const ready = once(child.stdout, 'data');
  const ended = once(child, 'close').then(([code]) => {
    if (code !== 0) throw new Error(`The attacker ended with ${code}.`);
    return JSON.parse(text.trimEnd().split('\n').at(-1) ?? '') as Counts;
  });
  ended.catch(() => {}); // told by what waits
  return {
    ready: Promise.race([ready, ended]),
    end: async () => {
      if (plan.again === true) child.stdin.end();
      return ended;
    },
  };
}
