import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { text } from 'node:stream/consumers';
import { join } from 'node:path';
import { projectRoot } from '../test/project-root.ts';
import type { BenchOptions } from './options.ts';
import { median } from './quantile.ts';
import { writeRules } from './rules-folder.ts';

/** What `imagegate check` costs, in medians. */
export interface CheckCost {
  /** CPU time of checking one manifest, in milliseconds, above that of a Node that does nothing. */
  readonly start: number;
  /** Seconds of CPU time for the manifests, with three custom rules. */
  readonly seconds: number;
  /** The most MiB in RAM for as many manifests without custom rules, and for ten times as many. */
  readonly memory: number;
  readonly memoryOfTen: number;
}

/** How many manifests are checked. */
export const MANIFESTS = 1000;

const MAIN = join(projectRoot, 'build', 'src', 'main.js');

export async function measureCheck({ rounds }: Pick<BenchOptions, 'rounds'>): Promise<CheckCost> {
  const rules = await writeRules(3);
  const check = async (count: number, ...args: readonly string[]) =>
    run([MAIN, 'check', '-', '--namespace', 'production', ...args], manifests(count));
  const measured: Readonly<Record<'nothing' | 'one' | 'ruled' | 'many' | 'ten', Usage>>[] = [];
  try {
    // Processes differ less from each other than requests.
    for (let round = 0; round < rounds / 4; round += 1) {
      measured.push({
        nothing: await run(['-e', '0'], []),
        one: await check(1),
        ruled: await check(MANIFESTS, '--rules', rules.folder),
        many: await check(MANIFESTS),
        ten: await check(10 * MANIFESTS),
      });
    }
  } finally {
    await rules.remove();
  }
  return {
    start: median(measured.map(({ nothing, one }) => one.cpu - nothing.cpu)),
    seconds: median(measured.map(({ ruled }) => ruled.cpu)) / 1000,
    memory: median(measured.map(({ many }) => many.memory)),
    memoryOfTen: median(measured.map(({ ten }) => ten.memory)),
  };
}

/** A Deployment a document, each with an image that no other has, and with one that all have. */
function* manifests(count: number): Generator<string> {
  for (let index = 0; index < count; index += 1) {
    yield `apiVersion: apps/v1
kind: Deployment
metadata:
  name: app-${index}
  labels: { app.kubernetes.io/name: app, app.kubernetes.io/instance: "${index}" }
spec:
  replicas: 2
  selector: { matchLabels: { app: app-${index} } }
  template:
    metadata: { labels: { app: app-${index} } }
    spec:
      containers:
        - name: app # the one
          image: gcr.io/acme/app-${index}:1.2.${index}
          env: [{ name: PORT, value: "8080" }]
          resources: { requests: { cpu: 100m, memory: 128Mi } }
        - name: proxy
          image: docker.io/acme/proxy:1.4
---
`;
  }
}

interface Usage {
  /** User and system, in milliseconds. */
  readonly cpu: number;
  /** The most MiB in RAM. */
  readonly memory: number;
}

/** What a process tells of itself at its end, on stderr. */
const TELL = `data:text/javascript,process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  console.error(JSON.stringify([(user + system) / 1000, process.resourceUsage().maxRSS / 1024]));
});`;

/** @throws Error if something else than 0 is its exit code. */
async function run(args: readonly string[], input: Iterable<string>): Promise<Usage> {
  const child = spawn(process.execPath, ['--import', TELL, ...args], { stdio: ['pipe', 'ignore', 'pipe'] });
  const ended = once(child, 'exit') as Promise<[number | null]>;
  const [said] = await Promise.all([text(child.stderr), pipeline(Readable.from(input), child.stdin).catch(() => {})]);
  const [code] = await ended;
  if (code !== 0) throw new Error(`imagegate check ended with ${code}: ${said}`);
  const [cpu, memory] = JSON.parse(said) as [number, number];
  return { cpu, memory };
}
