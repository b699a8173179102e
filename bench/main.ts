import { cpus } from 'node:os';
import { makeCerts } from '../test/gate-process.ts';
import { measureBadChecks } from './bad-checks.ts';
import { boundsOf, type Bound } from './bounds.ts';
import { measureCheck } from './check-command.ts';
import { takeCores } from './cores.ts';
import { measureCustomRule } from './custom-rule.ts';
import { measureFirstSight } from './first-sight.ts';
import { measureGrowth } from './growth.ts';
import { measureMutation } from './mutation.ts';
import { parseOptions, type BenchOptions } from './options.ts';
import {
  badCheckLines,
  boundLines,
  checkLines,
  customRuleLines,
  firstSightLines,
  growthLines,
  mutationLines,
  scenarioTable,
} from './report.ts';
import { runScenario, SCENARIOS, type ScenarioResult } from './scenarios.ts';
import { startBareServer, startGate, type ServerOptions } from './server-process.ts';

// `npm run bench`: what the gate does in a second, beside what the least webhook does. README.md tells the rest.

async function measureServers(
  options: BenchOptions,
  { certsDir, core }: ServerOptions,
): Promise<readonly ScenarioResult[]> {
  const servers = { bare: await startBareServer({ certsDir, core }), gate: await startGate({ certsDir, core }) };
  try {
    const results: ScenarioResult[] = [];
    for (const scenario of SCENARIOS) results.push(await runScenario(scenario, servers, options));
    return results;
  } finally {
    await Promise.all([servers.bare.stop(), servers.gate.stop()]);
  }
}

const options = parseOptions(process.argv);
const cores = takeCores();
console.log(`Node ${process.version}, ${cpus()[0]?.model ?? 'an unknown processor'}. ${cores.sentence}`);
console.log(`${options.rounds} rounds of ${options.seconds} s a server and scenario, in turn; medians.\n`);

const certs = await makeCerts();
const server = { certsDir: certs.dir, core: cores.server };
const scenarios = await measureServers(options, server);
console.log(`${scenarioTable(scenarios)}\n`);
const customRule = await measureCustomRule(options, server);
console.log(`${customRuleLines(customRule).join('\n')}\n`);
const badChecks = await measureBadChecks(options, server);
console.log(`${badCheckLines(badChecks).join('\n')}\n`);
const mutation = await measureMutation(options, server);
console.log(`${mutationLines(mutation).join('\n')}\n`);
certs.remove();

const growth = await measureGrowth(options);
console.log(`${growthLines(growth).join('\n')}\n`);
const firstSight = await measureFirstSight(options);
console.log(`${firstSightLines(firstSight).join('\n')}\n`);
const check = await measureCheck(options);
console.log(`${checkLines(check).join('\n')}\n`);

const bounds: readonly Bound[] = boundsOf({ scenarios, customRule, badChecks, mutation, growth, firstSight, check });
console.log(boundLines(bounds).join('\n'));
if (options.bounds && bounds.some(({ holds }) => !holds)) process.exitCode = 1;
