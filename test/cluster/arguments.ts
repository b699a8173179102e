import { join } from 'node:path';

/** The flags of etcd: it listens on loopback only, and as nothing is kept, it never waits for the disk. */
export function etcdArguments(folder: string, port: number): readonly string[] {
  const url = `http://127.0.0.1:${port}`;
  return [
    '--unsafe-no-fsync',
    `--data-dir=${join(folder, 'etcd')}`,
    `--listen-client-urls=${url}`,
    `--advertise-client-urls=${url}`,
    '--listen-peer-urls=http://127.0.0.1:0', // any free port: it has no peers
    '--log-level=warn',
  ];
}

/** Files of kube-apiserver, all absolute. */
export interface ApiServerFiles {
  /** Where it writes its own certificate, `apiserver.crt`. */
  readonly certificates: string;
  readonly serviceAccountKey: string;
  readonly tokens: string;
  readonly auditPolicy: string;
  /** Where it writes its audit log, an event a line. */
  readonly auditLog: string;
}

/**
 * What the audit log holds: who wanted what, and with which outcome and annotations, of every write to pods and to what
 * makes pods; nothing of what they read, and no objects.
 */
export const auditPolicy = JSON.stringify({
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [
    {
      level: 'Metadata',
      verbs: ['create', 'update', 'patch'],
      resources: [
        { group: '', resources: ['pods', 'pods/ephemeralcontainers', 'replicationcontrollers', 'podtemplates'] },
        { group: 'apps' },
        { group: 'batch' },
      ],
    },
    { level: 'None' },
  ],
});

/** The flags of kube-apiserver. */
export function apiServerArguments(port: number, etcdPort: number, files: ApiServerFiles): readonly string[] {
  return [
    `--etcd-servers=http://127.0.0.1:${etcdPort}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${port}`,
    // It refuses to advertise a loopback address; nothing reads this one, which is reserved for documentation.
    '--advertise-address=192.0.2.1',
    '--endpoint-reconciler-type=none',
    `--cert-dir=${files.certificates}`,
    `--service-account-key-file=${files.serviceAccountKey}`,
    `--service-account-signing-key-file=${files.serviceAccountKey}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    '--service-cluster-ip-range=10.0.0.0/24',
    `--token-auth-file=${files.tokens}`,
    '--authorization-mode=RBAC',
    // Without it a pod needs no service account, which only a controller would make.
    '--disable-admission-plugins=ServiceAccount',
    '--allow-privileged=true',
    `--audit-policy-file=${files.auditPolicy}`,
    `--audit-log-path=${files.auditLog}`,
  ];
}

/*
 * What makes pods from workloads, and what ends them: owners' pods with their owner, and a namespace's objects with
 * the namespace. The service account `default` of a namespace shows that the controllers work.
 */
const controllers = [
  'deployment-controller',
  'replicaset-controller',
  'replicationcontroller-controller',
  'statefulset-controller',
  'daemonset-controller',
  'job-controller',
  'cronjob-controller',
  'garbage-collector-controller',
  'namespace-controller',
  'serviceaccount-controller',
  // Without it a quota never has a status, and every pod that falls under one is refused.
  'resourcequota-controller',
  // It checks the types of CEL, and says in the policy's status what it found.
  'validatingadmissionpolicy-status-controller',
];

/** The flags of kube-controller-manager. */
export function controllerManagerArguments(kubeconfig: string): readonly string[] {
  return [
    `--kubeconfig=${kubeconfig}`,
    '--leader-elect=false',
    '--secure-port=0',
    `--controllers=${controllers.join(',')}`,
  ];
}
