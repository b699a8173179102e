import { randomBytes } from 'node:crypto';

/**
 * Who may speak to the cluster; `name` is the user name that the webhook sees in `request.userInfo.username`.
 * - `admin`: may do everything (`system:masters`).
 * - `developer`: an ordinary user with the rights of Kubernetes' own roles edit and view, in every namespace.
 * - `node`: a node's identity, as the kubelet of `node-1` has it: may create mirror pods.
 * - `controllers`: what kube-controller-manager uses.
 */
export const users = [
  { user: 'admin', name: 'admin', groups: ['system:masters'] },
  { user: 'developer', name: 'developer', groups: ['developers'] },
  { user: 'node', name: 'system:node:node-1', groups: ['system:nodes'] },
  { user: 'controllers', name: 'system:kube-controller-manager', groups: ['system:masters'] },
] as const;

/** One of them. */
export type User = (typeof users)[number]['user'];

/** Whom RBAC gives which ClusterRoles; system:masters need none. */
const grants = [
  // Not `edit` and `view` themselves: a controller fills those, and the cluster may run without controllers.
  { group: 'developers', role: 'system:aggregate-to-edit' },
  { group: 'developers', role: 'system:aggregate-to-view' },
  // Kubernetes binds this role to nobody, as clusters use the node authorizer in its place.
  { group: 'system:nodes', role: 'system:node' },
];

/** The ClusterRoleBindings of the users above, to be created once the API server is up. */
export const clusterRoleBindings = grants.map(({ group, role }) => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRoleBinding',
  metadata: { name: `test:${group.replace(':', '-')}:${role.replace(':', '-')}` },
  subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: group }],
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
}));

/** A secret of one cluster, from which the tokens of its users are made. */
export function makeSecret(): string {
  return randomBytes(16).toString('hex');
}

/** A user's bearer token. */
export function tokenOf(user: User, secret: string): string {
  return `${user}.${secret}`;
}

/** The file for kube-apiserver's `--token-auth-file`: token, user name, uid, "group,group" a line. */
export function tokenFile(secret: string): string {
  return users
    .map(({ user, name, groups }) => `${tokenOf(user, secret)},${name},${user},"${groups.join(',')}"\n`)
    .join('');
}

/** A kubeconfig (in JSON, which is YAML too) that needs no other file. */
export function kubeconfig(server: string, ca: string, user: User, secret: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server, 'certificate-authority-data': Buffer.from(ca).toString('base64') } }],
    users: [{ name: user, user: { token: tokenOf(user, secret) } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user } }],
    'current-context': 'test',
  });
}
