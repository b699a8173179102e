import { after, before } from 'mocha';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Cluster } from '../cluster/cluster.ts';
import type { Component } from '../cluster/component.ts';
import { startComponents, type Components } from '../cluster/components.ts';
import { freePorts } from '../cluster/free-ports.ts';
import { logLines, startGateComponent, type LogLine } from '../cluster/gate-component.ts';
import type { KubectlResult } from '../cluster/kubectl.ts';
import { askOps } from '../cluster/ops-client.ts';
import type { User } from '../cluster/users.ts';
import { makeCerts, type Certs } from '../gate-process.ts';
import { mountConfigMap } from '../mounted-config-map.ts';
import { projectRoot } from '../project-root.ts';
import { until } from '../until.ts';
import type { Manifest } from './objects.ts';
import { sharedInstallation } from './shared-installation.ts';

/** The two ConfigMaps of the gate, which are mounted as one folder. */
export const CONFIG = 'imagegate-webhook-config';
export const RULES = 'imagegate-webhook-rules';

/** The keys of a ConfigMap; `null` takes one away. */
export type Keys = Readonly<Record<string, string | null>>;

/** A gate of a suite's own, whose policy and rules the suite changes while it runs. */
export interface RulesGate {
  readonly cluster: Cluster;
  readonly namespace: string;
  /** The folder where both ConfigMaps are mounted. */
  readonly folder: string;
  /** kubectl in the suite's namespace, as the admin if nothing else is said. */
  readonly kubectl: (args: readonly string[], user?: User) => Promise<KubectlResult>;
  /** `kubectl create -f - --dry-run=server` there, or where it says: the verdict, and nothing stays behind. */
  readonly dryRun: (manifest: Manifest, where?: string) => Promise<KubectlResult>;
  /** `kubectl run x --image=IMAGE --dry-run=server` there. */
  readonly run: (image: string, user?: User) => Promise<KubectlResult>;
  /** `kubectl patch configmap`, as an operator switches a rule. */
  readonly patch: (configMap: typeof CONFIG | typeof RULES, data: Keys) => Promise<KubectlResult>;
  /** Brings both ConfigMaps to disk as the cluster has them now, in one swap, as a kubelet does every minute or so. */
  readonly mount: () => Promise<void>;
  /** Mounts, and resolves once the gate has made a ruleset of it. @throws Error with the end of its log. */
  readonly mountAndLoad: () => Promise<void>;
  /** Patches, without the gate having anything to say, mounts and loads. */
  readonly change: (data: Keys, rules?: Keys) => Promise<void>;
  /** Its log: review lines come up to a second late. */
  readonly log: () => readonly LogLine[];
  /** GET on its port of probes and metrics. */
  readonly ops: (path: string) => Promise<{ readonly status: number; readonly text: string }>;
}

/** What a suite begins with. */
export interface RulesGateOptions {
  /** The Node that runs the gate. Default: the one that runs the tests. */
  readonly node?: string;
  /** Keys beside those of deploy/policy/configmap.yaml, or in place of them. */
  readonly config?: Keys;
  /** The ConfigMap of rules; without keys there is none. */
  readonly rules?: Keys;
  /** More entries of the webhook: what they add to the one for workloads, or change in it. */
  readonly entries?: readonly object[];
}

/**
 * Puts a gate of its own in front of the API server for the tests of a suite, in a namespace of its own, and takes it
 * away after them. The webhook is the one of deploy/, but for the address and the certificate.
 */
export function behindRules(namespace: string, options: RulesGateOptions = {}): () => RulesGate {
  let started: { readonly gate: RulesGate; readonly stop: () => Promise<void> } | undefined;
  before('start a gate with rules', async () => {
    started = await startRulesGate(namespace, options);
  });
  after('end the gate with rules', async () => started?.stop());
  return () => {
    if (started === undefined) throw new Error('The gate does not run yet: use it in hooks and tests only.');
    return started.gate;
  };
}

