import { expect } from 'chai';
import { join } from 'node:path';
import type { Cluster } from '../../cluster/cluster.ts';
import type { User } from '../../cluster/users.ts';
import { projectRoot } from '../../project-root.ts';
import { until } from '../../until.ts';
import type { Json } from '../objects.ts';
import { sharedCluster } from '../shared-cluster.ts';

const LABEL = 'imagegate/disable-filtering';
const PROFILE = 'imagegate/profile';
const file = join(projectRoot, 'deploy', 'guard-label.yaml');

/** Who may do everything with namespaces, and is in none of the groups that the policy names. */
const rights = {
  apiVersion: 'v1',
  kind: 'List',
  items: [
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'test:namespaces' },
      rules: [{ apiGroups: [''], resources: ['namespaces', 'namespaces/status', 'namespaces/finalize'], verbs: ['*'] }],
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'test:namespaces' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'developers' }],
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'test:namespaces' },
    },
  ],
};

/** The labels of a namespace before and after, and those that whoever may not do it is told of. */
interface Change {
  readonly before: Json;
  readonly after: Json;
  readonly told?: string;
}
const changes: Readonly<Record<string, Change>> = {
  'sets the label': { before: {}, after: { [LABEL]: 'true' } },
  'sets it to what exempts nothing': { before: {}, after: { [LABEL]: 'false' } },
  'changes it': { before: { [LABEL]: 'false' }, after: { [LABEL]: 'true' } },
  'clears it': { before: { [LABEL]: 'true' }, after: {} },
  'sets a profile': { before: {}, after: { [PROFILE]: 'lab' }, told: PROFILE },
  'changes the profile': { before: { [PROFILE]: 'prod' }, after: { [PROFILE]: 'lab' }, told: PROFILE },
  'clears the profile of an exempt namespace': {
    before: { [LABEL]: 'true', [PROFILE]: 'prod' },
    after: { [LABEL]: 'true' },
    told: PROFILE,
  },
  'changes both': {
    before: { [PROFILE]: 'prod' },
    after: { [LABEL]: 'true', [PROFILE]: 'lab' },
    told: `${LABEL} or ${PROFILE}`,
  },
};
const others: Readonly<Record<string, Change>> = {
  'sets another label': { before: {}, after: { team: 'a' } },
  'sets another label of an exempt namespace with a profile': {
    before: { [LABEL]: 'true', [PROFILE]: 'prod' },
    after: { [LABEL]: 'true', [PROFILE]: 'prod', team: 'a' },
  },
};

describe('deploy/guard-label.yaml', () => {
  let cluster: Cluster;
  let namespaces = 0;

  const namespace = (name: string, labels: Json): string =>
    JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } });
  const as = async (user: User, args: readonly string[], input?: string) =>
    cluster.kubectl(args, { user, ...(input !== undefined && { input }) });
  const made = async (labels: Json): Promise<string> => {
    namespaces += 1;
    const name = `guard-${namespaces}`;
    await cluster.apply(namespace(name, labels));
    return name;
  };
  const labelsOf = async (name: string): Promise<Json> => {
    const { text } = await cluster.api.send('GET', `/api/v1/namespaces/${name}`);
    const { 'kubernetes.io/metadata.name': _, ...labels } = JSON.parse(text).metadata.labels;
    return labels;
  };

  /** Each makes the labels of a namespace those. */
  const ways: Readonly<Record<string, (user: User, name: string, labels: Json, before: Json) => Promise<unknown>>> = {
    'kubectl label': async (user, name, labels, before) => {
      const cleared = Object.keys(before).filter((key) => !(key in labels));
      const set = Object.entries(labels).map(([key, value]) => `${key}=${String(value)}`);
      return as(user, ['label', '--overwrite', 'namespace', name, ...set, ...cleared.map((key) => `${key}-`)]);
    },
    'kubectl replace': async (user, name, labels) => as(user, ['replace', '-f', '-'], namespace(name, labels)),
    'the subresource status': async (user, name, labels) =>
      as(user, ['replace', '--subresource=status', '-f', '-'], namespace(name, labels)),
    'the subresource finalize': async (user, name, labels) =>
      as(user, ['replace', '--raw', `/api/v1/namespaces/${name}/finalize`, '-f', '-'], namespace(name, labels)),
  };

  const isGuarded = async (): Promise<boolean> =>
    (await as('developer', ['create', '-f', '-', '--dry-run=server'], namespace('probe', { [LABEL]: 'x' }))).code !== 0;

  before(async () => {
    cluster = await sharedCluster();
    await cluster.apply(JSON.stringify(rights));
    await until(async () => !(await isGuarded()), 'the rights of developers');
    expect(await as('admin', ['apply', '-f', file])).to.deep.include({ code: 0, stderr: '' });
    await until(isGuarded, 'the policy to be in force');
  });

  after(async () => {
    await as('admin', ['delete', '-f', file]);
    await as('admin', ['delete', '-f', '-'], JSON.stringify(rights));
    const names = Array.from({ length: namespaces }, (_, index) => `guard-${index + 1}`);
    await as('admin', ['delete', 'namespace', '--wait=false', ...names]);
  });

  const said = (labels = LABEL): string =>
    `Only system:masters, kubeadm:cluster-admins may set, change or clear the label ${labels}.`;

  it('lets nobody else make an exempt namespace', async () => {
    expect(await as('developer', ['create', '-f', '-'], namespace('guard-new', { [LABEL]: 'true' }))).to.deep.equal({
      code: 1,
      stdout: '',
      stderr:
        'Error from server (Forbidden): error when creating "STDIN": namespaces "guard-new" is forbidden: ' +
        "ValidatingAdmissionPolicy 'guard-label.imagegate.com' with binding 'guard-label.imagegate.com' denied request: " +
        `${said()}\n`,
    });
    const create = ['create', '-f', '-', '--dry-run=server'];
    expect(await as('admin', create, namespace('guard-new', { [LABEL]: 'true' }))).to.include({ code: 0 });
    expect(await as('developer', create, namespace('guard-new', { team: 'a' }))).to.include({ code: 0 });
    expect(await as('developer', ['create', 'namespace', 'guard-new', '--dry-run=server'])).to.include({ code: 0 });
  });

  for (const [way, make] of Object.entries(ways)) {
    for (const [what, { before, after, told }] of Object.entries(changes)) {
      it(`lets nobody else do this by ${way}: who ${what}`, async () => {
        const name = await made(before);
        expect(JSON.stringify(await make('developer', name, after, before))).to.include(said(told));
        expect(await labelsOf(name)).to.deep.equal(before);
        await make('admin', name, after, before);
        expect(await labelsOf(name)).to.deep.equal(after);
      });
    }
    for (const [what, { before, after }] of Object.entries(others)) {
      it(`lets anybody do this by ${way}: who ${what}`, async () => {
        const name = await made(before);
        await make('developer', name, after, before);
        expect(await labelsOf(name)).to.deep.equal(after);
      });
    }
  }

  it('lets anybody delete an exempt namespace', async () => {
    const name = await made({ [LABEL]: 'true' });
    expect(await as('developer', ['delete', 'namespace', name, '--wait=false'])).to.include({ code: 0 });
  });
});
