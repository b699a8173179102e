import { expect } from 'chai';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../project-root.ts';
import { sourceFiles } from '../repository/source-files.ts';
import { at, manifest, manifests, notShipped, type Manifest } from './manifests.ts';

/** All that is shipped, the components as well. What the chart makes of it is compared in chart.slow.test.ts. */
const objects: readonly Manifest[] = readdirSync(join(projectRoot, 'deploy'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.yaml') && !file.startsWith('chart') && !notShipped.test(file))
  .flatMap((file) => manifests(file));

/** What would give somebody rights, or the API server something new to serve or to be changed by. */
const GRANTING = /^(?:rbac\.authorization|apiextensions|apiregistration)\.k8s\.io\/|ServiceAccount$|Mutating/;

/** What src takes of Node's modules that could reach somebody: to be reached is all it is for. */
const SERVING = new Set(['Server', 'STATUS_CODES', 'createSecureContext', 'createServer', 'isIP']);
const NETWORK = /^(?:node:)?(?:net|tls|http|https|http2|dgram|dns|dns\/promises|inspector|quic)$/;

describe('what the gate itself can do', () => {
  const pod = at(manifest('deployment.yaml', 'Deployment'), ['spec', 'template', 'spec']);
  const policy = manifest('deployment.yaml', 'NetworkPolicy');

  it('is nothing by the API: it has no token, and no service account but that of all pods', () => {
    expect(at(pod, ['automountServiceAccountToken'])).to.equal(false);
    expect(at(pod, ['serviceAccountName'])).to.equal(undefined);
    expect(at(pod, ['serviceAccount'])).to.equal(undefined);
    expect(JSON.stringify(at(pod, ['volumes']))).to.not.match(/serviceAccountToken|clusterTrustBundle|hostPath/);
  });

  it('is given to it by nobody: nothing in deploy/ is a role, a binding, an account, a kind or a mutation, but for the Jobs that make certificates and the webhook that rewrites', () => {
    expect(objects.length).to.be.above(7);
    const granting = objects.filter(({ apiVersion, kind }) => GRANTING.test(apiVersion) || GRANTING.test(kind));
    expect(granting.map(({ kind, metadata }) => `${kind} ${metadata.name}`).toSorted()).to.deep.equal([
      'ClusterRole imagegate-certificates',
      'ClusterRoleBinding imagegate-certificates',
      'MutatingWebhookConfiguration com.imagegate.webhook',
      'Role imagegate-certificates',
      'RoleBinding imagegate-certificates',
      'ServiceAccount imagegate-certificates',
    ]);
    const users = objects.filter((object) => JSON.stringify(object).includes('"serviceAccountName"'));
    expect(users.map(({ kind, metadata }) => `${kind} ${metadata.name}`).toSorted()).to.deep.equal([
      'CronJob imagegate-certificates',
      'Job imagegate-certificates',
    ]);
    for (const found of ['rbac.authorization.k8s.io/v1', 'ServiceAccount', 'MutatingWebhookConfiguration']) {
      expect(found).to.match(GRANTING);
    }
  });

  it('is nothing by the network: the NetworkPolicy lets nothing out, and no component changes that', () => {
    expect(at(policy, ['spec', 'podSelector', 'matchLabels'])).to.deep.equal(
      at(manifest('deployment.yaml', 'Deployment'), ['spec', 'template', 'metadata', 'labels']),
    );
    expect(at(policy, ['spec', 'policyTypes'])).to.include('Egress');
    expect(at(policy, ['spec', 'egress'])).to.equal(undefined);
    const policies = objects.filter(({ kind }) => kind === 'NetworkPolicy');
    expect(policies).to.have.length(1);
    for (const component of objects.filter(({ kind }) => kind === 'Component')) {
      expect(JSON.stringify(component)).to.not.match(/egress/i);
    }
  });

  it('is nothing on its node: no privilege, no root, nothing to write to, no namespace of the node', () => {
    const container = at(pod, ['containers', 0]);
    expect(at(container, ['securityContext'])).to.deep.equal({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(at(pod, ['securityContext', 'runAsNonRoot'])).to.equal(true);
    for (const shared of ['hostNetwork', 'hostPID', 'hostIPC']) expect(at(pod, [shared]), shared).to.equal(undefined);
  });

  it('is to be reached, and never to reach: of the modules of the network, src takes only what serves', async () => {
    const files = await sourceFiles('src');
    const taken = files.flatMap(({ path, text }) =>
      [...text.matchAll(/^import (?!type )(.+?) from '([^']+)'/gms)]
        .filter(([, , module = '']) => NETWORK.test(module))
        .flatMap(([, names = '']) => names.replaceAll(/[{}]/g, '').split(','))
        .map((name) => name.trim())
        .filter((name) => name !== '' && !name.startsWith('type '))
        .map((name) => ({ path, name: name.replace(/ as .*/, '') })),
    );
    expect(taken.map(({ name }) => name)).to.include('createServer');
    expect(taken.filter(({ name }) => !SERVING.has(name))).to.deep.equal([]);
    const code = (text: string): string => text.replaceAll(/\/\*[^]*?\*\/|\/\/[^\n]*/g, '');
    const asking = files.filter(({ text }) => /\bfetch\(|new WebSocket|new EventSource/.test(code(text)));
    expect(asking.map(({ path }) => path)).to.deep.equal([]);
  });
});
