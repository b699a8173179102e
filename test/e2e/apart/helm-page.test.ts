import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { untilGateIs } from '../../cluster/installation.ts';
import { buildHelm } from '../../helm/build-helm.ts';
import { projectRoot } from '../../project-root.ts';
import { skipWithout } from '../../skip-without.ts';
import { chartCluster, type ChartCluster } from './chart-cluster.ts';
import { blocksOf, commandsOfBlocks, type Command } from '../readme.ts';
import { runLine } from '../run.ts';

/** A second installation, for which the first one must be gone. */
const SECOND = 'Certificates that are given';
const REMOVAL = 'Remove it';

const blocks = blocksOf(readFileSync(join(projectRoot, 'docs', 'helm.md'), 'utf8'));
const commands = commandsOfBlocks(blocks.filter(({ language }) => language !== 'yaml'));
const of = (section: string): readonly Command[] => commands.filter((command) => command.section === section);

describe('docs/helm.md', function () {
  this.timeout(10 * 60_000);
  let there: ChartCluster;

  before(async function () {
    there = await chartCluster((await buildHelm()) ?? skipWithout('go', this));
  });
  after(async () => {
    await there?.remove();
  });

  const first = commands.filter(({ section }) => section !== SECOND);
  for (const { line, section } of [...first, ...of(SECOND), ...of(REMOVAL)]) {
    it(`${section}: ${line}`, async () => {
      const { code, output } = await runLine(line, {
        cwd: there.checkout,
        env: there.environment,
        timeoutMs: 5 * 60_000,
      });
      expect(code, output).to.equal(0);
      const isOpen = /webhook\.closed=false|^kubectl (?:create|delete)|^helm uninstall/.test(line);
      if (/^helm|^kubectl delete/.test(line)) await untilGateIs(there.cluster, isOpen ? 'open' : 'closed');
    });
  }

  it('has a policy in YAML that the gate would use', async () => {
    const yaml = blocks.filter(({ language }) => language === 'yaml').map(({ lines }) => lines.join('\n'));
    expect(yaml).to.have.length(1);
    await writeFile(join(there.checkout, 'values.yaml'), yaml[0]!);
    const main = join(projectRoot, 'build', 'src', 'main.js');
    const line =
      'helm template deploy/chart --namespace imagegate --values values.yaml --show-only templates/policy.yaml >map.yaml' +
      ` && node ${main} test-policy map.yaml`;
    const { code, output } = await runLine(line, { cwd: there.checkout, env: there.environment });
    expect(code, output).to.equal(0);
    expect(output).to.include('lab');
  });
});
