import { randomUUID } from 'node:crypto';
import { request as httpsRequest } from 'node:https';
import { constants } from 'node:os';
import type { AdmissionRequest } from '../src/admission/admission-review.ts';
import type { AdmissionResponse } from '../src/admission/response.ts';
import { startGateProcess, type GateProcess } from '../test/gate-process.ts';

// `npm run demo`: the gate itself, asked over HTTPS as an API server asks it, and what kubectl would print. Only the
// API server and kubectl are missing; `npm run cluster` has both.

interface Scene {
  readonly command: string;
  readonly webhook: string;
  /** What kubectl puts before a denial. */
  readonly prefix: string;
  readonly created: string;
  readonly request: Omit<AdmissionRequest, 'uid'>;
}

function podScene(image: string): Scene {
  const metadata = { name: 'nginx', namespace: 'default', labels: { run: 'nginx' } };
  return {
    command: `kubectl run nginx --image=${image}`,
    webhook: 'com.imagegate.webhook',
    prefix: '',
    created: 'pod/nginx created',
    request: {
      kind: { group: '', version: 'v1', kind: 'Pod' },
      operation: 'CREATE',
      namespace: 'default',
      name: 'nginx',
      object: { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [{ name: 'nginx', image }] } },
    },
  };
}

function deploymentScene(): Scene {
  const spec = {
    initContainers: [{ name: 'migrate', image: 'quay.io/acme/migrate:v7' }],
    containers: [
      { name: 'shop', image: 'gcr.io/acme/shop:2.4.1' },
      { name: 'cache', image: 'redis:latest' },
      { name: 'proxy', image: 'docker.io/Envoy:v1.36' },
    ],
    volumes: [{ name: 'model', image: { reference: 'gcr.io/acme/model' } }],
  };
  const metadata = { name: 'shop', namespace: 'default' };
  return {
    command: 'kubectl apply -f shop.yaml    # a Deployment of five images, one of them good',
    webhook: 'workloads.com.imagegate.webhook',
    prefix: 'error when creating "shop.yaml": ',
    created: 'deployment.apps/shop created',
    request: {
      kind: { group: 'apps', version: 'v1', kind: 'Deployment' },
      operation: 'CREATE',
      namespace: 'default',
      name: 'shop',
      object: { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: { template: { spec } } },
    },
  };
}

const SCENES: readonly Scene[] = [
  ...['nginx', 'nginx:latest', 'docker.io/nginx:latest', 'docker.io/nginx:1.20'].map(podScene),
  deploymentScene(),
];

async function ask(gate: GateProcess, admissionRequest: Scene['request']): Promise<AdmissionResponse> {
  const review = {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: { uid: randomUUID(), ...admissionRequest },
  };
  const body = await new Promise<string>((resolve, reject) => {
    const options = {
      host: 'localhost',
      port: gate.port,
      path: '/validate?timeout=5s',
      method: 'POST',
      ca: gate.ca,
    };
    const request = httpsRequest({ ...options, headers: { 'content-type': 'application/json' } }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve(text));
    });
    request.on('error', reject);
    request.end(JSON.stringify(review));
  });
  return (JSON.parse(body) as { response: AdmissionResponse }).response;
}

/** What kubectl prints for an answer of the webhook (seen with kubectl v1.37.2). */
function printed({ webhook, prefix, created }: Scene, { allowed, status, warnings = [] }: AdmissionResponse): string {
  const verdict = allowed
    ? created
    : `Error from server: ${prefix}admission webhook "${webhook}" denied the request: ${status?.message}`;
  return [...warnings.map((warning) => `Warning: ${warning}`), verdict].join('\n');
}

// With this process goes what it has started, see `startGateProcess`.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => process.exit(128 + constants.signals[signal]));
}
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // Whoever reads has had enough, `head` say: no mistake.
  if (error.code === 'EPIPE') process.exit(0);
  console.error(
    `npm run demo: expected an output that can be written to, found ${error.message}. Redirect it elsewhere.`,
  );
  process.exit(1);
});

const gate = await startGateProcess({ stderr: 'inherit' });
try {
  console.log('The gate listens, with its default policy. What kubectl would print:\n');
  for (const scene of SCENES) {
    // One after the other, as a person would.
    console.log(`$ ${scene.command}\n${printed(scene, await ask(gate, scene.request))}\n`);
  }
} finally {
  await gate.stop();
}
