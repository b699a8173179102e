import type { GatePod } from '../../cluster/gate-pod.ts';
import { metric } from '../../e2e/metric.ts';
import { until } from '../../until.ts';
import type { Fault } from '../fault.ts';
import { expectNoFailure, type Outcome } from '../load.ts';
import type { World } from '../world.ts';

/** A policy that was mounted, on the clock of `performance.now()`. */
interface Version {
  readonly mountedAt: number;
  /** When no gate used it any more: all have told that they use the next. */
  retiredAt: number;
}

/** What makes a policy one that cannot be used, in turn; none of the first. */
const mistakes: readonly Readonly<Record<string, string>>[] = [
  {},
  { RULE_BLOCKED_TAG: 'deny' },
  {},
  { DISABLE_EMPTY_TAG: 'perhaps' },
  {},
  { 'policy.yaml': 'rules: [' },
  {},
  { 'rule.js': 'export default {' },
];

/** The number is in two sentences of a denial, so that one by two policies is told from one by either. */
const policy = (number: number): Readonly<Record<string, string>> => ({
  ALLOWED_REGISTRIES: `docker.io,r${number}.example`,
  BLOCKED_TAGS: `latest,v${number}`,
});

export const policyReloads: Fault = {
  name: 'policy reloads, good and bad',
  passesWhen: 'every verdict by the old or the new set',
  deadlineSeconds: (long) => (long ? 7200 : 300),
  run: async ({ long, createWorld }) => {
    const images = { good: 'docker.io/nginx:1', bad: 'quay.io/nginx:latest' };
    const world = await createWorld({ name: 'policy', images, timeoutSeconds: 20 });
    const versions = new Map<number, Version>();
    const reloads = long ? 1000 : 40;
    const mount = mounts(world);
    await mount(policy(0), 'success');
    versions.set(0, { mountedAt: 0, retiredAt: Infinity });
    const load = world.load(20);
    let current = 0;
    for (let number = 1; number <= reloads; number += 1) {
      const mistake = mistakes[number % mistakes.length] ?? {};
      const isGood = Object.keys(mistake).length === 0;
      if (isGood) versions.set(number, { mountedAt: performance.now(), retiredAt: Infinity });
      await mount({ ...policy(number), ...mistake }, isGood ? 'success' : 'failure');
      if (isGood) {
        versions.get(current)!.retiredAt = performance.now();
        current = number;
      }
    }
    const outcomes = await load.stop();
    expectNoFailure(outcomes);
    for (const outcome of outcomes) if (outcome.pod === 'bad') expectOneOf(versions, outcome);
    return [
      ['reloads', reloads],
      ['of them good', versions.size - 1],
      ['creates', outcomes.length],
    ];
  },
};

/** Mounts policies as a kubelet does, in all gates; resolves when each has taken or refused the new one. */
function mounts({ gates }: World) {
  // What a gate has loaded at its start is a success, too.
  const expected = { success: 1, failure: 0 };
  return async (files: Readonly<Record<string, string>>, result: keyof typeof expected): Promise<void> => {
    expected[result] += 1;
    const isTaken = async (gate: GatePod): Promise<boolean> =>
      (await metric(gate, 'imagegate_ruleset_loads_total', { result })) >= expected[result];
    await Promise.all(
      gates.map(async (gate) => {
        await gate.mount('/app/rules.d', files);
        await until(() => isTaken(gate), `${result} of the policy ${JSON.stringify(files)}`);
      }),
    );
  };
}

/** @throws Error unless it was denied by one policy, which was in use somewhere while it was judged. */
function expectOneOf(versions: ReadonlyMap<number, Version>, { text, sent, latencyMs }: Outcome): void {
  const [, registries] = /r(\d+)\.example are allowed/.exec(text) ?? [];
  const [, tags] = /latest,v(\d+)" are prohibited/.exec(text) ?? [];
  const version = versions.get(Number(tags));
  if (
    version !== undefined &&
    registries === tags &&
    version.mountedAt <= sent + latencyMs &&
    sent <= version.retiredAt
  )
    return;
  throw new Error(`A pod was judged by a policy that was not in use, or by two: ${text}`);
}
