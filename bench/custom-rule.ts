import { openLoad } from './load.ts';
import type { BenchOptions } from './options.ts';
import { residentMib } from './process-usage.ts';
import { newImages, reviewWithImages } from './reviews.ts';
import { writeRules } from './rules-folder.ts';
import { runScenario, type Pair, type ScenarioResult } from './scenarios.ts';
import { startGate, type ServerOptions } from './server-process.ts';

/** What custom rules cost a gate that runs. */
export interface CustomRuleCost {
  /** ImageGate with a custom rule that objects to nothing (`gate`) beside itself without one (`bare`), all on one core. */
  readonly scenarios: readonly ScenarioResult[];
  /** MiB that three rules add, with as much as they may remember. */
  readonly memory: number;
}

/** With these, what is remembered is full twice over. */
const REVIEWS = 200;
const IMAGES_A_REVIEW = 100;

export async function measureCustomRule(options: BenchOptions, server: ServerOptions): Promise<CustomRuleCost> {
  const scenarios = await besideItself(1, server, async (servers) => {
    const results: ScenarioResult[] = [];
    for (const concurrency of [1, 8]) {
      results.push(await runScenario({ verdict: 'allowed', concurrency }, servers, options));
    }
    return results;
  });
  const memory = await besideItself(3, server, async ({ bare, gate }) => {
    const reviews = Math.ceil(REVIEWS * Math.min(1, options.seconds));
    await sendNewImages(bare.port, reviews);
    await sendNewImages(gate.port, reviews);
    return residentMib(gate.pid) - residentMib(bare.pid);
  });
  return { scenarios, memory };
}

/** Does something with ImageGate with so many custom rules, beside itself without any. */
async function besideItself<T>(count: number, server: ServerOptions, body: (servers: Pair) => Promise<T>): Promise<T> {
  const rules = await writeRules(count);
  const servers = { bare: await startGate(server), gate: await startGate(server, { RULES_DIR: rules.folder }) };
  try {
    return await body(servers);
  } finally {
    await Promise.all([servers.bare.stop(), servers.gate.stop()]);
    await rules.remove();
  }
}

async function sendNewImages(port: number, reviews: number): Promise<void> {
  for (let count = 0; count < reviews; count += 1) {
    const review = reviewWithImages(newImages(IMAGES_A_REVIEW));
    // oxlint-disable-next-line no-await-in-loop -- one after the other, so that both gates have the same to do at once
    const load = await openLoad({ port, path: '/validate', review, allowed: true, concurrency: 1 });
    await load.run(0); // oxlint-disable-line no-await-in-loop
    load.close();
  }
}