async function startRulesGate(
  namespace: string,
  { node = process.execPath, config = {}, rules = {}, entries = [] }: RulesGateOptions,
): Promise<{ readonly gate: RulesGate; readonly stop: () => Promise<void> }> {
  // The namespace imagegate and its objects are there then.
  const installation = await sharedInstallation();
  const { cluster } = installation;
  const root = await mkdtemp(join(tmpdir(), 'imagegate-rules-gate-'));
  const components = startComponents(root);
  const certs = await makeCerts();
  const stop = async (): Promise<void> => {
    await installation.openGate();
    await components.stop();
    certs.remove();
    await writeConfigMaps(cluster, {}, {});
    await cluster.kubectl(['delete', 'namespace', namespace, '--wait=false']);
  };
  try {
    await cluster.apply(`{ apiVersion: v1, kind: Namespace, metadata: { name: ${namespace} } }`);
    await writeConfigMaps(cluster, config, rules);
    const folder = join(root, 'app', 'rules.d');
    await mountBoth(cluster, folder);
    const { process, port, opsPort } = await startProcess(components, node, root, folder, certs);
    const gate = createRulesGate(cluster, namespace, folder, process, opsPort);
    await cluster.apply(await webhook(port, certs, entries));
    await untilAsked(gate);
    return { gate, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The ConfigMaps as a whole: what was there before is gone. */
async function writeConfigMaps(cluster: Cluster, config: Keys, rules: Keys): Promise<void> {
  const file = await readFile(join(projectRoot, 'deploy', 'policy', 'configmap.yaml'), 'utf8');
  const shipped = parse(file) as { readonly data: Keys };
  const written = async (name: string, data: Keys): Promise<void> => {
    await cluster.kubectl(['delete', 'configmap', name, '-n', 'imagegate', '--ignore-not-found']);
    if (Object.keys(data).length === 0) return;
    await cluster.apply(JSON.stringify({ ...shipped, metadata: { name, namespace: 'imagegate' }, data }));
  };
  await written(CONFIG, { ...shipped.data, ...config });
  await written(RULES, rules);
}

async function mountBoth(cluster: Cluster, folder: string): Promise<void> {
  const args = ['get', 'configmap', CONFIG, RULES, '-n', 'imagegate', '--ignore-not-found', '-o', 'json'];
  const { stdout } = await cluster.kubectl(args);
  const { items = [] } = JSON.parse(stdout) as { items?: { data?: Readonly<Record<string, string>> }[] };
  await mountConfigMap(folder, Object.assign({}, ...items.map(({ data }) => data ?? {})) as Record<string, string>);
}

async function startProcess(
  components: Components,
  node: string,
  root: string,
  folder: string,
  certs: Certs,
): Promise<{ readonly process: Component; readonly port: number; readonly opsPort: number }> {
  const [port = 0, opsPort = 0] = await freePorts(2);
  const gate = await startGateComponent(components, {
    node,
    name: 'gate',
    cwd: join(root, 'app'),
    env: {
      PORT: String(port),
      OPS_PORT: String(opsPort),
      CERTS_DIR: certs.dir,
      SERVER_NAME: 'localhost',
      POLICY_DIR: folder,
      RULES_DIR: folder,
      DRAIN_SECONDS: '0',
    },
  });
  return { process: gate, port, opsPort };
}

interface Entry {
  readonly clientConfig: { readonly service: { readonly path: string } };
}

/** The webhook of deploy/, whose way to the gate ends at a process of this machine. */
async function webhook(port: number, { certificate, policyToken }: Certs, entries: readonly object[]): Promise<string> {
  const file = await readFile(join(projectRoot, 'deploy', 'webhook.yaml'), 'utf8');
  const { webhooks, ...rest } = parse(file) as { readonly webhooks: readonly Entry[] };
  const caBundle = Buffer.from(certificate).toString('base64');
  const added = entries.map((entry) => ({ ...webhooks[1]!, ...entry }));
  const withToken = (path: string): string => path.replace('<certificates.sh fills this in>', policyToken);
  const local = [...webhooks, ...added].map((entry) => ({
    ...entry,
    clientConfig: { url: `https://127.0.0.1:${port}${withToken(entry.clientConfig.service.path)}`, caBundle },
  }));
  return JSON.stringify({ ...rest, webhooks: local });
}

function createRulesGate(
  cluster: Cluster,
  namespace: string,
  folder: string,
  process: Component,
  opsPort: number,
): RulesGate {
  const kubectl: RulesGate['kubectl'] = async (args, user = 'admin') =>
    cluster.kubectl(['--namespace', namespace, ...args], { user });
  const patch: RulesGate['patch'] = async (configMap, data) =>
    cluster.kubectl(['-n', 'imagegate', 'patch', 'configmap', configMap, '--patch', JSON.stringify({ data })]);
  const ops: RulesGate['ops'] = async (path) => {
    const answer = await askOps(opsPort, path);
    if (answer === undefined) throw new Error(`GET ${path}: no answer`);
    return answer;
  };
  const loads = async (): Promise<number> => {
    const { text } = await ops('/metrics');
    return Number(/^imagegate_ruleset_loads_total\{result="success"\} (\d+)$/m.exec(text)?.[1]);
  };
  const mount = async (): Promise<void> => mountBoth(cluster, folder);
  const mountAndLoad = async (): Promise<void> => {
    const loaded = await loads();
    await mount();
    const isNew = async (): Promise<boolean> => {
      process.assertRunning();
      return (await loads()) > loaded;
    };
    await until(isNew, () => `another ruleset. The end of the gate's log:\n${process.logTail()}`);
  };
  return {
    cluster,
    namespace,
    folder,
    kubectl,
    dryRun: async (manifest, where = namespace) => {
      const input = JSON.stringify(manifest);
      return cluster.kubectl(['-n', where, 'create', '-f', '-', '--dry-run=server'], { input });
    },
    run: async (image, user) => kubectl(['run', 'x', `--image=${image}`, '--dry-run=server'], user),
    patch,
    mount,
    mountAndLoad,
    change: async (data, rules) => {
      const results = [await patch(CONFIG, data), ...(rules === undefined ? [] : [await patch(RULES, rules)])];
      for (const { code, stderr } of results) {
        if (code !== 0 || stderr !== '') throw new Error(`kubectl patch configmap ended with code ${code}: ${stderr}`);
      }
      await mountAndLoad();
    },
    log: () => logLines(process),
    ops,
  };
}

/** Until the API server asks it about pods: it learns of webhooks a moment later. */
async function untilAsked({ cluster, namespace, ops }: RulesGate): Promise<void> {
  const pod = { metadata: { name: 'probe' }, spec: { containers: [{ name: 'c', image: 'docker.io/nginx:1' }] } };
  await until(async () => {
    await cluster.api.send('POST', `/api/v1/namespaces/${namespace}/pods?dryRun=All`, pod);
    return /^imagegate_reviews_total\{.*\} [1-9]/m.test((await ops('/metrics')).text);
  }, 'the API server to ask the gate');
}
