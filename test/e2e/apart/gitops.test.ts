import { expect } from 'chai';
import { existsSync } from 'node:fs';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { startCluster } from '../../cluster/cluster.ts';
import { install, type Installation, untilGateIs } from '../../cluster/installation.ts';
import type { KubectlResult } from '../../cluster/kubectl.ts';
import { at, manifestsOf } from '../../deploy/manifests.ts';
import { readPage } from '../../docs/tables.ts';
import { projectRoot } from '../../project-root.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { certificatesCluster, SECRET_PATH, WEBHOOK_PATH, type CertificatesCluster } from './certificates-cluster.ts';
import { blocksOf, commandsOfBlocks } from '../readme.ts';
import { runLine } from '../run.ts';

const blocks = blocksOf(readPage('docs/gitops.md'));
const yamlOf = (section: string): string =>
  blocks
    .filter((block) => block.language === 'yaml' && block.section === section)
    .map(({ lines }) => lines.join('\n'))
    .join('\n---\n');
const commandsOfSection = (section: string) =>
  commandsOfBlocks(blocks.filter((block) => block.language === 'sh' && block.section === section));

/** What the page has Argo CD ignore, without the question mark for what may be missing. */
const ignoredPaths = [...yamlOf('The webhook in git').matchAll(/jqPathExpressions: \['(.*)'\]/g)].map(([, path = '']) =>
  path.replaceAll('?', ''),
);

const NAMESPACE = 'gitops-shop';
/** Those of Argo CD and of Flux. Both force. */
const MANAGERS = ['argocd-controller', 'kustomize-controller'];
const WEBHOOK = ['validatingwebhookconfiguration', 'com.imagegate.webhook'];

