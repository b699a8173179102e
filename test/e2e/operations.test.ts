import { expect } from 'chai';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { runCertificates } from '../cluster/deploy-copy.ts';
import { STEPS } from '../docs/policy-steps.ts';
import { goodRule } from '../sandbox/custom-rules.ts';
import { readPage } from '../docs/tables.ts';
import { projectRoot } from '../project-root.ts';
import { until } from '../until.ts';
import { pod, podSpec } from './objects.ts';
import { blocksOf, commandsOfBlocks, type Command } from './readme.ts';
import { runLine } from './run.ts';
import { behindTheGate } from './shared-installation.ts';

const PAGES = [
  'docs/operations.md',
  'docs/upgrade-and-rollback.md',
  'docs/several-clusters.md',
  'docs/air-gap.md',
  'docs/managed-clusters.md',
  'docs/rights.md',
  'docs/policy.md',
  'docs/reliability.md',
];

/** What stands in a command of a page for files, a folder or an image of the reader's. */
const STANDS_FOR: Readonly<Record<string, string>> = {
  FILE: 'deploy/policy/configmap.yaml',
  FOLDER: 'rules.d',
  IMAGE: 'docker.io/nginx:1',
  CONTEXT: 'test',
  MANIFESTS: 'manifests.yaml',
};

/** Namespaces of the reader's. */
const NAMESPACES = ['monitoring', 'shop'];

/** Commands that are not run here, and why. */
const NOT_RUN: Readonly<Record<string, string>> = {
  'kubectl -n imagegate edit configmap imagegate-webhook-config': 'opens an editor',
  'kubectl -n imagegate logs deployment/imagegate-webhook --previous': 'needs a kubelet',
  'kubectl -n imagegate rollout status deployment/imagegate-webhook': 'needs a kubelet',
  'kubectl -n imagegate port-forward deployment/imagegate-webhook 8080': 'needs a kubelet',
  'deploy/certificates.sh --new-ca': 'is run by the tests of certificates.sh, and the fault of the CA change',
  'kubectl -n imagegate rollout undo deployment/imagegate-webhook': 'needs a node',
  'imagegate audit --policy FILE --context CONTEXT --format csv':
    'is run by the test of audit: 1 if it finds something',
  'imagegate doctor --rehearsal': 'needs pods that run, and is tried by test/e2e/doctor.test.ts',
  'npm run chart': 'needs a checkout: what it copies test/deploy/chart-files.test.ts compares',
  'npm run test:faults': 'is run by .ci/run',
  'npm run test:faults -- --long': 'takes the rest of a day',
};

/**
 * The commands of a page in their order: those of its `sh` blocks, and those in its text that are more than a verb. The
 * steps to a policy have a test of their own.
 */
function commandsIn(path: string): readonly Pick<Command, 'line' | 'needs'>[] {
  const page = readPage(path);
  const blocks = blocksOf(page).filter(({ language, section }) => language === 'sh' && section !== STEPS);
  const inText = page.matchAll(
    /(?<!`)`((?:kubectl|imagegate|npm run|deploy\/certificates\.sh) [^` ]+ [^`]+|deploy\/certificates\.sh -[^`]+|npm run [^` ]+)`(?!`)/g,
  );
  return [...commandsOfBlocks(blocks), ...[...inText].map(([, line = '']) => ({ line, needs: undefined }))];
}

