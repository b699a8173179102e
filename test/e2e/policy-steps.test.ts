import { expect } from 'chai';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runCertificates } from '../cluster/deploy-copy.ts';
import { policySteps, STEPS } from '../docs/policy-steps.ts';
import { projectRoot } from '../project-root.ts';
import { until } from '../until.ts';
import { metric } from './metric.ts';
import { runLine } from './run.ts';
import { behindTheGate } from './shared-installation.ts';

const NAMESPACES = ['shop', 'sandbox', 'billing', 'payments'];

describe(`docs/policy.md, ${STEPS}`, () => {
  const suite = behindTheGate('policy-steps');
  const file = (): string => join(suite().deploy, 'policy', 'configmap.yaml');
  let shipped: string;

  before(async () => {
    shipped = await readFile(file(), 'utf8');
    const namespaces = NAMESPACES.map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }));
    await suite().cluster.apply(JSON.stringify({ apiVersion: 'v1', kind: 'List', items: namespaces }));
  });

  after(async () => {
    const { cluster, deploy } = suite();
    await writeFile(file(), shipped);
    await runCertificates(deploy, ['--drop-profile', 'prod']);
    await cluster.kubectl(['apply', '-f', 'policy', '-f', 'secret.yaml'], { cwd: deploy });
    await brought('configmap.yaml');
    await cluster.kubectl(['delete', 'namespace', ...NAMESPACES, '--wait=false']);
  });

  /** Has the kubelet bring what was applied, and waits until the gate has taken it. */
  const brought = async (manifest: 'configmap.yaml' | 'secret.yaml'): Promise<void> => {
    const { gate } = suite();
    const taken = async (): Promise<number> =>
      manifest === 'configmap.yaml'
        ? metric(gate, 'imagegate_ruleset_loads_total', { result: 'success' })
        : gate.log().filter(({ msg }) => msg === 'Certificate reloaded.').length;
    const before = await taken();
    await gate.refreshVolumes();
    await until(async () => (await taken()) > before, `${manifest} to be taken`);
  };

  const run = async (line: string) => {
    const imagegate = `${process.execPath} ${join(projectRoot, 'build', 'src', 'main.js')}`;
    const where = { cwd: dirname(suite().deploy), env: suite().cluster.environment() };
    return runLine(line.replace(/^imagegate/, imagegate), where);
  };

  for (const [index, { configMap, commands }] of policySteps().entries()) {
    it(`step ${index + 1} is taken, and leads to what the page shows`, async () => {
      // The day on the page will have passed.
      await writeFile(file(), configMap.replace(/(?<=expires: )[\d-]+/, '2999-12-31'));
      for (const { line, output } of commands) {
        if (output !== undefined) {
          // The API server learns of labels and entries a moment later.
          const tried = async () => (await run(`${line} --dry-run=server`)).output.replace(' (server dry run)', '');
          // oxlint-disable-next-line no-await-in-loop -- in their order
          await until(async () => (await tried()) === output, `${line} to print ${output}`);
        }
        // oxlint-disable-next-line no-await-in-loop -- in their order
        const result = await run(line);
        expect(result.code, result.output).to.equal(output?.startsWith('Error') ? 1 : 0);
        if (output !== undefined) expect(result.output).to.equal(output);
        const [manifest] = line.match(/(?:configmap|secret)\.yaml/) ?? [];
        // oxlint-disable-next-line no-await-in-loop -- in their order
        if (line.startsWith('kubectl apply')) await brought(manifest as 'configmap.yaml' | 'secret.yaml');
      }
    });
  }
});
