import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { makeCertificate } from '../../certificate.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import { until } from '../../until.ts';
import { pod, podSpec } from '../objects.ts';
import type { Pod } from './rewriting-cluster.ts';

/** An operation of a JSON Patch. */
export interface Operation {
  readonly op: 'add' | 'replace' | 'remove';
  readonly path: string;
  readonly value?: unknown;
}

/** A mutating webhook of somebody else. */
export interface Neighbour {
  /** How often it was asked about pods. */
  readonly asked: () => number;
  /** Takes its configuration away, and resolves when it is asked no more. */
  readonly remove: () => Promise<void>;
}

interface Review {
  readonly request: { readonly uid: string; readonly object: Pod };
}

/**
 * Installs a webhook that is asked about every new or changed pod, and resolves when it is.
 * @param name of its configuration, by which the API server orders them
 * @param change what it makes of a pod
 */
export async function installNeighbour(
  cluster: Cluster,
  name: string,
  change: (object: Pod) => readonly Operation[],
): Promise<Neighbour> {
  const { certificate: cert, key } = await makeCertificate();
  let asked = 0;
  const answer = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const { request } = JSON.parse(await text(req)) as Review;
    asked += 1;
    const patch = Buffer.from(JSON.stringify(change(request.object))).toString('base64');
    const response = { uid: request.uid, allowed: true, patchType: 'JSONPatch', patch };
    res.setHeader('content-type', 'application/json');
    res.end(JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response }));
  };
  const server = createServer({ cert, key }, (req, res) => void answer(req, res));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const configuration = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: { name },
    webhooks: [
      {
        name: 'neighbour.example.com',
        clientConfig: { url: `https://127.0.0.1:${port}/`, caBundle: Buffer.from(cert).toString('base64') },
        rules: [
          {
            apiGroups: [''],
            apiVersions: ['v1'],
            operations: ['CREATE', 'UPDATE'],
            resources: ['pods', 'pods/ephemeralcontainers'],
          },
        ],
        failurePolicy: 'Fail',
        reinvocationPolicy: 'IfNeeded',
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
      },
    ],
  };
  const isAsked = async (): Promise<boolean> => {
    const before = asked;
    const path = '/api/v1/namespaces/default/pods?dryRun=All';
    await cluster.api.send('POST', path, pod('probe', podSpec('docker.io/probe:1')));
    return asked > before;
  };
  await cluster.apply(JSON.stringify(configuration));
  await until(isAsked, `${name} to be asked`);
  return {
    asked: () => asked,
    remove: async () => {
      await cluster.kubectl(['delete', 'mutatingwebhookconfiguration', name]);
      await until(async () => !(await isAsked()), `${name} to be asked no more`);
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
