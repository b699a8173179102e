import { randomBytes } from 'node:crypto';
import { makeCertificate, type TestCertificate } from '../../certificate.ts';
import { manifests } from '../../deploy/manifests.ts';
import type { Any } from './world.ts';

const DAY_MS = 86_400_000;
export const SERVER_NAME = 'imagegate-webhook.imagegate.svc';

/** What certificates.sh would have made. */
export interface Made {
  readonly ca: TestCertificate;
  readonly server: TestCertificate;
  readonly token: string;
}

export async function makeSecrets(): Promise<Made> {
  const ca = await makeCertificate({ commonName: 'ca', notAfter: new Date(Date.now() + 1000 * DAY_MS) });
  return { ca, server: await serverOf(ca, 300), token: randomBytes(32).toString('hex') };
}

/** A certificate for the gate that ends in some days. */
export async function serverOf(issuer: TestCertificate, days: number, name = SERVER_NAME): Promise<TestCertificate> {
  const notBefore = new Date(Date.now() - 30 * DAY_MS);
  return makeCertificate({
    issuer,
    names: [name],
    usage: 'serverAuth',
    notBefore,
    notAfter: new Date(Date.now() + days * DAY_MS),
  });
}

export function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

/** A pod of the gate, ready. */
export function gatePod(name: string): Any {
  const [deployment] = manifests('deployment.yaml').filter(({ kind }) => kind === 'Deployment') as Any[];
  const { metadata, spec } = structuredClone(deployment.spec.template);
  // The quota of that priority waits for a controller.
  delete spec.priorityClassName;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'imagegate', labels: metadata.labels },
    spec,
    status: { conditions: [{ type: 'Ready', status: 'True' }] },
  };
}

/** The webhook that rewrites, as certificates.sh makes it of deploy/. */
export function mutatingWebhook({ ca }: Made): Any {
  const [webhook] = manifests('mutating-webhook.yaml') as Any[];
  for (const { clientConfig } of webhook.webhooks) clientConfig.caBundle = base64(ca.certificate);
  return webhook;
}

/** deploy/ with guard-label.yaml, as `certificates.sh` and `kubectl apply` make it, and two pods of it. */
export function installed({ ca, server, token }: Made): readonly Any[] {
  const [webhook] = manifests('webhook.yaml') as Any[];
  for (const { clientConfig } of webhook.webhooks) {
    clientConfig.caBundle = base64(ca.certificate);
    if (clientConfig.service.path.startsWith('/validate-policy/'))
      clientConfig.service.path = `/validate-policy/${token}`;
  }
  const data = {
    'server.crt': server.certificate,
    'server.key': server.key,
    'ca.crt': ca.certificate,
    'policy-token': token,
  };
  const metadata = { name: 'imagegate-webhook-certificates', namespace: 'imagegate' };
  return [
    ...manifests('namespace.yaml'),
    ...['kube-system', 'default'].map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata,
      data: Object.fromEntries(Object.entries(data).map(([key, text]) => [key, base64(text)])),
    },
    ...manifests('policy/configmap.yaml'),
    ...manifests('deployment.yaml'),
    ...manifests('guard-label.yaml'),
    gatePod('gate-a'),
    gatePod('gate-b'),
    webhook,
  ];
}
