import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AdmissionRequest } from '../../src/admission/admission-review.ts';
import { admissionRequest, admissionReview, podCreate } from '../admission-request.ts';
import { type GateProcess, startGateProcess } from '../gate-process.ts';
import { send } from '../gate/client.ts';
import { ruleText } from '../sandbox/custom-rules.ts';
import { until } from '../until.ts';

/** What a gate exposed and logged, as a process of its own. */
export interface RealRun {
  /** What was scraped before the first request, and after the last. */
  readonly scrapes: readonly [string, string];
  /** The lines of its log about reviews and mutations. */
  readonly reviews: readonly Readonly<Record<string, unknown>>[];
}

const POLICY = `
rules:
  blocked-tags: { action: warn }
  require-digest: { action: audit }
  registry-mirror: { action: rewrite, options: { mirrors: [{ registry: registry.k8s.io, mirror: k8s.example.com }] } }
exemptions:
  - { name: legacy, reason: Old., owner: shop, expires: 2099-01-01, rules: [registry-allowlist], namespaces: [legacy] }
profiles:
  prod: {}
`;

const ephemeral = { group: '', version: 'v1', kind: 'Pod' };
const unreadable = { spec: { containers: 'none' } };
const generated = {
  metadata: { generateName: 'web-', ownerReferences: [{ kind: 'ReplicaSet', name: 'web', controller: true }] },
  spec: { containers: [{ name: 'a', image: 'gcr.io/a:1' }] },
};

/** Requests with paths, of which each verdict but \`errored\` comes, and each field of the log. */
const REQUESTS: readonly (readonly [path: string, AdmissionRequest])[] = [
  ['/validate', podCreate({ a: 'nginx' }, { namespace: 'shop' })],
  ['/validate', podCreate({ a: 'gcr.io/a:latest' }, { namespace: 'shop' })],
  ['/validate', podCreate({ a: 'quay.io/a:1' }, { namespace: 'legacy' })],
  ['/validate', podCreate({ a: 'nginx' }, { dryRun: true })],
  ['/validate', admissionRequest({ name: '', object: generated })],
  ['/validate', admissionRequest({ kind: ephemeral, subResource: 'ephemeralcontainers', operation: 'UPDATE' })],
  ['/validate', admissionRequest({ object: unreadable })],
  ['/validate', admissionRequest({ kind: { group: 'example.com', version: 'v1', kind: 'Widget' } })],
  ['/validate', podCreate({ a: 'registry.k8s.io/pause:3.10' }, { namespace: 'shop' })],
  ['/validate/prod', podCreate({ a: 'gcr.io/a:1' })],
  ['/validate/lab', podCreate({ a: 'gcr.io/a:1' })],
];

/** A pod that is rewritten, by the mutating webhook. */
const MUTATION = podCreate({ a: 'registry.k8s.io/pause:3.10' });

/** Starts a gate with a policy and a rule of its own, sends it all kinds of requests, and ends it. */
export async function realRun(): Promise<RealRun> {
  const folder = await mkdtemp(join(tmpdir(), 'imagegate-test-'));
  await writeFile(join(folder, 'policy.yaml'), POLICY);
  await writeFile(join(folder, 'own-rule.mjs'), ruleText('own-rule', 'return [];'));
  const gate = await startGateProcess({ env: { POLICY_DIR: folder, RULES_DIR: folder } });
  try {
    const before = await scrape(gate);
    for (const [path, request] of REQUESTS) {
      // oxlint-disable-next-line no-await-in-loop -- in their order
      await send(gate, { path, body: JSON.stringify(admissionReview(request)) });
    }
    await send(gate, { path: '/mutate/prod', body: JSON.stringify(admissionReview(MUTATION)) });
    await send(gate, { path: '/nowhere' });
    const judged = `imagegate_review_duration_seconds_count ${REQUESTS.length}\n`;
    const counted = async () => {
      const text = await scrape(gate);
      return text.includes(judged) && text.includes('imagegate_bad_requests_total{status="404"} 1') && text;
    };
    const after = await until(counted, 'all requests to be counted');
    await gate.stop();
    return {
      scrapes: [before, after],
      reviews: gate.lines().filter(({ msg }) => msg === 'review' || msg === 'mutation'),
    };
  } finally {
    await gate.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function scrape({ opsPort }: GateProcess): Promise<string> {
  const answer = await fetch(`http://localhost:${opsPort}/metrics`);
  return answer.text();
}

/** The samples of a scrape: series, as Prometheus writes them, and values. */
export function samplesOf(text: string): ReadonlyMap<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  );
}
