import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { certificates, type CertificatesOptions } from '../../../src/cli/certificates/certificates.ts';
import { startCluster, type Cluster } from '../../cluster/cluster.ts';
import { startComponents } from '../../cluster/components.ts';
import { copyDeploy, pointAtLocalGate } from '../../cluster/deploy-copy.ts';
import { createGatePod, type GatePod } from '../../cluster/gate-pod.ts';
import { until } from '../../until.ts';

/** What the component's own comment has to be added. */
const ADDED = /add to \S+:\n((?:#.*\n)+)apiVersion/;

export const SECRET_PATH = '/api/v1/namespaces/imagegate/secrets/imagegate-webhook-certificates';
export const WEBHOOK_PATH =
  '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/com.imagegate.webhook';

export const MUTATING_PATH = WEBHOOK_PATH.replace('validating', 'mutating');

/** A cluster with deploy/ and what the Jobs need, whose account is `kubeconfig`. The Jobs do not run by themselves. */
export interface CertificatesCluster {
  readonly cluster: Cluster;
  readonly gate: GatePod;
  readonly deploy: string;
  /** Of the account of the Jobs. */
  readonly kubeconfig: string;
  /** As a Job does, with what it says. */
  readonly run: (
    options?: Partial<CertificatesOptions>,
  ) => Promise<{ readonly code: number; readonly out: string; readonly error: string }>;
  /** Says in the Deployment what a controller would. */
  readonly setReady: (replicas: number) => Promise<void>;
  readonly remove: () => Promise<void>;
}

/** @param rewrites whether the Jobs may see to the webhook that rewrites. */
export async function certificatesCluster(rewrites = false): Promise<CertificatesCluster> {
  const folder = await mkdtemp(join(tmpdir(), 'imagegate-certificates-'));
  const cluster = await startCluster();
  const components = startComponents(folder);
  const deploy = join(folder, 'deploy');
  const gate = await createGatePod(cluster, components, join(folder, 'pod'));
  await copyDeploy(deploy);
  await pointAtLocalGate(deploy, gate.port);
  await useComponent(deploy, rewrites);
  for (const what of [
    ['-f', 'namespace.yaml', '-f', 'policy'],
    ['-k', '.'],
  ]) {
    // oxlint-disable-next-line no-await-in-loop -- in the order of docs/certificates.md
    const { code, stderr } = await cluster.kubectl(['apply', ...what], { cwd: deploy });
    // A warning would be that a pod does not keep to the restricted standard.
    if (code !== 0 || stderr !== '') throw new Error(stderr);
  }
  const kubeconfig = await kubeconfigOfAccount(cluster, join(folder, 'kubeconfig'));
  const run: CertificatesCluster['run'] = async (options = {}) => {
    const said = { out: '', error: '' };
    const exitCode = await certificates({
      kubeconfig,
      lifeMs: 86_400_000,
      settleMs: 0,
      timeoutMs: 0,
      renew: false,
      write: (text) => (said.out += text),
      writeError: (text) => (said.error += text),
      ...options,
    });
    return { code: exitCode, ...said };
  };
  // The API server learns of roles a moment later.
  await until(async () => !(await run()).error.includes('HTTP 403'), 'the rights of the account');
  const setReady = async (readyReplicas: number): Promise<void> => {
    const path = '/apis/apps/v1/namespaces/imagegate/deployments/imagegate-webhook/status';
    await cluster.api.send('PATCH', path, { status: { replicas: readyReplicas, readyReplicas } });
  };
  const remove = async (): Promise<void> => {
    await components.stop();
    await cluster.stop();
    await rm(folder, { recursive: true, force: true });
  };
  return { cluster, gate, deploy, kubeconfig, run, setReady, remove };
}

/** Does with kustomization.yaml what the component's comment says, but that the ConfigMap does not ask to rewrite yet. */
async function useComponent(deploy: string, rewrites: boolean): Promise<void> {
  const comment = await readFile(join(deploy, 'components/certificates-job/kustomization.yaml'), 'utf8');
  const added = ADDED.exec(comment)?.[1]?.replaceAll(/^# {3}/gm, '') ?? '';
  const used = rewrites ? added.replace('# - components/', '- components/') : added;
  await appendFile(join(deploy, 'kustomization.yaml'), used);
}

export async function kubeconfigOfAccount(cluster: Cluster, path: string): Promise<string> {
  const { stdout, code, stderr } = await cluster.kubectl([
    'create',
    'token',
    'imagegate-certificates',
    '--namespace=imagegate',
    '--duration=2h',
  ]);
  if (code !== 0) throw new Error(stderr);
  const config = JSON.parse(await readFile(cluster.kubeconfig, 'utf8')) as { users: { user: object }[] };
  config.users[0]!.user = { token: stdout.trim() };
  await writeFile(path, JSON.stringify(config), { mode: 0o600 });
  return path;
}
