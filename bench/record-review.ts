/**
 * Records bench/review.json: boots a real API server with its controllers, has it ask a webhook of our own about the pod
 * of a Deployment, and writes what it asked, indented and otherwise unchanged. Needs Go, as the end-to-end tests do. By
 * hand:
 *
 *     npm run build && node build/bench/record-review.js && npx prettier --write bench/review.json
 */
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { join } from 'node:path';
import { makeCertificate } from '../test/certificate.ts';
import { startCluster } from '../test/cluster/cluster.ts';
import { projectRoot } from '../test/project-root.ts';
import { until } from '../test/until.ts';
import { deployment } from './recorded-deployment.ts';

const NAMESPACE = 'shop';

async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const body = (await json(req)) as { apiVersion: string; kind: string; request: { uid: string } };
  asked ??= body;
  const { apiVersion, kind, request } = body;
  res.setHeader('content-type', 'application/json');
  res.end(JSON.stringify({ apiVersion, kind, response: { uid: request.uid, allowed: true } }));
}

const { certificate, key } = await makeCertificate();
const webhook = createServer({ cert: certificate, key });
let asked: unknown;
webhook.on('request', (req, res) => {
  void answer(req, res);
});
webhook.listen(0, '127.0.0.1');
await once(webhook, 'listening');

const cluster = await startCluster({ controllers: true });
try {
  await cluster.apply(JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } }));
  await cluster.apply(JSON.stringify(webhookConfiguration((webhook.address() as AddressInfo).port)));
  await cluster.apply(JSON.stringify(deployment(NAMESPACE)));
  await until(() => asked !== undefined, 'the API server to ask about a pod');
  const review = `${JSON.stringify(asked, null, 2)}\n`;
  await writeFile(join(projectRoot, 'bench', 'review.json'), review);
} finally {
  await cluster.stop();
  webhook.closeAllConnections();
  webhook.close();
}

function webhookConfiguration(port: number): object {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: 'recorder' },
    webhooks: [
      {
        name: 'recorder.example.com',
        admissionReviewVersions: ['v1'],
        clientConfig: {
          url: `https://127.0.0.1:${port}/validate`,
          caBundle: Buffer.from(certificate).toString('base64'),
        },
        failurePolicy: 'Fail',
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': NAMESPACE } },
        rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
        sideEffects: 'None',
      },
    ],
  };
}
