import type { GatePod } from '../cluster/gate-pod.ts';

/** The sum of a metric's samples with these labels, at this moment. @throws Error if the gate does not answer. */
export async function metric(
  gate: GatePod,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): Promise<number> {
  const answer = await gate.ops('/metrics');
  if (answer?.status !== 200) throw new Error(`GET /metrics: ${answer?.status ?? 'no answer'}`);
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  const samples = answer.text
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
    .filter((line) => wanted.every((label) => line.includes(label)));
  return samples.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

/** How many reviews the gate has judged since its start. */
export async function reviews(gate: GatePod, labels: Readonly<Record<string, string>> = {}): Promise<number> {
  return metric(gate, 'imagegate_reviews_total', labels);
}

/**
 * How many reviews a part of a test makes; it has to use `--dry-run=server`, as nobody else does: controllers ask too.
 */
export async function reviewsOf(gate: GatePod, part: () => Promise<void>): Promise<number> {
  const before = await reviews(gate, { dry_run: 'true' });
  await part();
  return (await reviews(gate, { dry_run: 'true' })) - before;
}
