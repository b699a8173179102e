import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startComponents } from '../../cluster/components.ts';
import { createGatePod, type GatePod } from '../../cluster/gate-pod.ts';
import type { Fault } from '../fault.ts';
import { expectNoFailure } from '../load.ts';
import { span } from '../span.ts';
import { buildThrottle, type Throttled } from '../throttle.ts';

/** A tenth of a CPU, on each core that its threads are on; beyond that, it was not stopped. */
const mostCpus = 0.3;
/** In clock ticks: /proc counts in hundredths of a second, whatever the kernel's own. */
const ticksPerSecond = 100;
/** Asked for when it is ready, and still has a tenth of a CPU. */
const creates = 10;

const rules = ['first', 'second', 'third'].map((name) => `${name}-rule`);
const ruleText = (name: string): string => `export default {
  meta: { name: '${name}', description: 'Objects to nothing.' },
  check() {},
};
`;

/** The gate starts, with rules of somebody's own, on a node that is busy; `start` waits 30 s at most (createGatePod). */
export const throttledStart: Fault = {
  name: 'a tenth of a CPU: the gate starts with three rules',
  passesWhen: 'ready within 30 s, and then right verdicts',
  run: async ({ long, cluster, createWorld }) => {
    const throttle = await buildThrottle();
    const world = await createWorld({ name: 'throttled', gates: 1 });
    const data = Object.fromEntries(rules.map((name) => [`${name}.js`, ruleText(name)]));
    const metadata = { name: 'imagegate-webhook-rules', namespace: world.namespace };
    await cluster.apply(JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data }));
    const folder = await mkdtemp(join(tmpdir(), 'imagegate-throttled-'));
    const components = startComponents(folder);
    let throttled: Throttled | undefined;
    let began = 0;
    const gate = await createGatePod(cluster, components, folder, {
      namespace: world.namespace,
      onStart: (pid) => {
        began = performance.now();
        throttled = throttle(pid);
      },
    });
    world.gates.forEach(({ port }) => world.proxy.remove(port));
    world.proxy.cut();
    world.proxy.add(gate.port);
    const seconds: number[] = [];
    const cpus: number[] = [];
    try {
      for (let start = 1; start <= (long ? 5 : 1); start += 1) {
        await gate.start();
        const ready = (performance.now() - began) / 1000;
        const share = (await cpuSeconds(gate.pid)) / ready;
        if (share > mostCpus) throw new Error(`It was not throttled: it had ${share.toFixed(2)} CPUs.`);
        expectRules(gate);
        expectNoFailure(await world.paced(creates, 2));
        seconds.push(ready);
        cpus.push(share);
        await throttled?.end();
        await gate.stop();
      }
    } finally {
      await components.stop();
      await throttled?.end();
    }
    return [
      ['starts', seconds.length],
      ['rules of its own', rules.length],
      ['ready after', span(seconds, 1, ' s')],
      ['CPUs that it had', span(cpus, 2)],
    ];
  },
};

function expectRules(gate: GatePod): void {
  const loaded = gate.log().find(({ msg }) => msg === 'Listening.')?.['rules'] as readonly string[] | undefined;
  if (!rules.every((name) => loaded?.includes(name) === true))
    throw new Error(`It should have loaded ${rules.join(', ')}, and has ${String(loaded)}.`);
}

/** What a process has used so far: user and system time, fields 14 and 15 of its stat (proc_pid_stat(5)). */
async function cpuSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The second field is a name in parentheses, which may have anything in it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}
