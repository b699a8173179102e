import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, beforeEach } from 'mocha';
import { temporaryFolder } from '../temporary-folder.ts';

/** An answer, in JSON. */
export interface StandInAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export interface StandInApi {
  /** The path of a kubeconfig for it, of the user `tester`. */
  readonly kubeconfig: string;
  /** What was asked, in order: `GET /api/v1`. */
  readonly asked: readonly string[];
  /** Answers by path and query; what is not among them is not found. */
  answer: (url: string, request: IncomingMessage) => StandInAnswer | undefined;
}

/** A stand-in for an API server, without TLS, for the tests of a suite. */
export function standInApi(): StandInApi {
  const folder = temporaryFolder();
  const asked: string[] = [];
  const api = { kubeconfig: '', asked, answer: (): StandInAnswer | undefined => undefined } as {
    -readonly [Key in keyof StandInApi]: StandInApi[Key];
  };
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const {
      status = 200,
      headers = {},
      body,
    } = api.answer(request.url!, request) ?? {
      status: 404,
      body: { kind: 'Status', message: 'the server could not find the requested resource' },
    };
    response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  before('start a stand-in API server', async () => {
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  });
  beforeEach('write a kubeconfig', async () => {
    asked.splice(0);
    api.kubeconfig = join(folder.path, 'kubeconfig');
    await writeFile(api.kubeconfig, kubeconfigOf(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  });
  after('stop it', async () => new Promise<void>((resolve) => void server.close(() => resolve())));
  return api;
}

/** A kubeconfig in JSON, which is YAML too. */
export function kubeconfigOf(server: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'tester', user: { token: 'a-token' } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'tester' } }],
    'current-context': 'test',
  });
}

/** Namespaces and the kinds of Kubernetes that have a pod spec, as `discovery` takes them. */
export const BUILT_IN_KINDS = [
  'v1 Namespace! namespaces',
  'v1 Pod pods',
  'v1 PodTemplate podtemplates',
  'v1 ReplicationController replicationcontrollers',
  'apps/v1 Deployment deployments',
  'apps/v1 ReplicaSet replicasets',
  'apps/v1 StatefulSet statefulsets',
  'apps/v1 DaemonSet daemonsets',
  'batch/v1 Job jobs',
  'batch/v1 CronJob cronjobs',
] as const;

/** What an API server says of the kinds that it has: each as `apiVersion Kind resource`, those of clusters with `!`. */
export function discovery(...kinds: readonly string[]): ReadonlyMap<string, StandInAnswer> {
  const split = kinds.map((text) => text.split(' ') as [string, string, string]);
  const versions = [...new Set(split.map(([apiVersion]) => apiVersion))];
  const answers = new Map<string, StandInAnswer>();
  for (const apiVersion of versions) {
    const found = split.filter(([one]) => one === apiVersion);
    const [group, version] = apiVersion.split('/');
    const resources = found.flatMap(([, kind, resource]) => [
      { kind: kind.replace('!', ''), name: resource, namespaced: !kind.endsWith('!') },
      { kind, name: `${resource}/status`, namespaced: true },
    ]);
    answers.set(version === undefined ? `/api/${group}` : `/apis/${apiVersion}`, { body: { resources } });
    const ofGroup = versions.filter((one) => one.startsWith(`${group}/`));
    const groupVersions = ofGroup.map((groupVersion) => ({ groupVersion }));
    answers.set(`/apis/${group}`, { body: { versions: groupVersions, preferredVersion: groupVersions.at(-1) } });
  }
  return answers;
}
