import type { AdmissionRequest } from '../admission/admission-review.ts';

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;

/** Every form of reference that a rule may meet. */
const IMAGES = [
  'nginx',
  'nginx:1.27',
  'library/nginx:latest',
  `nginx@${DIGEST}`,
  'docker.io/library/nginx:1.27.3-alpine',
  `gcr.io/acme/team/app:v1.2.3@${DIGEST}`,
  'localhost:5000/app',
  '[2001:db8::1]:5000/app:1',
  'registry.example.com:8443/a/b/c/d:Some_Tag.1-2',
];

/** A pod with every form of reference in every place, as somebody creates one and as a controller does. */
export function samplePods(namespace: string): readonly AdmissionRequest[] {
  return [
    pod(namespace, '00000000-0000-4000-8000-000000000000', { name: 'sample' }),
    pod(namespace, '00000000-0000-4000-8001-000000000000', { generateName: 'sample-' }),
  ];
}

function pod(
  namespace: string,
  uid: string,
  metadata: { readonly name: string } | { readonly generateName: string },
): AdmissionRequest {
  const isMadeByController = 'generateName' in metadata;
  const pullPolicy = isMadeByController ? { imagePullPolicy: 'IfNotPresent' } : {};
  const containers = (prefix: string) =>
    IMAGES.map((image, index) => ({ name: `${prefix}-${index}`, image, ...pullPolicy }));
  return {
    uid,
    kind: { group: '', version: 'v1', kind: 'Pod' },
    operation: 'CREATE',
    namespace,
    ...metadata,
    userInfo: isMadeByController
      ? {
          username: 'system:serviceaccount:kube-system:replicaset-controller',
          groups: ['system:serviceaccounts', 'system:serviceaccounts:kube-system', 'system:authenticated'],
        }
      : { username: 'sample', groups: ['system:authenticated'] },
    object: {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: isMadeByController ? metadata : { ...metadata, labels: { app: 'sample' }, annotations: { sample: '' } },
      spec: {
        // The API server fills these in; kinds that it does not know are without.
        ...(isMadeByController && { serviceAccountName: 'default' }),
        initContainers: containers('init'),
        containers: containers('main'),
        ephemeralContainers: containers('debug'),
        volumes: IMAGES.map((reference, index) => ({ name: `volume-${index}`, image: { reference } })),
      },
    },
  };
}
