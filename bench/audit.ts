import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BUILT_IN_KINDS, discovery, kubeconfigOf } from '../test/cluster/stand-in-api.ts';

// `node build/bench/audit.js`: what an audit of 10,000 pods takes, by pages from a stand-in API server, and from a file of
// what `kubectl get -o json` writes.

const [PODS, PAGE] = [10_000, 500];
const MAIN = fileURLToPath(new URL('../src/main.js', import.meta.url));
const POLICY = 'rules: { require-digest: { action: warn } }\n';

/** A pod of about 8 KB, as pods of clusters are: most of it is read by nobody. One in ten has a bad image. */
function podOf(index: number): object {
  const image = `${index % 10 === 0 ? 'quay.io' : 'docker.io'}/acme/app-${index % 200}:1.${index % 7}`;
  const owner = `app-${index % 400}`;
  const metadata = {
    name: `${owner}-${index}`,
    namespace: `team-${index % 40}`,
    uid: `uid-${index}`,
    labels: { app: owner, 'pod-template-hash': '6cb5b7df55' },
    annotations: { note: 'x'.repeat(2000) },
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: owner, uid: `rs-${owner}`, controller: true }],
    managedFields: [
      {
        manager: 'kubelet',
        fieldsV1: Object.fromEntries(Array.from({ length: 80 }, (_, key) => [`f:${key}`, { '.': {} }])),
      },
    ],
  };
  const containers = ['app', 'sidecar'].map((name) => ({
    name,
    image,
    env: Array.from({ length: 15 }, (_, key) => ({ name: `VARIABLE_${key}`, value: `value ${key}` })),
    resources: { requests: { cpu: '100m', memory: '128Mi' } },
  }));
  const containerStatuses = containers.map(({ name }) => ({
    name,
    image,
    imageID: `${image}@sha256:${'a'.repeat(64)}`,
  }));
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata,
    spec: { containers },
    status: { phase: 'Running', containerStatuses },
  };
}

/** Its pages are made beforehand, so that only the audit is measured. */
async function startApi(): Promise<{ readonly server: string; readonly stop: () => void }> {
  const kinds = discovery(...BUILT_IN_KINDS);
  const pages = Array.from({ length: PODS / PAGE }, (_, page) => {
    const items = Array.from({ length: PAGE }, (__, index) => podOf(page * PAGE + index));
    const metadata = (page + 1) * PAGE < PODS ? { continue: String(page + 1) } : {};
    return Buffer.from(JSON.stringify({ kind: 'PodList', apiVersion: 'v1', metadata, items }));
  });
  const server = createServer(({ url = '' }, response) => {
    const { pathname, searchParams } = new URL(url, 'http://x');
    if (pathname === '/api/v1/pods') response.end(pages[Number(searchParams.get('continue') ?? 0)]);
    else response.end(JSON.stringify(kinds.get(pathname)?.body ?? { items: [] }));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return { server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, stop: () => void server.close() };
}

async function writeList(path: string): Promise<number> {
  const file = await open(path, 'w');
  await file.write('{\n    "apiVersion": "v1",\n    "items": [\n');
  for (let index = 0; index < PODS; index += 1) {
    const text = JSON.stringify(podOf(index), undefined, 4).replaceAll(/^/gm, '        ');
    await file.write(`${text}${index + 1 < PODS ? ',' : ''}\n`);
  }
  await file.write('    ],\n    "kind": "List",\n    "metadata": {\n        "resourceVersion": ""\n    }\n}\n');
  const { size } = await file.stat();
  await file.close();
  return size;
}

/** The seconds and MiB of a run, by the system's own count. */
async function run(what: string, args: readonly string[]): Promise<void> {
  const start = performance.now();
  const hook =
    "data:text/javascript,process.on('exit',()=>process.stderr.write(`MAX ${process.resourceUsage().maxRSS}`))";
  const child = spawn(process.execPath, ['--import', hook, MAIN, 'audit', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  await new Promise((resolve) => void child.once('close', resolve));
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const mebibytes = (Number(/MAX (\d+)/.exec(err)?.[1]) / 1024).toFixed(0);
  console.log(`${what}: ${seconds} s, ${mebibytes} MiB at most. ${out.trimEnd().split('\n').at(-1)}`);
}

const folder = await mkdtemp(join(tmpdir(), 'imagegate-bench-audit-'));
const [policy, list, kubeconfig] = ['policy.yaml', 'pods.json', 'kubeconfig'].map((name) => join(folder, name)) as [
  string,
  string,
  string,
];
await writeFile(policy, POLICY);
const size = await writeList(list);
const api = await startApi();
await writeFile(kubeconfig, kubeconfigOf(api.server));
await run(`${PODS} pods from a cluster, by pages of ${PAGE}`, ['--policy', policy, '--kubeconfig', kubeconfig]);
await run(`${PODS} pods from a file of ${(size / 1024 / 1024).toFixed(0)} MiB`, [list, '--policy', policy]);
api.stop();
await rm(folder, { recursive: true });
