import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { Agent } from 'node:https';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { until } from '../until.ts';
import { apiClient, type ApiClient } from './api-client.ts';
import { apiServerArguments, auditPolicy, controllerManagerArguments, etcdArguments } from './arguments.ts';
import { assetPath, clusterAssets } from './build-assets.ts';
import { startComponents, type Components } from './components.ts';
import { freePorts } from './free-ports.ts';
import { runKubectl, type KubectlOptions, type KubectlResult } from './kubectl.ts';
import { clusterRoleBindings, kubeconfig, makeSecret, tokenFile, tokenOf, users, type User } from './users.ts';

/** A real Kubernetes API server with its etcd, without any node: objects are admitted and kept, pods never run. */
export interface Cluster {
  /** `https://127.0.0.1:<port>`. */
  readonly server: string;
  /** The path of the admin's kubeconfig. */
  readonly kubeconfig: string;
  /** The folder with etcd, kube-apiserver, kubectl and kube-controller-manager. */
  readonly assets: string;
  /** The path of a user's kubeconfig. */
  kubeconfigOf(user: User): string;
  /**
   * The whole environment for a command or a shell in which `kubectl` is this cluster's, as this user (default:
   * admin): PATH, HOME (a temporary folder), KUBECONFIG and LC_ALL, and nothing of the developer's.
   */
  environment(user?: User): Record<string, string>;
  /** Runs kubectl as a user (default: admin). Resolves whatever its exit code; see `runKubectl` for what it throws. */
  kubectl(args: readonly string[], options?: KubectlOptions & { readonly user?: User }): Promise<KubectlResult>;
  /** The API server without kubectl, as admin. */
  readonly api: ApiClient;
  /** The same over connections that are kept, so many at most: for a load. */
  keepAliveApi(maxSockets: number): ApiClient;
  /** The path of the API server's audit log: what `auditPolicy` says, an event a line. */
  readonly auditLog: string;
  /** `kubectl apply -f -` as admin. Returns what it printed. @throws Error with kubectl's words if it fails. */
  apply(yaml: string): Promise<string>;
  /**
   * Starts kube-controller-manager with the controllers that make pods from workloads (and write events when they
   * can't), and resolves once they work. Called again, it returns the same promise.
   * @throws Error if KUBEBUILDER_ASSETS has no kube-controller-manager, or with the end of its log.
   */
  startControllers(): Promise<void>;
  /**
   * Ends a server with a signal, starts it again with the same data and port, and resolves once the API server is ready.
   * @throws Error with the end of its log, if it is not.
   */
  restart(server: ServerName, signal: NodeJS.Signals): Promise<void>;
  /** Ends all processes, waits for it, and removes the temporary folder. Called again, it returns the same promise. */
  stop(): Promise<void>;
}

/** What a cluster is not one without. */
export type ServerName = 'etcd' | 'kube-apiserver';

/** What to start beside etcd and kube-apiserver. */
export interface ClusterOptions {
  /** Whether to start the controllers right away. Default: false. */
  readonly controllers?: boolean;
  /** Flags of kube-apiserver beside those that every cluster has. */
  readonly apiServerFlags?: readonly string[];
}

/** Some seconds on a quiet machine; all tests fail without it. */
const bootDeadlineMs = 180_000;

/**
 * Starts a cluster of its own, on free loopback ports and in a temporary folder, and resolves when kubectl can be
 * used: the API server is ready, its namespaces exist, and `users` may log in. Building its programs comes first if
 * that has not been done (see `clusterAssets`). If this process ends without `stop`, nothing stays behind either.
 * @throws Error that names the component, with the end of its log.
 */
export async function startCluster({
  controllers = false,
  apiServerFlags = [],
}: ClusterOptions = {}): Promise<Cluster> {
  const assets = await clusterAssets();
  const folder = await mkdtemp(join(tmpdir(), 'imagegate-cluster-'));
  const components = startComponents(folder);
  try {
    const boot = await bootApiServer(assets, folder, components, apiServerFlags);
    const cluster = offer(assets, folder, boot, components);
    if (controllers) await cluster.startControllers();
    return cluster;
  } catch (error) {
    await components.stop();
    throw error;
  }
}

interface Boot {
  readonly server: string;
  readonly apiWith: (agent: Agent | false) => ApiClient;
  readonly restart: Cluster['restart'];
}

