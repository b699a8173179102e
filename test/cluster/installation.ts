import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../until.ts';
import type { Cluster } from './cluster.ts';
import { startComponents } from './components.ts';
import { beforeTheGate, copyDeploy, pointAtLocalGate, runCertificates } from './deploy-copy.ts';
import { createGatePod, type GatePod } from './gate-pod.ts';
import type { KubectlResult } from './kubectl.ts';

/** deploy/ applied to a cluster, with the gate as a process beside it. */
export interface Installation {
  readonly cluster: Cluster;
  readonly gate: GatePod;
  /** The copy of deploy/ that was applied, with what certificates.sh has made. */
  readonly deploy: string;
  /** What kubectl said to the gate itself, `apply -k .`; what comes before and after it is not among that. */
  readonly applied: KubectlResult;
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

/**
 * Installs the gate as `certificates.sh --help` has it, and starts it. The webhook comes last, by `closeGate`.
 * @param port where the gate is to listen; any free one, if nothing is said.
 * @throws Error with the words of what failed.
 */
export async function install(cluster: Cluster, port?: number): Promise<Installation> {
  const folder = await mkdtemp(join(tmpdir(), 'imagegate-installation-'));
  const components = startComponents(folder);
  const deploy = join(folder, 'deploy');
  try {
    const gate = await createGatePod(cluster, components, join(folder, 'pod'), { port });
    await copyDeploy(deploy);
    await pointAtLocalGate(deploy, gate.port);
    await runCertificates(deploy);
    await apply(cluster, deploy, ...beforeTheGate);
    const applied = await apply(cluster, deploy, '-k', '.');
    await gate.start();
    const closeGate = async (): Promise<KubectlResult> => {
      const result = await apply(cluster, deploy, '-f', 'webhook-with-ca.yaml');
      await untilGateIs(cluster, 'closed');
      return result;
    };
    return {
      cluster,
      gate,
      deploy,
      applied,
      closeGate,
      openGate: () => openGate(cluster),
      remove: () => components.stop(),
    };
  } catch (error) {
    await components.stop();
    throw error;
  }
}

async function apply(cluster: Cluster, deploy: string, ...what: readonly string[]): Promise<KubectlResult> {
  const result = await cluster.kubectl(['apply', ...what], { cwd: deploy });
  if (result.code === 0) return result;
  throw new Error(`kubectl apply ${what.join(' ')} ended with code ${result.code}: ${result.stderr}`);
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
  );
}
