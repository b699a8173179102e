import { setTimeout as wait } from 'node:timers/promises';
import { ENDLESS } from '../test/sandbox/bad-checks.ts';
import { openLoad } from './load.ts';
import type { BenchOptions } from './options.ts';
import { median, quantile } from './quantile.ts';
import { allowedReview, reviewWithImages } from './reviews.ts';
import { writeRuleTexts } from './rules-folder.ts';
import { startGate, type ServerOptions } from './server-process.ts';

/** What requests for which a custom rule never comes to an end cost all others. */
export interface BadChecks {
  /** How many of them were sent, each of another image, and how many different ways not to end there are. */
  readonly sent: number;
  readonly kinds: number;
  /** The p99 of the others, in milliseconds, without them and beside them: the medians of the rounds. */
  readonly without: number;
  readonly beside: number;
}

const PER_SECOND = 20;
const CONCURRENCY = 8;
const BODIES = Object.values(ENDLESS).flat();

/** One rule has all of them, by the image's tag: `e7-1234` is the seventh. */
const RULE = `const all = [${BODIES.map((body) => `(image, context) => { ${body} }`).join(', ')}]; export default {
  meta: { name: 'bad', description: 'Never ends.' },
  check(image, options, context) {
    const kind = /^e(\\d+)-/.exec(image.tag ?? '');
    if (kind !== null) return all[Number(kind[1])](image, context);
  },
};`;

export async function measureBadChecks({ rounds, seconds }: BenchOptions, server: ServerOptions): Promise<BadChecks> {
  const rules = await writeRuleTexts({ bad: RULE });
  const gate = await startGate(server, { RULES_DIR: rules.folder });
  const others = await openLoad({
    port: gate.port,
    path: '/validate',
    review: allowedReview(),
    allowed: true,
    concurrency: CONCURRENCY,
  });
  const p99s: { readonly without: number[]; readonly beside: number[] } = { without: [], beside: [] };
  let sent = 0;
  const sendBad = async (end: number): Promise<void> => {
    for (; performance.now() < end; sent += 1) {
      const review = reviewWithImages([`docker.io/acme/web:e${sent % BODIES.length}-${sent}`]);
      const load = await openLoad({ port: gate.port, path: '/validate', review, allowed: false, concurrency: 1 });
      await load.run(0);
      load.close();
      await wait(1000 / PER_SECOND);
    }
  };
  try {
    // The first round of each warms up.
    for (let round = 0; round <= rounds; round += 1) {
      for (const name of ['without', 'beside'] as const) {
        const bad = name === 'beside' ? sendBad(performance.now() + seconds * 1000) : undefined;
        const { latencies } = await others.run(seconds);
        await bad;
        if (round > 0) p99s[name].push(quantile(latencies, 0.99));
      }
    }
  } finally {
    others.close();
    await gate.stop();
    await rules.remove();
  }
  return { sent, kinds: BODIES.length, without: median(p99s.without), beside: median(p99s.beside) };
}