/** etcd and kube-apiserver, ready; the kubeconfigs are in the folder then. */
async function bootApiServer(
  assets: string,
  folder: string,
  components: Components,
  flags: readonly string[],
): Promise<Boot> {
  const [etcdPort = 0, port = 0] = await freePorts(2);
  const secret = makeSecret();
  const token = tokenOf('admin', secret);
  const files = {
    certificates: join(folder, 'certificates'),
    serviceAccountKey: join(folder, 'service-account.key'),
    tokens: join(folder, 'tokens.csv'),
    auditPolicy: join(folder, 'audit-policy.json'),
    auditLog: auditLogPath(folder),
  };
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  await writeFile(files.serviceAccountKey, privateKey.export({ type: 'sec1', format: 'pem' }), { mode: 0o600 });
  await writeFile(files.tokens, tokenFile(secret), { mode: 0o600 });
  await writeFile(files.auditPolicy, auditPolicy);

  // Both at once: kube-apiserver tries again until etcd answers.
  const etcd = components.start(join(assets, 'etcd'), etcdArguments(folder, etcdPort));
  const apiServerFlags = [...apiServerArguments(port, etcdPort, files), ...flags];
  const apiServer = components.start(join(assets, 'kube-apiserver'), apiServerFlags);
  const waitFor = <T>(condition: () => Promise<T | false>, what: string): Promise<T> =>
    until(
      () => {
        components.assertRunning();
        return condition();
      },
      () => `${what}. The end of kube-apiserver's log:\n${apiServer.logTail()}`,
      bootDeadlineMs,
    );

  const server = `https://127.0.0.1:${port}`;
  const ca = await waitFor(async () => {
    const certificate = await readFile(join(files.certificates, 'apiserver.crt'), 'utf8').catch(() => '');
    if (certificate === '') return false;
    return (await apiClient(server, certificate, token).status('/readyz')) === 200 && certificate;
  }, 'kube-apiserver to be ready');
  const apiWith: Boot['apiWith'] = (agent) => apiClient(server, ca, token, agent);
  const api = apiWith(false);
  // A namespace is made shortly after the API server calls itself ready.
  const namespaces = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];
  await waitFor(
    async () => {
      const found = await Promise.all(namespaces.map((name) => api.status(`/api/v1/namespaces/${name}`)));
      return found.every((status) => status === 200);
    },
    `the namespaces ${namespaces.join(', ')}`,
  );
  await Promise.all([
    ...clusterRoleBindings.map((binding) =>
      api.create('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', binding),
    ),
    ...users.map(({ user }) =>
      writeFile(kubeconfigPath(folder, user), kubeconfig(server, ca, user, secret), { mode: 0o600 }),
    ),
  ]);
  const running = { etcd, 'kube-apiserver': apiServer };
  return {
    server,
    apiWith,
    restart: async (name, signal) => {
      running[name] = await components.restart(running[name], signal);
      await waitFor(
        async () => (await api.status('/readyz')) === 200,
        `kube-apiserver to be ready again after ${name} was restarted`,
      );
    },
  };
}

function kubeconfigPath(folder: string, user: User): string {
  return join(folder, `${user}.kubeconfig`);
}

function auditLogPath(folder: string): string {
  return join(folder, 'audit.log');
}

/** What the tests get to see of a cluster that has booted. */
function offer(assets: string, folder: string, { server, apiWith, restart }: Boot, components: Components): Cluster {
  const api = apiWith(false);
  const environment = (user: User = 'admin'): Record<string, string> => ({
    PATH: [assets, process.env['PATH']].join(delimiter),
    HOME: folder,
    KUBECONFIG: kubeconfigPath(folder, user),
    LC_ALL: 'C',
  });
  const kubectl: Cluster['kubectl'] = (args, { user, ...options } = {}) =>
    runKubectl(join(assets, 'kubectl'), args, environment(user), { cwd: folder, ...options });
  let controllersStarted: Promise<void> | undefined;
  let stopped: Promise<void> | undefined;
  return {
    server,
    assets,
    kubeconfig: kubeconfigPath(folder, 'admin'),
    kubeconfigOf: (user) => kubeconfigPath(folder, user),
    environment,
    kubectl,
    api,
    keepAliveApi: (maxSockets) => apiWith(new Agent({ keepAlive: true, maxSockets, timeout: 30_000 })),
    auditLog: auditLogPath(folder),
    apply: async (yaml) => {
      const { code, stdout, stderr } = await kubectl(['apply', '-f', '-'], { input: yaml });
      if (code !== 0) throw new Error(`kubectl apply ended with code ${code}:\n${stdout}${stderr}`);
      return stdout;
    },
    restart,
    startControllers: () => (controllersStarted ??= startControllers(assets, folder, api, components)),
    stop: () => (stopped ??= components.stop()),
  };
}

async function startControllers(assets: string, folder: string, api: ApiClient, components: Components): Promise<void> {
  const program = assetPath(assets, 'kube-controller-manager', 'without it no controller makes pods');
  const manager = components.start(program, controllerManagerArguments(kubeconfigPath(folder, 'controllers')));
  await until(
    async () => {
      components.assertRunning();
      return (await api.status('/api/v1/namespaces/default/serviceaccounts/default')) === 200;
    },
    () => `the controllers to make a service account. The end of the log:\n${manager.logTail()}`,
    bootDeadlineMs,
  );
}
