import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Cluster } from '../cluster/cluster.ts';
import { startComponents } from '../cluster/components.ts';
import { beforeTheGate, copyDeploy, pointAtLocalGate, runCertificates } from '../cluster/deploy-copy.ts';
import { createGatePod, type GatePod } from '../cluster/gate-pod.ts';
import { until } from '../until.ts';
import { createsIn, type Creates, type Images } from './load.ts';
import { startProxy, type Proxy } from './proxy.ts';

export interface WorldOptions {
  /** One word, of which its namespaces and its webhook are named; another for each world. */
  readonly name: string;
  /** How many gates are started, and are endpoints. Default: 2. */
  readonly gates?: number;
  /** Added to the environment of each gate. */
  readonly env?: Readonly<Record<string, string>>;
  /** The same, but a path is one of this machine. */
  readonly machineEnv?: Readonly<Record<string, string>>;
  /** Others than those that the shipped policy allows and denies. */
  readonly images?: Images;
  /**
   * How long the API server waits for an answer; as shipped, if nothing else is said. Where only what is lost counts, a
   * slow machine loses nothing then.
   */
  readonly timeoutSeconds?: number;
  /** Changes the copy of deploy/ before it is applied. @param folder absolute */
  readonly edit?: (folder: string) => Promise<void>;
}

/**
 * deploy/ once more in the same cluster: with a namespace, a Service and a webhook of its own, which asks about the
 * pods of one namespace only. So worlds don't disturb each other.
 */
export interface World extends Creates {
  /** Where the gate, its ConfigMaps and its Secret are. */
  readonly namespace: string;
  /** The one whose pods are judged, and where the creates happen. */
  readonly podNamespace: string;
  /** The copy of deploy/, absolute, with what certificates.sh has made. */
  readonly deploy: string;
  /** What stands between the API server and the gates. */
  readonly proxy: Proxy;
  /** All that were ever started. */
  readonly gates: readonly GatePod[];
  /** Starts one more, which is no endpoint yet. */
  readonly startGate: () => Promise<GatePod>;
  /**
   * Resets the connections to the gates, of which none may be in use, and gives the API server the time to notice: it
   * would lose a request that it sends before.
   */
  readonly cutIdle: () => Promise<void>;
  /** `kubectl apply` in the copy of deploy/. @throws Error with kubectl's words if it fails. */
  readonly apply: (...what: readonly string[]) => Promise<void>;
  /** Ends its processes and takes its webhook away. */
  readonly remove: () => Promise<void>;
}

/** More than the pool of the API server has (25 a host), so that bursts also make new connections. */
const maxSockets = 64;

/** Installs deploy/ for the world, and resolves when its gates are asked. */
export async function createWorld(cluster: Cluster, options: WorldOptions): Promise<World> {
  const { name, gates: count = 2, machineEnv = {}, images, timeoutSeconds, edit } = options;
  const folder = await mkdtemp(join(tmpdir(), `imagegate-faults-${name}-`));
  const components = startComponents(folder);
  const proxy = await startProxy();
  const gates: GatePod[] = [];
  let made = 0;
  const deploy = join(folder, 'deploy');
  const namespace = `gate-${name}`;
  const podNamespace = `pods-${name}`;
  const webhook = `com.imagegate.${name}`;
  const env = { SERVER_NAME: `imagegate-webhook.${namespace}.svc`, ...options.env };
  const apply: World['apply'] = async (...what) => {
    const result = await cluster.kubectl(['apply', ...what], { cwd: deploy });
    if (result.code !== 0) throw new Error(`kubectl apply ${what.join(' ')}: ${result.stderr}`);
  };
  const startGate: World['startGate'] = async () => {
    const podName = `gate-${(made += 1)}`;
    const gate = await createGatePod(cluster, components, join(folder, podName), {
      namespace,
      name: podName,
      env,
      machineEnv,
    });
    gates.push(gate);
    await gate.start();
    return gate;
  };
  const cutIdle: World['cutIdle'] = async () => {
    proxy.cut();
    await wait(200);
  };
  const remove: World['remove'] = async () => {
    for (const kind of ['validating', 'mutating']) {
      const path = `/apis/admissionregistration.k8s.io/v1/${kind}webhookconfigurations/${webhook}`;
      // oxlint-disable-next-line no-await-in-loop -- what judges first, or it denies what nobody rewrites
      await cluster.api.send('DELETE', path);
    }
    await proxy.close();
    await components.stop();
  };
  try {
    await copyDeploy(deploy);
    await pointAtLocalGate(deploy, proxy.port);
    await moveTo(deploy, { namespace, podNamespace, webhook });
    if (timeoutSeconds !== undefined)
      await replaceIn(join(deploy, 'webhook.yaml'), /(?<=^ {4}timeoutSeconds: )\d+$/gm, String(timeoutSeconds));
    await edit?.(deploy);
    await runCertificates(deploy);
    await cluster.apply(`{ apiVersion: v1, kind: Namespace, metadata: { name: ${podNamespace} } }`);
    await apply(...beforeTheGate);
    await apply('-k', '.');
    await Promise.all(Array.from({ length: count }, startGate));
    for (const { port } of gates) proxy.add(port);
    await apply('-f', 'webhook-with-ca.yaml');
    const creates = createsIn(cluster.keepAliveApi(maxSockets), podNamespace, images);
    await until(async () => (await creates.burst(1, 'bad'))[0]?.verdict === 'denied', 'the gates to be asked');
    return { ...creates, namespace, podNamespace, deploy, proxy, gates, startGate, cutIdle, apply, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** What there can be only one of in a cluster gets names of its own. */
async function moveTo(
  deploy: string,
  { namespace, podNamespace, webhook }: { namespace: string; podNamespace: string; webhook: string },
): Promise<void> {
  const webhooks = ['webhook.yaml', 'mutating-webhook.yaml'];
  for (const file of ['namespace.yaml', 'policy/configmap.yaml', 'deployment.yaml', ...webhooks]) {
    await replaceIn(join(deploy, file), /(?<=: |\[)imagegate(?=$|,)/gm, namespace);
  }
  await replaceIn(
    join(deploy, 'certificates.sh'),
    /^readonly NAMESPACE=imagegate$/m,
    `readonly NAMESPACE=${namespace}`,
  );
  const only = `        - { key: kubernetes.io/metadata.name, operator: In, values: [${podNamespace}] }`;
  for (const file of webhooks.map((name) => join(deploy, name))) {
    await replaceIn(file, /^ {2}name: com\.imagegate\.webhook$/m, `  name: ${webhook}`);
    await replaceIn(file, /^ {10}values: \[.*, kube-system\]$/gm, `$&\n${only}`);
  }
}

async function replaceIn(file: string, pattern: RegExp, replacement: string): Promise<void> {
  const text = await readFile(file, 'utf8');
  const changed = text.replaceAll(new RegExp(pattern, `${pattern.flags.replace('g', '')}g`), replacement);
  if (changed === text) throw new Error(`${file} has nothing like ${pattern.source}.`);
  await writeFile(file, changed);
}
