import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BenchOptions } from './options.ts';
import { runScenario, type ScenarioResult } from './scenarios.ts';
import { startGate, type ServerOptions } from './server-process.ts';

/** The least that a custom rule can be. */
const RULE = `export default { meta: { name: 'allow-all', description: 'Objects to nothing.' }, check() {} };\n`;

/** ImageGate with a custom rule (`gate` of the results) beside itself without one (`bare`), all on one core. */
export async function measureCustomRule(
  options: BenchOptions,
  server: ServerOptions,
): Promise<readonly ScenarioResult[]> {
  const rulesDir = await mkdtemp(join(tmpdir(), 'imagegate-bench-rules-'));
  await writeFile(join(rulesDir, 'allow-all.js'), RULE);
  const servers = { bare: await startGate(server), gate: await startGate(server, { RULES_DIR: rulesDir }) };
  try {
    const results: ScenarioResult[] = [];
    for (const concurrency of [1, 8]) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other is the point
      results.push(await runScenario({ verdict: 'allowed', concurrency }, servers, options));
    }
    return results;
  } finally {
    await Promise.all([servers.bare.stop(), servers.gate.stop()]);
    await rm(rulesDir, { recursive: true });
  }
}
