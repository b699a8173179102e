import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../until.ts';
import type { Cluster } from './cluster.ts';
import { startComponents } from './components.ts';
import { copyDeploy, pointAtLocalGate, runCertificates } from './deploy-copy.ts';
import { createGatePod, type GatePod } from './gate-pod.ts';
import type { KubectlResult } from './kubectl.ts';

/** deploy/ applied to a cluster, with the gate as a process beside it. */
export interface Installation {
  readonly cluster: Cluster;
  readonly gate: GatePod;
  /** The copy of deploy/ that was applied, with what certificates.sh has made. */
  readonly deploy: string;
  /** The commands of the installation in their order, and what kubectl said. */
  readonly steps: readonly { readonly file: string; readonly result: KubectlResult }[];
  /** Applies the webhook, and resolves when the API server asks the gate. */
  closeGate(): Promise<KubectlResult>;
  /** Deletes the webhook, and resolves when the API server asks nobody any more. */
  openGate(): Promise<void>;
  /**
   * Kills the gate and removes the copy; both happen also if this process ends without it. What was applied stays in
   * the cluster.
   */
  remove(): Promise<void>;
}

/** In the order of the installation. The webhook comes last, by `closeGate`. */
const files = ['namespace.yaml', 'secret.yaml', 'configmap.yaml', 'deployment.yaml'];

/**
 * Installs the gate step by step, as `certificates.sh --help` has it, and starts it; the webhook is not applied yet.
 * @throws Error with the words of what failed.
 */
export async function install(cluster: Cluster): Promise<Installation> {
  const folder = await mkdtemp(join(tmpdir(), 'imagegate-installation-'));
  const components = startComponents(folder);
  const deploy = join(folder, 'deploy');
  try {
    const gate = await createGatePod(cluster, components, join(folder, 'pod'));
    await copyDeploy(deploy);
    await pointAtLocalGate(deploy, gate.port);
    await runCertificates(deploy);
    const steps: { file: string; result: KubectlResult }[] = [];
    for (const file of files) {
      // oxlint-disable-next-line no-await-in-loop -- the order is the point
      steps.push({ file, result: await applyFile(cluster, deploy, file) });
    }
    await gate.start();
    const closeGate = async (): Promise<KubectlResult> => {
      const result = await applyFile(cluster, deploy, 'webhook-with-ca.yaml');
      await untilGateIs(cluster, 'closed');
      return result;
    };
    return {
      cluster,
      gate,
      deploy,
      steps,
      closeGate,
      openGate: () => openGate(cluster),
      remove: () => components.stop(),
    };
  } catch (error) {
    await components.stop();
    throw error;
  }
}

async function applyFile(cluster: Cluster, deploy: string, file: string): Promise<KubectlResult> {
  const result = await cluster.kubectl(['apply', '-f', file], { cwd: deploy });
  if (result.code !== 0) throw new Error(`kubectl apply -f ${file} ended with code ${result.code}: ${result.stderr}`);
  return result;
}

async function openGate(cluster: Cluster): Promise<void> {
  await cluster.kubectl(['delete', 'validatingwebhookconfiguration', 'com.imagegate.webhook', '--ignore-not-found']);
  await untilGateIs(cluster, 'open');
}

/** Until a pod that the gate denies is refused, or accepted: the API server learns of webhooks a moment later. */
export async function untilGateIs(cluster: Cluster, state: 'open' | 'closed'): Promise<void> {
  const pod = { metadata: { name: 'probe' }, spec: { containers: [{ name: 'probe', image: 'probe' }] } };
  const expected = state === 'open' ? 201 : 403;
  let answer = '';
  await until(
    async () => {
      const { status, text } = await cluster.api.send('POST', '/api/v1/namespaces/default/pods?dryRun=All', pod);
      answer = `${status} ${text}`;
      return status === expected;
    },
    () => `the gate to be ${state}. The last answer was ${answer}`,
    20_000,
  );
}
