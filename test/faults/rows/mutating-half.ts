import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { GatePod } from '../../cluster/gate-pod.ts';
import { until } from '../../until.ts';
import type { Fault, Figure, Lab } from '../fault.ts';
import { createsIn, type Creates, type Outcome } from '../load.ts';
import { startNonsense } from '../nonsense.ts';
import { startProxy, type Proxy } from '../proxy.ts';
import type { World } from '../world.ts';

const MIRROR = 'mirror.example.com/hub';
const POLICY = `
  ALLOWED_REGISTRIES: ${MIRROR}
  policy.yaml: |
    rules:
      registry-mirror:
        action: rewrite
        options: { mirrors: [{ registry: docker.io, mirror: ${MIRROR} }] }
`;
const REWRITTEN = `${MIRROR}/library/nginx:1`;
/** More than are on the way while nobody answers for five seconds. */
const maxSockets = 512;

/** A gate of its own that rewrites only, beside those that judge only. */
interface Half {
  readonly world: World;
  readonly gate: GatePod;
  /** Stands between it and the API server. */
  readonly proxy: Proxy;
}

/** How the half that rewrites is lost, for how long, and how it comes back. */
interface Loss {
  readonly name: string;
  readonly world: string;
  readonly lose: (half: Half) => Promise<Return>;
}

/** How it comes back. Returns the names of pods that it was asked about in vain, beside those that the audit log has. */
type Return = () => Promise<Iterable<string>>;

const nobody: readonly string[] = [];

const losses: readonly Loss[] = [
  {
    name: 'SIGKILL of what rewrites',
    world: 'rewrite-kill',
    lose: async ({ gate }) => {
      gate.signal('SIGKILL');
      await wait(3000);
      return async () => gate.start().then(() => nobody);
    },
  },
  {
    name: 'SIGSTOP of what rewrites, for 10 s',
    world: 'rewrite-stop',
    lose: async ({ gate }) => {
      gate.signal('SIGSTOP');
      await wait(10_000);
      return async () => {
        gate.signal('SIGCONT');
        return nobody;
      };
    },
  },
  {
    name: 'nonsense from what rewrites',
    world: 'rewrite-nonsense',
    lose: async ({ world, gate, proxy }) => {
      const [certificate, key] = await Promise.all(
        ['server.crt', 'server.key'].map(async (file) => readFile(join(world.deploy, file), 'utf8')),
      );
      const nonsense = await startNonsense({ certificate: certificate!, key: key! });
      proxy.add(nonsense.port);
      proxy.remove(gate.port);
      proxy.cut();
      await wait(5000);
      return async () => {
        proxy.add(gate.port);
        proxy.remove(nonsense.port);
        await nonsense.close();
        return nonsense.answered;
      };
    },
  },
];

export const mutatingHalf: readonly Fault[] = losses.map((loss) => ({
  name: loss.name,
  passesWhen: 'no pod un-rewritten; none lost but one whose own call to it failed',
  heavy: true,
  deadlineSeconds: (long) => (long ? 900 : 180),
  run: async (lab) => {
    const half = await startHalf(lab, loss.world);
    try {
      return await loseHalf(half, lab, loss);
    } finally {
      await half.proxy.close();
    }
  },
}));

async function startHalf({ createWorld }: Lab, name: string): Promise<Half> {
  const proxy = await startProxy();
  try {
    const world = await createWorld({
      name,
      timeoutSeconds: 20,
      images: { good: REWRITTEN, bad: `${MIRROR}/library/nginx:latest` },
      edit: async (deploy) => {
        const policy = join(deploy, 'policy', 'configmap.yaml');
        const shipped = await readFile(policy, 'utf8');
        await writeFile(policy, shipped.replace(/\n {2}ALLOWED_REGISTRIES: .*\n/, POLICY));
        const webhook = join(deploy, 'mutating-webhook.yaml');
        await writeFile(webhook, (await readFile(webhook, 'utf8')).replace(/(?<=^ {8}port: )\d+$/m, `${proxy.port}`));
      },
    });
    const gate = await world.startGate();
    proxy.add(gate.port);
    await world.apply('-f', 'mutating-webhook-with-ca.yaml');
    return { world, gate, proxy };
  } catch (error) {
    await proxy.close();
    throw error;
  }
}

