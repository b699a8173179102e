import { expect } from 'chai';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { copyDeploy } from '../cluster/deploy-copy.ts';
import type { Installation } from '../cluster/installation.ts';
import { projectRoot } from '../project-root.ts';
import { differences } from './differences.ts';
import { sharedInstallation } from './shared-installation.ts';

const shipped = join(projectRoot, 'deploy');

async function objects(folder: string, file: string): Promise<unknown[]> {
  const documents = parseAllDocuments(await readFile(join(folder, file), 'utf8'));
  return documents.map((document) => document.toJS() as unknown);
}

describe('the installation of deploy/', () => {
  let installation: Installation;

  before(async () => {
    installation = await sharedInstallation();
  });

  const apply = async (...args: string[]) =>
    installation.cluster.kubectl(['apply', ...args], { cwd: installation.deploy });

  it('works as certificates.sh --help has it', () => {
    const { code, stdout, stderr } = installation.applied;
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    expect(stdout.trimEnd().split('\n')).to.have.members([
      'namespace/imagegate unchanged',
      'resourcequota/imagegate-webhook unchanged',
      'service/imagegate-webhook created',
      'deployment.apps/imagegate-webhook created',
      'poddisruptionbudget.policy/imagegate-webhook created',
      'networkpolicy.networking.k8s.io/imagegate-webhook created',
    ]);
  });

  it('applies every file as shipped, but for the address of the gate', async () => {
    const { deploy, gate } = installation;
    const files = [
      ...(await readdir(deploy)),
      ...(await readdir(join(deploy, 'policy'))).map((name) => join('policy', name)),
    ]
      .filter((name) => name.endsWith('.yaml'))
      .toSorted();
    expect(files).to.deep.equal([
      'deployment.yaml',
      'guard-label.yaml',
      'kustomization.yaml',
      'mutating-webhook-with-ca.yaml', // by certificates.sh
      'mutating-webhook.yaml',
      'namespace.yaml',
      'policy/configmap.yaml',
      'secret.yaml', // by certificates.sh
      'webhook-with-ca.yaml', // by certificates.sh
      'webhook.yaml',
    ]);
    const changes: Record<string, readonly string[]> = {};
    for (const file of files.filter((name) => name !== 'secret.yaml')) {
      const original = file.replace('-with-ca', '');
      // oxlint-disable-next-line no-await-in-loop -- a handful of files
      changes[file] = differences(await objects(shipped, original), await objects(deploy, file));
    }
    const [webhook] = (await objects(deploy, 'webhook-with-ca.yaml')) as [
      { webhooks: { clientConfig: { caBundle: string } }[] },
    ];
    const caBundle = webhook.webhooks[0]?.clientConfig.caBundle;
    expect(Buffer.from(caBundle ?? '', 'base64').toString()).to.equal(await readFile(join(deploy, 'ca.crt'), 'utf8'));
    const token = (await readFile(join(deploy, 'policy-token'), 'utf8')).trim();
    const path =
      '[0].webhooks[2].clientConfig.service.path: "/validate-policy/<certificates.sh fills this in>" -> ' +
      `"/validate-policy/${token}"`;
    const ports = [0, 1, 2].map((entry) => `[0].webhooks[${entry}].clientConfig.service.port: 443 -> ${gate.port}`);
    const bundles = [0, 1, 2].map(
      (entry) =>
        `[0].webhooks[${entry}].clientConfig.caBundle: "<certificates.sh fills this in>" -> ${JSON.stringify(caBundle)}`,
    );
    expect(changes).to.deep.equal({
      'deployment.yaml': [
        '[0].spec.type: "ClusterIP" -> "ExternalName"',
        '[0].spec.externalName: nothing -> "127.0.0.1"',
      ],
      'guard-label.yaml': [],
      'kustomization.yaml': [],
      'mutating-webhook-with-ca.yaml': [ports[0], bundles[0]],
      'mutating-webhook.yaml': [ports[0]],
      'namespace.yaml': [],
      'policy/configmap.yaml': [],
      'webhook-with-ca.yaml': ports.flatMap((port, entry) => [...(entry === 2 ? [path] : []), port, bundles[entry]]),
      'webhook.yaml': ports,
    });
  });

  for (const [file, kind] of [
    ['webhook.yaml', 'ValidatingWebhookConfiguration'],
    ['mutating-webhook.yaml', 'MutatingWebhookConfiguration'],
  ] as const) {
    it(`leaves ${file} to certificates.sh: applied as it is, the API server refuses it`, async () => {
      expect(await apply('-f', join(shipped, file))).to.deep.equal({
        code: 1,
        stdout: '',
        stderr:
          `Error from server (BadRequest): error when creating "${join(shipped, file)}": ` +
          `${kind} in version "v1" cannot be handled as a ${kind}: illegal base64 data at input byte 0\n`,
      });
    });
  }

  it('has no path without a token either: with the caBundle alone, the API server refuses it', async () => {
    const bundle = Buffer.from(await readFile(join(installation.deploy, 'ca.crt'))).toString('base64');
    const text = await readFile(join(shipped, 'webhook.yaml'), 'utf8');
    const input = text.replaceAll(/caBundle: .*/g, `caBundle: ${bundle}`);
    const { code, stdout, stderr } = await installation.cluster.kubectl(['apply', '-f', '-'], { input });
    expect({ code, stdout }).to.deep.equal({ code: 1, stdout: '' });
    expect(stderr).to.match(
      /^The ValidatingWebhookConfiguration "com\.imagegate\.webhook" is invalid: webhooks\[2\]\.clientConfig\.service\.path: Invalid value: /,
    );
  });

  it('applies everything but the webhook, and the same as by -f, file by file', async () => {
    const files = ['namespace.yaml', 'policy/configmap.yaml', 'secret.yaml', 'deployment.yaml'];
    expect(await apply(...files.flatMap((file) => ['-f', file]))).to.deep.equal({
      code: 0,
      stdout: [
        'namespace/imagegate unchanged',
        'resourcequota/imagegate-webhook unchanged',
        'configmap/imagegate-webhook-config unchanged',
        'secret/imagegate-webhook-certificates unchanged',
        'service/imagegate-webhook unchanged',
        'deployment.apps/imagegate-webhook unchanged',
        // kubectl says so each time, as it always sends the selector (patchStrategy "replace"); nothing changes.
        'poddisruptionbudget.policy/imagegate-webhook configured',
        'networkpolicy.networking.k8s.io/imagegate-webhook unchanged',
        '',
      ].join('\n'),
      stderr: '',
    });
    const { stdout } = await installation.cluster.kubectl(['get', 'validatingwebhookconfigurations', '-o', 'name']);
    expect(stdout).to.equal('');
  });

  it('is upgraded by -k, which takes no policy and no Secret back', async () => {
    const kubectl = (...args: string[]) => installation.cluster.kubectl(['-n', 'imagegate', ...args]);
    const patch = async (data: object) => {
      const name = ['configmap', 'imagegate-webhook-config'];
      expect(await kubectl('patch', ...name, '-p', JSON.stringify({ data }))).to.include({
        code: 0,
      });
    };
    const live = async () => {
      const names = ['configmap/imagegate-webhook-config', 'secret/imagegate-webhook-certificates'];
      return (await kubectl('get', ...names, '-o', 'jsonpath={.items[*].data}')).stdout;
    };
    await patch({ BLOCKED_TAGS: 'latest,old' });
    const before = await live();
    expect(before).to.include('latest,old').and.include('policy-token');
    expect(await apply('-k', '.')).to.include({ code: 0, stderr: '' });
    expect(await live()).to.equal(before);
    await patch({ BLOCKED_TAGS: 'staging,latest' });
  });

  it('can be built of a clean clone, which has no Secret', async () => {
    const clone = join(installation.deploy, '..', 'clone');
    await copyDeploy(clone);
    const { code, stdout, stderr } = await installation.cluster.kubectl(['kustomize', clone]);
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    expect(stdout.match(/^kind: .*$/gm))
      .to.include('kind: Deployment')
      .and.not.include('kind: ConfigMap');
  });

  it('closes the gate with webhook-with-ca.yaml, last', async () => {
    expect(await installation.closeGate()).to.deep.equal({
      code: 0,
      stdout: 'validatingwebhookconfiguration.admissionregistration.k8s.io/com.imagegate.webhook created\n',
      stderr: '',
    });
    await installation.openGate();
  });

  it('serves with the certificate that certificates.sh made, by the environment of the Deployment', () => {
    const log = installation.gate.log();
    expect(log.map(({ msg }) => msg)).to.include.members(['Listening.', 'ImageGate is ready!']);
    expect(log.find(({ msg }) => msg === 'Listening.')).to.deep.include({
      port: installation.gate.port,
      rules: ['empty-tag', 'registry-allowlist', 'blocked-tags'],
    });
  });
});
