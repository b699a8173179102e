import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startCluster, type Cluster } from '../../cluster/cluster.ts';
import { runCertificates } from '../../cluster/deploy-copy.ts';
import { install } from '../../cluster/installation.ts';
import type { GatePod } from '../../cluster/gate-pod.ts';
import type { KubectlResult } from '../../cluster/kubectl.ts';
import { startProxy, type Proxy } from '../../faults/proxy.ts';
import { until } from '../../until.ts';
import { metric } from '../metric.ts';
import { pod, podSpec, type Manifest } from '../objects.ts';

/** Where every mapping of the tests leads an image of Docker Hub, if no longer one has it. */
export const HUB = 'mirror.example.com/hub';

/** A policy of mappings of every form, and no registry is allowed but where those lead. */
export const POLICY = `rules:
  default-registry: { action: rewrite }
  registry-mirror:
    action: rewrite
    options:
      mirrors:
        - { registry: docker.io, mirror: ${HUB}, except: ['docker.io/acme/**', 'docker.io/bitnamilegacy/**'] }
        - { registry: docker.io/bitnami, mirror: docker.io/bitnamilegacy }
        - { registry: quay.io, mirror: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/quay }
        - { registry: 'registry.example.com:5000/team', mirror: 'harbor.example.com:8443/proxy' }
        - { registry: ghcr.io, mirror: pull-through.example.com, digests: refuse }
  registry-allowlist:
    options:
      registries:
        - ${HUB}
        - docker.io/bitnamilegacy
        - docker.io/acme
        - 123456789012.dkr.ecr.eu-west-1.amazonaws.com
        - harbor.example.com:8443/proxy
        - pull-through.example.com
        - registry.example.com
        - registry.example.com:5000
`;

/** A cluster of its own, whose gate also rewrites. */
export interface RewritingCluster {
  readonly cluster: Cluster;
  readonly gate: GatePod;
  /** Where the gate is not asked. */
  readonly exempt: string;
  /** Stands between the API server and the half that rewrites. The half that judges is asked directly. */
  readonly half: Proxy;
  /** What the API server has of the half that rewrites, as it was applied. */
  readonly webhook: () => Promise<string>;
  /** Resolves once the gate has loaded it; both webhooks have the entries of these profiles then. */
  readonly setPolicy: (text: string) => Promise<void>;
  /** `kubectl -f -` with a manifest as its input. */
  readonly send: (args: readonly string[], manifest: Manifest) => Promise<KubectlResult>;
  /** What `get -o json` has of a pod. */
  readonly live: (name: string) => Promise<Pod>;
  readonly remove: () => Promise<void>;
}

/** As far as the tests read it. */
export interface Pod {
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: {
    readonly [list in 'containers' | 'initContainers' | 'ephemeralContainers']?: readonly {
      readonly name: string;
      readonly image: string;
    }[];
  } & { readonly volumes?: readonly { readonly name: string; readonly image?: { readonly reference: string } }[] };
}

/** Every image of a pod by its place, `containers/NAME`, as the annotation has it. */
export function imagesOf({ spec }: Pod): Readonly<Record<string, string>> {
  const lists = ['initContainers', 'containers', 'ephemeralContainers'] as const;
  const ofContainers = lists.flatMap((list) => (spec[list] ?? []).map(({ name, image }) => [`${list}/${name}`, image]));
  const ofVolumes = (spec.volumes ?? []).flatMap(({ name, image }) =>
    image === undefined ? [] : [[`volumes/${name}`, image.reference]],
  );
  return Object.fromEntries([...ofContainers, ...ofVolumes]) as Readonly<Record<string, string>>;
}

/** What the gate has noted on a pod; undefined if nothing. */
export function originalsOf({ metadata }: Pod): Readonly<Record<string, string>> | undefined {
  const text = metadata.annotations?.['imagegate/rewritten'];
  return text === undefined ? undefined : (JSON.parse(text) as Readonly<Record<string, string>>);
}

/** Installs deploy/ with both halves, and resolves when both are asked. */
export async function rewritingCluster(
  policy: string = POLICY,
  profiles: readonly string[] = [],
): Promise<RewritingCluster> {
  const cluster = await startCluster();
  const half = await startProxy();
  try {
    const installation = await install(cluster);
    const { gate, deploy } = installation;
    const kubectl = async (...args: readonly string[]): Promise<void> => {
      const { code, stderr } = await cluster.kubectl(args, { cwd: deploy });
      if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
    };
    const webhook = async (): Promise<string> => {
      const text = await readFile(join(deploy, 'mutating-webhook-with-ca.yaml'), 'utf8');
      return text.replaceAll(`port: ${gate.port}`, `port: ${half.port}`);
    };
    let inUse: string | undefined;
    const setPolicy: RewritingCluster['setPolicy'] = async (text) => {
      if (text === inUse) return;
      inUse = text;
      const loads = async () => metric(gate, 'imagegate_ruleset_loads_total', { result: 'success' });
      const before = await loads();
      // All of it in the file: a key must not say the same.
      const keys = { ALLOWED_REGISTRIES: null, BLOCKED_TAGS: null, DISABLE_EMPTY_TAG: null };
      const patch = JSON.stringify({ data: { ...keys, 'policy.yaml': text } });
      await kubectl('-n', 'imagegate', 'patch', 'configmap', 'imagegate-webhook-config', '--patch', patch);
      await gate.refreshVolumes();
      await until(async () => (await loads()) > before, 'the policy to be loaded');
    };
    const send: RewritingCluster['send'] = async (args, manifest) =>
      cluster.kubectl([...args, '-f', '-'], { input: JSON.stringify(manifest) });

    await setPolicy(policy);
    if (profiles.length > 0) {
      await runCertificates(
        deploy,
        profiles.flatMap((profile) => ['--profile', profile]),
      );
      await kubectl('apply', '-f', 'secret.yaml');
      await gate.refreshVolumes();
    }
    const exempt = 'exempt';
    const labels = { 'imagegate/disable-filtering': 'true' };
    await cluster.apply(JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: exempt, labels } }));
    await installation.closeGate();
    half.add(gate.port);
    await writeFile(join(deploy, 'mutating-webhook-by-proxy.yaml'), await webhook());
    await kubectl('apply', '-f', 'mutating-webhook-by-proxy.yaml');
    const probe = pod('probe', podSpec('docker.io/probe:1'));
    const isRewritten = async () => (await send(['create', '--dry-run=server'], probe)).code === 0;
    await until(isRewritten, 'the half that rewrites to be asked');
    return {
      cluster,
      gate,
      exempt,
      half,
      webhook,
      setPolicy,
      send,
      live: async (name) => JSON.parse((await cluster.kubectl(['get', 'pod', name, '-o', 'json'])).stdout) as Pod,
      remove: async () => {
        await installation.remove();
        await half.close();
        await cluster.stop();
      },
    };
  } catch (error) {
    await half.close();
    await cluster.stop();
    throw error;
  }
}