/** Kinds of Argo CD and Flux, which take anything: what is tried is what kubectl does with them. */
const kinds = [
  { group: 'argoproj.io', version: 'v1alpha1', kind: 'Application', plural: 'applications' },
  { group: 'kustomize.toolkit.fluxcd.io', version: 'v1', kind: 'Kustomization', plural: 'kustomizations' },
].map(({ group, version, kind, plural }) => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${plural}.${group}` },
  spec: {
    group,
    scope: 'Namespaced',
    names: { kind, plural, singular: kind.toLowerCase() },
    versions: [
      {
        name: version,
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
}));

/** The paths of managedFields, with a star for an element of a list. */
function fieldPaths(fields: object, path = ''): readonly string[] {
  return Object.entries(fields).flatMap(([key, below]: [string, object]) => {
    if (key === '.') return [];
    const step = key.startsWith('f:') ? `.${key.slice(2)}` : '[]';
    return Object.keys(below).length === 0 ? [path + step] : fieldPaths(below, path + step);
  });
}

describe('docs/gitops.md', () => {
  const folder = temporaryFolder();
  let installation: Installation;
  const kubectl = async (...args: readonly string[]): Promise<KubectlResult> =>
    installation.cluster.kubectl(args, { cwd: folder.path });
  const kubectlOk = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await kubectl(...args);
    expect(code, `kubectl ${args.join(' ')}: ${stdout}${stderr}`).to.equal(0);
    return stdout;
  };
  /** What Argo CD and Flux do. */
  const sync = async (manager: string, what: readonly string[] = ['-k', 'deploy']) =>
    kubectl('apply', '--server-side', '--force-conflicts', `--field-manager=${manager}`, ...what);
  const synced = async (manager: string, what?: readonly string[]): Promise<void> => {
    const { code, stderr } = await sync(manager, what);
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
  };
  const drift = async (manager: string, what: readonly string[] = ['-k', 'deploy']) =>
    kubectl('diff', '--server-side', '--force-conflicts', `--field-manager=${manager}`, ...what);
  const run = async (text: string): Promise<void> => {
    // The reader's namespace: that of this file, since others have a shop too.
    const line = text.replace(/ shop /, ` ${NAMESPACE} `);
    const { code, output } = await runLine(line, { cwd: folder.path, env: installation.cluster.environment() });
    expect(code, `${line}: ${output}`).to.equal(0);
  };
  const runSection = async (section: string): Promise<void> => {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    for (const { line, needs } of commandsOfSection(section)) if (needs === undefined) await run(line);
  };
  const [closing = ''] = commandsOfSection('The first time').flatMap(({ line }) =>
    line.includes('--server-side') ? [line] : [],
  );
  const close = async (): Promise<void> => {
    await runSection('The first time');
    await untilGateIs(installation.cluster, 'closed');
  };
  /** Does with kustomization.yaml what the page says. */
  const putWebhookInGit = async (): Promise<void> => {
    const file = join(folder.path, 'deploy', 'kustomization.yaml');
    const text = await readFile(file, 'utf8');
    const [added = ''] = yamlOf('The webhook in git').split('\n---\n');
    await writeFile(file, text.replace(/^resources:\n(?: {2}- .*\n)+/m, `${added}\n`));
  };
  const webhook = async (): Promise<unknown> =>
    JSON.parse(await kubectlOk('get', ...WEBHOOK, '--show-managed-fields', '-o', 'json'));
  const clients = async (): Promise<unknown> =>
    ((await webhook()) as { webhooks: { clientConfig: unknown }[] }).webhooks.map(({ clientConfig }) => clientConfig);
  /** What the API server says to a webhook without what it is to ask. */
  const lacksClient = /com\.imagegate\.webhook" is invalid: \n\* webhooks\[0\]\.clientConfig: Required value/;

  const change = async (file: string, pattern: RegExp, by: string): Promise<void> => {
    const path = join(folder.path, 'deploy', file);
    const text = await readFile(path, 'utf8');
    expect(text).to.match(pattern);
    await writeFile(path, text.replace(pattern, by));
  };
  /** Another bundle, by which the gate is trusted as well: twice the same CA. */
  const otherCa = async (): Promise<string> => {
    const text = await readFile(join(folder.path, 'deploy', 'ca.crt'), 'utf8');
    return Buffer.from(text + text).toString('base64');
  };
  /** Who may write a CA, and how. */
  const writers: Readonly<Record<string, () => Promise<void>>> = {
    'certificates.sh': async () => {
      await change('webhook-with-ca.yaml', /caBundle: .*/g, `caBundle: ${await otherCa()}`);
      const apply = ['apply', '--server-side', '--field-manager=certificates.sh'];
      await kubectlOk(...apply, '-f', 'deploy/webhook-with-ca.yaml');
    },
    "cert-manager's injector": async () => {
      const value = await otherCa();
      const patch = [0, 1, 2].map((index) => ({
        op: 'replace',
        path: `/webhooks/${index}/clientConfig/caBundle`,
        value,
      }));
      const by = ['--type=json', '--field-manager=cert-manager-cainjector', '--patch', JSON.stringify(patch)];
      await kubectlOk('patch', ...WEBHOOK, ...by);
    },
  };

  before(async () => {
    // Of its own: others apply by kubectl, which would warn of what managers wrote.
    installation = await install(await startCluster());
    await installation.cluster.apply(JSON.stringify({ apiVersion: 'v1', kind: 'List', items: kinds }));
    for (const { metadata } of kinds) {
      // oxlint-disable-next-line no-await-in-loop -- two of them
      await installation.cluster.kubectl(['wait', '--for=condition=Established', `crd/${metadata.name}`]);
    }
    for (const name of ['argocd', 'flux-system', NAMESPACE]) {
      // oxlint-disable-next-line no-await-in-loop -- three of them
      await installation.cluster.apply(`{ apiVersion: v1, kind: Namespace, metadata: { name: ${name} } }`);
    }
  });
  beforeEach(async () => cp(dirname(installation.deploy), folder.path, { recursive: true }));
  afterEach(async () => {
    await installation.openGate();
    const config = ['-n', 'imagegate', 'patch', 'configmap', 'imagegate-webhook-config'];
    await installation.cluster.kubectl([...config, '--patch', '{"data":{"ENFORCEMENT":null}}']);
    await installation.cluster.kubectl(['label', 'namespace', NAMESPACE, 'imagegate/disable-filtering-']);
  });
  after(async () => {
    await installation?.remove();
    await installation?.cluster.stop();
  });

  for (const manager of MANAGERS) {
    describe(`as ${manager}`, () => {
      const isSynced = async (what?: readonly string[]): Promise<void> => {
        await synced(manager, what);
        expect(await drift(manager, what)).to.deep.equal({ code: 0, stdout: '', stderr: '' });
      };
      const closeWithWebhookInGit = async (): Promise<void> => {
        await close();
        await putWebhookInGit();
        await isSynced();
      };

      it('git has neither a conflict nor a drift without the webhook', async () => {
        await isSynced();
        await isSynced(['-f', 'deploy/policy']);
        await close();
        await isSynced();
      });

      it('nor with it, whoever of both comes next', async () => {
        await close();
        const before = await clients();
        await putWebhookInGit();
        await isSynced();
        await close();
        await isSynced();
        expect(await clients()).to.deep.equal(before);
      });

      for (const [who, write] of Object.entries(writers)) {
        it(`leaves a CA that ${who} writes`, async () => {
          await closeWithWebhookInGit();
          const before = await clients();
          await write();
          const written = await clients();
          expect(written).to.not.deep.equal(before);
          await isSynced();
          expect(await clients()).to.deep.equal(written);
        });
      }

      it('has the fields that the page gives to it, and those of the ignore rule are not among them', async () => {
        await closeWithWebhookInGit();
        const { metadata } = (await webhook()) as {
          metadata: { managedFields: { manager: string; fieldsV1: object }[] };
        };
        const fieldsOf = (name: string): readonly string[] =>
          metadata.managedFields
            .filter((entry) => entry.manager === name)
            .flatMap(({ fieldsV1 }) => fieldPaths(fieldsV1));
        const theirs = new Set(fieldsOf(manager));
        const [ignored = ''] = ignoredPaths;
        expect([...theirs].filter((path) => path.startsWith('.webhooks[].')).length).to.be.above(7);
        expect([...theirs].filter((path) => path.startsWith(ignored))).to.deep.equal([]);
        const apart = new Set(fieldsOf('certificates.sh').filter((path) => !theirs.has(path)));
        expect([...apart].toSorted()).to.deep.equal(
          ['.caBundle', '.service.name', '.service.namespace', '.service.path', '.service.port'].map(
            (path) => ignored + path,
          ),
        );
      });

      it('overwrites the rest, and certificates of another webhook.yaml are a conflict', async () => {
        await closeWithWebhookInGit();
        await change('webhook.yaml', /timeoutSeconds: 5/g, 'timeoutSeconds: 6');
        await isSynced();
        const before = await webhook();
        const { code, output } = await runLine(closing, { cwd: folder.path, env: installation.cluster.environment() });
        expect(code).to.equal(1);
        expect(output).to.include(`conflicts with "${manager}":`);
        expect(output).to.include('.webhooks[name="com.imagegate.webhook"].timeoutSeconds');
        expect(await webhook()).to.deep.equal(before);
      });

      it('cannot make a webhook before its certificates, so no pod is refused', async () => {
        await putWebhookInGit();
        const { code, stderr } = await sync(manager);
        expect(code).to.equal(1);
        expect(stderr).to.match(lacksClient);
        expect((await kubectl('get', ...WEBHOOK)).stderr).to.include('NotFound');
        await close();
        await isSynced();
      });

      it('cannot take the CA from a webhook of a plain apply, and the page has how to take that over', async () => {
        await kubectlOk('apply', '-f', 'deploy/webhook-with-ca.yaml');
        await putWebhookInGit();
        const before = await clients();
        // The first makes the fields its own, and can go no further; the next ones say so.
        await sync(manager);
        const { code, stderr } = await sync(manager);
        expect(code).to.equal(1);
        expect(stderr).to.match(lacksClient);
        expect(await clients()).to.deep.equal(before);
        await close();
        await isSynced();
        expect(await clients()).to.deep.equal(before);
      });

      it('leaves broken glass broken', async () => {
        await writeFile(
          join(folder.path, 'shop.yaml'),
          `{ apiVersion: v1, kind: Namespace, metadata: { name: ${NAMESPACE} } }`,
        );
        await writeFile(join(folder.path, 'applications.yaml'), yamlOf('The applications'));
        await isSynced(['-f', 'shop.yaml']);
        await isSynced(['-f', 'deploy/policy']);
        await kubectlOk('apply', '-f', 'applications.yaml');
        await closeWithWebhookInGit();
        await runSection('Break glass');
        expect((await sync(manager)).stderr).to.match(lacksClient);
        await isSynced(['-f', 'shop.yaml']);
        await isSynced(['-f', 'deploy/policy']);
        await untilGateIs(installation.cluster, 'open');
        const valueAt = async (object: readonly string[], path: string) =>
          kubectlOk('get', ...object, '-o', `jsonpath={${path}}`);
        const broken: readonly (readonly [readonly string[], string, string])[] = [
          [['namespace', NAMESPACE], '.metadata.labels.imagegate/disable-filtering', 'true'],
          [['-n', 'imagegate', 'configmap', 'imagegate-webhook-config'], '.data.ENFORCEMENT', 'warn'],
          [
            ['-n', 'argocd', 'application', 'imagegate'],
            '.spec.syncPolicy',
            '{"syncOptions":["ServerSideApply=true"]}',
          ],
          [['-n', 'flux-system', 'kustomizations.kustomize.toolkit.fluxcd.io', 'imagegate'], '.spec.suspend', 'true'],
        ];
        for (const [object, path, value] of broken) {
          // oxlint-disable-next-line no-await-in-loop -- one after the other
          expect(await valueAt(object, path), path).to.equal(value);
        }
      });
    });
  }

  it('have a test that runs each of their commands', () => {
    const sections = blocks.filter(({ language }) => language === 'sh').map(({ section }) => section);
    expect([...new Set(sections)]).to.deep.equal(['The first time', 'Break glass', 'With the Jobs']);
  });

  it('name folders that there are, and what the component takes away', () => {
    const sources = manifestsOf(yamlOf('The applications'));
    const paths = sources.map((source) => at(source, ['spec', 'path']) ?? at(source, ['spec', 'source', 'path']));
    expect(paths).to.deep.equal(['deploy', 'deploy/policy', './deploy', './deploy/policy']);
    for (const path of paths) expect(existsSync(join(projectRoot, String(path)))).to.equal(true);
    expect(ignoredPaths).to.deep.equal(['.webhooks[].clientConfig']);
  });
});

describe('docs/gitops.md, with the Jobs', () => {
  let there: CertificatesCluster;
  before(async () => {
    there = await certificatesCluster();
    await there.setReady(1);
  });
  after(async () => there?.remove());

  const objects = async (): Promise<unknown> => {
    const paths = [SECRET_PATH, WEBHOOK_PATH];
    const found = await Promise.all(paths.map(async (path) => there.cluster.api.send('GET', path)));
    return found.map(({ text }) => {
      const { data, webhooks } = JSON.parse(text) as { data?: unknown; webhooks?: unknown };
      return data ?? webhooks;
    });
  };

  for (const manager of MANAGERS) {
    it(`git has neither a conflict nor a drift as ${manager}, and takes nothing back`, async () => {
      const by = ['--server-side', '--force-conflicts', `--field-manager=${manager}`, '-k', there.deploy];
      const cronJob = ['-n', 'imagegate', 'cronjob', 'imagegate-certificates'];
      await there.cluster.kubectl(['patch', ...cronJob, '--patch', '{"spec":{"suspend":false}}']);
      expect(await there.cluster.kubectl(['apply', ...by])).to.include({ code: 0, stderr: '' });
      expect(await there.run({ renew: true })).to.include({ code: 0 });
      const before = await objects();
      expect(before).to.not.include(undefined);
      expect(await there.cluster.kubectl(['apply', ...by])).to.include({ code: 0, stderr: '' });
      expect(await there.cluster.kubectl(['diff', ...by])).to.deep.equal({ code: 0, stdout: '', stderr: '' });
      expect(await objects()).to.deep.equal(before);

      for (const { line } of commandsOfSection('With the Jobs')) {
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        const { code, output } = await runLine(line, { cwd: there.deploy, env: there.cluster.environment() });
        expect(code, output).to.equal(0);
      }
      expect(await there.cluster.kubectl(['apply', ...by])).to.include({ code: 0, stderr: '' });
      const suspended = await there.cluster.kubectl(['get', ...cronJob, '-o', 'jsonpath={.spec.suspend}']);
      expect(suspended.stdout).to.equal('true');
      await untilGateIs(there.cluster, 'open');
    });
  }
});
