import { expect } from 'chai';
import { appendFile, cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { at, manifestsOf, type Manifest } from '../deploy/manifests.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { blocksOf } from './readme.ts';
import { readPage } from '../docs/tables.ts';
import { behindTheGate } from './shared-installation.ts';

describe('deploy/monitoring', () => {
  const suite = behindTheGate('monitoring');
  const folder = temporaryFolder();
  const deploy = (): string => join(folder.path, 'deploy');
  const monitoring = async (name: string): Promise<string> => readFile(join(deploy(), 'monitoring', name), 'utf8');

  const built = async (): Promise<readonly Manifest[]> => {
    const { code, stdout, stderr } = await suite().cluster.kubectl(['kustomize', deploy()]);
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    return manifestsOf(stdout);
  };

  beforeEach(async () => cp(suite().deploy, deploy(), { recursive: true }));

  /** As docs/operations.md has it. */
  const addComponent = async (): Promise<void> => {
    const block = blocksOf(readPage('docs/operations.md')).find(({ lines }) => lines[0] === 'components:');
    await appendFile(join(deploy(), 'kustomization.yaml'), `${block?.lines.join('\n')}\n`);
  };

  it('adds its objects to what kustomization.yaml applies, and changes nothing there', async () => {
    const before = await built();
    await addComponent();
    const known = new Set(before.map((one) => JSON.stringify(one)));
    const after = await built();
    expect(after).to.have.length(before.length + 3);
    const added = after.filter((one) => !known.has(JSON.stringify(one)));
    expect(added).to.have.deep.members([
      parse(await monitoring('pod-monitor.yaml')),
      parse(await monitoring('prometheus-rule.yaml')),
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'imagegate-dashboard', namespace: 'imagegate', labels: { grafana_dashboard: '1' } },
        data: { 'imagegate.json': await monitoring('dashboard.json') },
      },
    ]);
  });

  it('has a dashboard that the API server takes, and that is applied twice without a change', async () => {
    await addComponent();
    const dashboard = (await built()).find(({ metadata }) => metadata.name === 'imagegate-dashboard');
    const file = join(folder.path, 'dashboard.yaml');
    await writeFile(file, JSON.stringify(dashboard));
    const apply = async () => (await suite().cluster.kubectl(['apply', '-f', file])).stdout.trim();
    expect(await apply()).to.equal('configmap/imagegate-dashboard created');
    expect(await apply()).to.equal('configmap/imagegate-dashboard unchanged');
    expect(at(dashboard, ['data', 'imagegate.json'])).to.be.a('string');
    await suite().cluster.kubectl(['delete', '-f', file]);
  });
});
