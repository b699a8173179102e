// `npm run test:faults`: what goes wrong with a gate, and what a stranger may do to it, in front of a real API server.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { assetsOrExit } from '../cluster/assets-or-exit.ts';
import { startCluster } from '../cluster/cluster.ts';
import { projectRoot } from '../project-root.ts';
import { faults } from './faults.ts';
import { closingLines, faultTable, machine, resultLine } from './report.ts';
import { runFaults, type Result } from './run-faults.ts';
import { createWorld } from './world.ts';

const help = `npm run test:faults -- [--long] [--only NAME]...

  --long       the sizes that are measured by hand; writes the table to build/faults.md, for docs/reliability.md
  --only NAME  only the rows whose name has NAME in it
`;

const { values } = parseArgs({
  options: {
    long: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(help);
  process.exit(0);
}
const { long, only } = values;
const chosen = faults.filter(({ name }) => only === undefined || only.some((part) => name.includes(part)));
if (chosen.length === 0) {
  console.error(`No fault has ${only?.join(' or ')} in its name. There are:`);
  for (const { name } of faults) console.error(`  ${name}`);
  process.exit(1);
}

await assetsOrExit();
const began = performance.now();
const pauses = monitorEventLoopDelay();
pauses.enable();
/*
 * Beyond the deadlines of the rows there is one for all, in case one of those is in vain: the processes end with this
 * one (see startWatchdog).
 */
const bound = setTimeout(
  () => {
    console.error('The faults did not end in time.');
    process.exit(1);
  },
  (long ? 8 * 3600 : 1100) * 1000,
);
const cluster = await startCluster();
const onResult = (result: Result): void => console.log(resultLine(result));
const results = await runFaults(chosen, { long, cluster, onResult, makeWorld: createWorld });
await cluster.stop();
clearTimeout(bound);

const table = `${faultTable(results)}\n\n${machine(new Date(), pauses.max / 1e6)}\n`;
console.log(`\n${table}\n${closingLines(results, (performance.now() - began) / 1000)}`);
if (long) await writeFile(join(projectRoot, 'build', 'faults.md'), table);
// A row that has exceeded its deadline may still hold a timer or a connection.
process.exit(results.some(({ failure }) => failure !== undefined) ? 1 : 0);