async function loseHalf(half: Half, { long, cluster }: Lab, { lose }: Loss): Promise<readonly Figure[]> {
  const api = cluster.keepAliveApi(maxSockets);
  const { podNamespace } = half.world;
  const bad = 'docker.io/nginx:latest';
  const toRewrite = createsIn(api, podNamespace, { good: 'docker.io/nginx:1', bad }, 'r');
  // Names of its own, to be found in the audit log.
  const asItIs = createsIn(api, podNamespace, { good: REWRITTEN, bad }, 'y');
  await until(async () => (await toRewrite.burst(1, 'good'))[0]?.verdict === 'ok', 'the gate to be asked to rewrite');

  const kept: Outcome[] = [];
  const rewritten: Outcome[] = [];
  const inVain = new Set<string>();
  const times = long ? 10 : 1;
  for (let time = 0; time < times; time += 1) {
    // Fifty a second together: of three, two are to be rewritten, and one of those is bad.
    const loads = [toRewrite.load(34), asItIs.load(16, 'good')] as const;
    await wait(2000);
    const comeBack = await lose(half);
    for (const name of await comeBack()) inVain.add(name);
    await wait(2000);
    const [first, second] = await Promise.all(loads.map(async ({ stop }) => stop()));
    rewritten.push(...first!);
    kept.push(...second!);
    await isWhole(toRewrite, asItIs);
  }
  for (const name of await failedCalls(cluster.auditLog, podNamespace)) inVain.add(name);
  return judge({ kept, rewritten, inVain });
}

/** @throws Error if anything is lost while nothing is wrong. */
async function isWhole(...creates: readonly Creates[]): Promise<void> {
  for (const { burst } of creates) {
    const lost = (await burst(20, 'good')).filter(({ verdict, image }) => verdict !== 'ok' || image !== REWRITTEN);
    if (lost.length > 0) throw new Error(`${lost.length} of 20 pods were lost afterwards: ${lost[0]!.text}`);
  }
}

/** The names of the pods for which the API server did without an answer, by its audit log. */
async function failedCalls(auditLog: string, namespace: string): Promise<readonly string[]> {
  const lines = (await readFile(auditLog, 'utf8')).split('\n').filter((line) => line.includes('"failed-open.mutati'));
  const events = lines.map((line) => JSON.parse(line) as { readonly objectRef: { namespace: string; name: string } });
  return events.filter(({ objectRef: of }) => of.namespace === namespace).map(({ objectRef: of }) => of.name);
}

interface Found {
  readonly kept: readonly Outcome[];
  readonly rewritten: readonly Outcome[];
  readonly inVain: ReadonlySet<string>;
}

/** @throws Error with all that did not hold. */
function judge({ kept, rewritten, inVain }: Found): readonly Figure[] {
  const admitted = [...kept, ...rewritten].filter(({ verdict }) => verdict === 'ok');
  const lost = rewritten.filter(({ pod, verdict }) => pod === 'good' && verdict !== 'ok');
  const wrong: Readonly<Record<string, readonly Outcome[]>> = {
    'admitted as they were written': admitted.filter(({ image }) => image !== REWRITTEN),
    'bad, and admitted': admitted.filter(({ pod }) => pod === 'bad'),
    'failed, where they should be denied or admitted': [...kept, ...rewritten].filter(
      ({ verdict }) => verdict === 'failed',
    ),
    'lost, with nothing to rewrite': kept.filter(({ verdict }) => verdict !== 'ok'),
    'lost, though what rewrites was asked': lost.filter(({ name }) => !inVain.has(name)),
  };
  const told = Object.entries(wrong).flatMap(([what, outcomes]) =>
    outcomes.length === 0 ? [] : [`${outcomes.length} pods were ${what}, such as: ${outcomes[0]!.text}`],
  );
  if (told.length > 0) throw new Error(told.join('\n'));
  if (lost.length === 0) throw new Error('Not one pod met the loss: nothing was tried.');
  return [
    ['creates', kept.length + rewritten.length],
    ['lost to it', lost.length],
  ];
}
