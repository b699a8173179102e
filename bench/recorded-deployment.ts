/** A Deployment as teams write them: an init container and three containers, with all that is usual about them. */
export function deployment(namespace: string): object {
  const labels = { 'app.kubernetes.io/name': 'web' };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace, labels },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: 'default',
          securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
          initContainers: [{ ...container('migrate', '2.4.1'), args: ['--wait', '--timeout=60s'] }],
          containers: [
            { ...container('web', '2.4.1'), env: ENVIRONMENT, ports: [port('https', 8443)], ...probes(8443) },
            { ...container('cache', '7.2.5-alpine'), ports: [port('cache', 6379)] },
            { ...container('metrics', '1.62.0'), ports: [port('metrics', 9090)] },
          ],
          volumes: [{ name: 'kube-api-access-7tq4x', projected: { defaultMode: 420, sources: API_ACCESS } }],
        },
      },
    },
  };
}

const ENVIRONMENT = [
  { name: 'LOG_FORMAT', value: 'json' },
  { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
];

/** What the admission plugin ServiceAccount adds to every pod; the cluster of the tests runs without that plugin. */
const API_ACCESS = [
  { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
  { configMap: { items: [{ key: 'ca.crt', path: 'ca.crt' }], name: 'kube-root-ca.crt' } },
  {
    downwardAPI: {
      items: [{ fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' }, path: 'namespace' }],
    },
  },
];

function container(name: string, tag: string): object {
  return {
    name,
    image: `docker.io/acme/${name}:${tag}`,
    resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
    volumeMounts: [
      { name: 'kube-api-access-7tq4x', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount', readOnly: true },
    ],
  };
}

function port(name: string, containerPort: number): object {
  return { name, containerPort };
}

function probes(number: number): object {
  const httpGet = { path: '/healthz', port: number, scheme: 'HTTPS' };
  return { livenessProbe: { httpGet, periodSeconds: 10 }, readinessProbe: { httpGet, periodSeconds: 5 } };
}
