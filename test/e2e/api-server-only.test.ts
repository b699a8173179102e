import { expect } from 'chai';
import { appendFile, cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { untilGateIs } from '../cluster/installation.ts';
import { at, manifestsOf, type Manifest } from '../deploy/manifests.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { until } from '../until.ts';
import { differences } from './differences.ts';
import { blocksOf, commandsOfBlocks } from './readme.ts';
import { runLine } from './run.ts';
import { behindTheGate } from './shared-installation.ts';

describe('deploy/components/api-server-only', () => {
  const suite = behindTheGate('api-server-only');
  const folder = temporaryFolder();
  const deploy = (): string => join(folder.path, 'deploy');
  const component = (file: string): string => join(deploy(), 'components', 'api-server-only', file);

  /** What `apply -k` would apply. */
  const built = async (): Promise<readonly Manifest[]> => {
    const { code, stdout, stderr } = await suite().cluster.kubectl(['kustomize', deploy()]);
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    return manifestsOf(stdout);
  };
  const addComponent = async () =>
    appendFile(join(deploy(), 'kustomization.yaml'), 'components:\n  - components/api-server-only\n');
  const fillIn = async () => {
    const text = await readFile(component('kustomization.yaml'), 'utf8');
    await writeFile(component('kustomization.yaml'), text.replace(/<.*>(?=\/32)/, '192.0.2.10'));
  };

  beforeEach(async () => cp(suite().deploy, deploy(), { recursive: true }));

  // By -k as shipped, so that other suites find what they expect.
  after(async () => suite().cluster.kubectl(['apply', '-k', suite().deploy]));

  it('lets the webhook be reached from the addresses alone, and changes nothing else', async () => {
    const before = await built();
    await addComponent();
    await fillIn();
    const index = before.findIndex(({ kind }) => kind === 'NetworkPolicy');
    const after = await built();
    expect(differences(before, after)).to.deep.equal([
      `[${index}].spec.ingress[0].from: nothing -> [{"ipBlock":{"cidr":"192.0.2.10/32"}}]`,
    ]);
    expect(at(after[index], ['spec', 'ingress', 0, 'ports', 0, 'port'])).to.equal(3000);
  });

  it('is refused by the API server as long as nobody has filled in an address', async () => {
    await addComponent();
    const { code, stderr } = await suite().cluster.kubectl(['apply', '-k', deploy(), '--dry-run=server']);
    expect(code).to.equal(1);
    expect(stderr).to.match(
      /^The NetworkPolicy "imagegate-webhook" is invalid: spec\.ingress\[0\]\.from\[0\]\.ipBlock\.cidr/,
    );
  });

  it('cannot be built where the first rule is not that of the webhook', async () => {
    await addComponent();
    const file = join(deploy(), 'deployment.yaml');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace('port: 3000', 'port: 3001'));
    const { code, stderr } = await suite().cluster.kubectl(['kustomize', deploy()]);
    expect(code).to.equal(1);
    expect(stderr).to.include('testing value /spec/ingress/0/ports failed');
  });

  it('can be tried as its README has it', async () => {
    await addComponent();
    await fillIn();
    const { cluster } = suite();
    const failurePolicy = async (): Promise<string> => {
      const query = ['get', 'validatingwebhookconfiguration', 'com.imagegate.webhook'];
      return (await cluster.kubectl([...query, '-o', 'jsonpath={.webhooks[0].failurePolicy}'])).stdout;
    };
    const shell = blocksOf(await readFile(component('README.md'), 'utf8')).filter(
      ({ language }) => language !== 'yaml',
    );
    const policies: string[] = [];
    for (const { line, output, needs } of commandsOfBlocks(shell)) {
      if (needs !== undefined) {
        expect(needs).to.equal('a node');
        continue;
      }
      // oxlint-disable-next-line no-await-in-loop -- the order is the point
      const result = await runLine(line, { cwd: folder.path, env: cluster.environment() });
      if (output === undefined) expect(result.code, result.output).to.equal(0);
      else expect(result, line).to.deep.equal({ code: 1, output });
      // oxlint-disable-next-line no-await-in-loop -- the order is the point
      policies.push(await failurePolicy());
    }
    expect(policies).to.deep.equal(['Fail', 'Ignore', 'Ignore', 'Ignore', 'Ignore', 'Fail', 'Fail']);
    await untilGateIs(cluster, 'closed');
    const gone = ['get', 'networkpolicy', 'imagegate-webhook', '-n', 'imagegate', '--ignore-not-found', '-o', 'name'];
    await until(async () => (await cluster.kubectl(gone)).stdout === '', 'the NetworkPolicy to be gone');
  });
});