describe('the pages for operators', () => {
  const suite = behindTheGate('operations');
  const patch = async (data: object) =>
    suite().cluster.kubectl([
      '-n',
      'imagegate',
      'patch',
      'configmap',
      'imagegate-webhook-config',
      '--patch',
      JSON.stringify({ data }),
    ]);
  /** The reader's folder, with deploy/ in it. */
  const folder = (): string => dirname(suite().deploy);

  before(async () => {
    for (const name of NAMESPACES) {
      // oxlint-disable-next-line no-await-in-loop -- two of them
      await suite().cluster.apply(`{ apiVersion: v1, kind: Namespace, metadata: { name: ${name} } }`);
    }
    await writeFile(join(folder(), 'manifests.yaml'), JSON.stringify(pod('shop', podSpec('docker.io/acme/shop:1'))));
    await mkdir(join(folder(), 'rules.d'));
    await writeFile(join(folder(), 'rules.d', 'mine.mjs'), goodRule('mine'));
  });

  after(async () => {
    await patch({ RULE_BLOCKED_TAGS: null });
    await suite().cluster.kubectl(['-n', 'imagegate', 'delete', 'configmap', 'imagegate-webhook-rules']);
    await suite().cluster.kubectl(['delete', '-f', 'guard-label.yaml'], { cwd: suite().deploy });
    await suite().cluster.kubectl(['delete', 'namespace', ...NAMESPACES, '--wait=false']);
    await runCertificates(suite().deploy, ['--drop-profile', 'prod']);
    await suite().cluster.kubectl(['apply', '-f', 'secret.yaml'], { cwd: suite().deploy });
    await takeSecret();
  });

  /** The Secret is brought by the kubelet, and then taken over. */
  const takeSecret = async (): Promise<void> => {
    const { gate } = suite();
    const reloads = (): number => gate.log().filter(({ msg }) => msg === 'Certificate reloaded.').length;
    const before = reloads();
    await gate.refreshVolumes();
    await until(() => reloads() > before, 'the certificate to be reloaded');
  };

  for (const path of PAGES) {
    for (const { line, needs } of commandsIn(path)) {
      const reason = needs === undefined ? NOT_RUN[line] : `needs ${needs}`;
      if (reason !== undefined) {
        // Skipped, so that it is listed as such.
        it(`${path}: ${line} NOT RUN, ${reason}`);
        continue;
      }
      it(`${path}: ${line}`, async () => {
        const imagegate = `${process.execPath} ${join(projectRoot, 'build', 'src', 'main.js')}`;
        const run = line
          .replace(/\b(?:FILE|FOLDER|IMAGE|CONTEXT|MANIFESTS)\b/g, (word) => STANDS_FOR[word]!)
          .replace(/^imagegate/, imagegate);
        const { code, output } = await runLine(run, { cwd: folder(), env: suite().cluster.environment() });
        expect(code, output).to.equal(0);
        if (line.includes('secret.yaml')) await takeSecret();
      });
    }
  }

  it('leave a gate that judges pods, and its own policy by the token of now', async () => {
    expect((await suite().kubectl(['run', 'x', '--image=x', '--dry-run=server'])).stderr).to.include(
      'denied the request',
    );
    await until(async () => (await patch({ RULE_BLOCKED_TAGS: 'wran' })).code !== 0, 'a bad policy to be denied');
  });

  it('have an exemption for an image that must pass at three in the morning', async () => {
    const blocks = blocksOf(readPage('docs/operations.md')).filter(
      ({ language, section }) => language === 'yaml' && section === 'At three in the morning',
    );
    expect(blocks).to.have.length(1);
    const { data } = parse(blocks[0]!.lines.join('\n')) as { readonly data: Readonly<Record<string, string>> };
    const [, image = ''] = /images: \[(.*)\]/.exec(data['policy.yaml'] ?? '') ?? [];
    const run = async () => (await suite().kubectl(['run', 'x', `--image=${image}`, '--dry-run=server'])).code;
    expect(await run()).to.equal(1);
    const text = data['policy.yaml']!.replace(/expires: .*/, 'expires: 2099-12-31');
    expect((await patch({ 'policy.yaml': text })).stderr).to.equal('');
    await suite().gate.refreshVolumes();
    await until(async () => (await run()) === 0, 'the exemption to be in force');
    await patch({ 'policy.yaml': null });
    await suite().gate.refreshVolumes();
    await until(async () => (await run()) === 1, 'the exemption to be gone');
  });

  it('have no reason for a command that they do not have', () => {
    const lines = PAGES.flatMap(commandsIn).map(({ line }) => line);
    expect(lines).to.include.members(Object.keys(NOT_RUN));
  });
});
