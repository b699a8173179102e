import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { untilGateIs } from '../../cluster/installation.ts';
import { buildHelm } from '../../helm/build-helm.ts';
import { projectRoot } from '../../project-root.ts';
import { skipWithout } from '../../skip-without.ts';
import { chartCluster, type ChartCluster } from './chart-cluster.ts';
import { certManagerIssues, certManagerKinds } from './stand-in-cert-manager.ts';
import { until } from '../../until.ts';
import { blocksOf, commandsOfBlocks, type Command } from '../readme.ts';
import { runLine } from '../run.ts';

/** Further installations, for each of which the one before must be gone. */
const AGAIN = ['Certificates that are given', 'Certificates by cert-manager'];
const REMOVAL = 'Remove it';
const MAIN = join(projectRoot, 'build', 'src', 'main.js');

const blocks = blocksOf(readFileSync(join(projectRoot, 'docs', 'helm.md'), 'utf8'));
const values = blocks.filter(({ language }) => language === 'yaml').map(({ lines }) => lines.join('\n'));
const commands = commandsOfBlocks(blocks.filter(({ language }) => language !== 'yaml'));
const of = (section: string): readonly Command[] => commands.filter((command) => command.section === section);

describe('docs/helm.md', function () {
  this.timeout(10 * 60_000);
  let there: ChartCluster;

  before(async function () {
    there = await chartCluster((await buildHelm()) ?? skipWithout('go', this));
    expect(values).to.have.length(1);
    await writeFile(join(there.checkout, 'values.yaml'), values[0]!);
    await certManagerKinds(there.cluster);
  });
  after(async () => {
    await there?.remove();
  });

  /** What cert-manager does once its Certificate is there. */
  const certify = async (): Promise<void> => {
    const path = '/apis/cert-manager.io/v1/namespaces/imagegate/certificates/imagegate-webhook';
    await until(async () => (await there.cluster.api.send('GET', path)).status === 200, 'the Certificate');
    await certManagerIssues(there.cluster);
  };

  const first = commands.filter(({ section }) => !AGAIN.includes(section));
  for (const { line, section } of [...first, ...AGAIN.flatMap((again) => [...of(again), ...of(REMOVAL)])]) {
    it(`${section}: ${line}`, async () => {
      const [{ code, output }] = await Promise.all([
        runLine(line.replace('npx imagegate', `${process.execPath} ${MAIN}`), {
          cwd: there.checkout,
          env: there.environment,
          timeoutMs: 5 * 60_000,
        }),
        line.includes('mode=cert-manager') ? certify() : undefined,
      ]);
      expect(code, output).to.equal(0);
      if (line.includes('test-policy')) expect(output).to.include('lab');
      const isOpen = /webhook\.closed=false|^kubectl (?:create|delete)|^helm uninstall/.test(line);
      if (/^helm (?!template)|^kubectl delete/.test(line)) await untilGateIs(there.cluster, isOpen ? 'open' : 'closed');
    });
  }
});
