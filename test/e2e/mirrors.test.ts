import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { doctor } from '../../src/cli/doctor/doctor.ts';
import { makeCertificate } from '../certificate.ts';
import { readPage } from '../docs/tables.ts';
import { until } from '../until.ts';
import { metric } from './metric.ts';
import { blocksOf } from './readme.ts';
import { behindTheGate } from './shared-installation.ts';

/** The policy of one mirror, as the page has it. */
const [POLICY = ''] = blocksOf(readPage('docs/mirrors.md'))
  .filter(({ language }) => language === 'yaml')
  .map(({ lines }) => lines.join('\n'));
const REWRITTEN = 'mirror.example.com/hub/library/nginx:1.29';
const DENIED = `Write ${REWRITTEN}.`;
const CONFIG = ['-n', 'imagegate', 'patch', 'configmap', 'imagegate-webhook-config', '--patch'];

describe('docs/mirrors.md', () => {
  const suite = behindTheGate('mirrors');

  /** Resolves once the gate has loaded it. Registries are set in one place: here, or in the policy. */
  const setPolicy = async (text: string | null, registries: string | null): Promise<void> => {
    const { cluster, gate } = suite();
    const loads = async () => metric(gate, 'imagegate_ruleset_loads_total', { result: 'success' });
    const before = await loads();
    const patch = JSON.stringify({ data: { 'policy.yaml': text, ALLOWED_REGISTRIES: registries } });
    expect(await cluster.kubectl([...CONFIG, patch])).to.include({ code: 0, stderr: '' });
    await gate.refreshVolumes();
    await until(async () => (await loads()) > before, 'the policy to be loaded');
  };
  /** The image of a new pod, or why there is none. */
  const run = async (image = 'docker.io/nginx:1.29'): Promise<string> => {
    const json = 'jsonpath={.spec.containers[0].image} {.metadata.annotations.imagegate/rewritten}';
    const args = ['run', 'x', `--image=${image}`, '--dry-run=server', '-o', json];
    const { stdout, stderr } = await suite().kubectl(args);
    return `${stdout}${stderr}`.trim();
  };
  const applyMutating = async (text?: string): Promise<void> => {
    const { cluster, deploy } = suite();
    const manifest = text ?? (await readFile(join(deploy, 'mutating-webhook-with-ca.yaml'), 'utf8'));
    const { code, stderr } = await cluster.kubectl(['apply', '-f', '-'], { input: manifest });
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
  };
  const deleteMutating = async () =>
    suite().cluster.kubectl(['delete', 'mutatingwebhookconfiguration', 'com.imagegate.webhook', '--ignore-not-found']);
  /** What doctor says of rewriting. */
  const diagnosed = async (): Promise<readonly string[]> => {
    let out = '';
    await doctor({
      kubeconfig: suite().cluster.kubeconfig,
      format: 'json',
      now: Date.now(),
      terminal: false,
      env: {},
      write: (text) => (out += text),
      writeError: () => {},
    });
    const { diagnoses } = JSON.parse(out) as { readonly diagnoses: readonly { readonly code: string }[] };
    return diagnoses.map(({ code }) => code).filter((code) => /^(?:rewrite|mirror)-/.test(code));
  };

  after(async () => {
    await deleteMutating();
    await setPolicy(null, 'docker.io,gcr.io');
  });

  it('changes nothing when the mutating webhook comes first', async () => {
    await applyMutating();
    expect(await run()).to.equal('docker.io/nginx:1.29');
    expect(await diagnosed()).to.deep.equal(['rewrite-unneeded']);
  });

  it('rewrites once the policy says so, and notes what was written', async () => {
    expect(parse(POLICY)).to.have.nested.property('rules.registry-mirror.action', 'rewrite');
    await setPolicy(POLICY, null);
    await until(async () => (await run()).startsWith(REWRITTEN), 'it to rewrite');
    expect(await run()).to.equal(`${REWRITTEN} {"containers/x":"docker.io/nginx:1.29"}`);
    expect(await run('gcr.io/a/b:1')).to.equal('gcr.io/a/b:1');
    expect(await diagnosed()).to.deep.equal(['mirror-access']);
  });

  it('lets nothing pass, and no good pod be lost, while the webhook does not trust the gate', async () => {
    const shipped = await readFile(join(suite().deploy, 'mutating-webhook-with-ca.yaml'), 'utf8');
    const caBundle = Buffer.from((await makeCertificate()).certificate).toString('base64');
    await applyMutating(shipped.replace(/caBundle: .*/, `caBundle: ${caBundle}`));
    await until(async () => (await run()).includes(DENIED), 'it to be denied');
    expect(await run('gcr.io/a/b:1')).to.equal('gcr.io/a/b:1');
    expect(await run(REWRITTEN)).to.equal(REWRITTEN);
    await applyMutating();
    await until(async () => (await run()).startsWith(REWRITTEN), 'it to rewrite again');
  });

  it('denies what nobody has rewritten, with what to write, where the webhook is gone', async () => {
    await deleteMutating();
    await until(async () => (await run()).includes(DENIED), 'it to be denied');
    expect(await run('gcr.io/a/b:1')).to.equal('gcr.io/a/b:1');
    expect(await diagnosed()).to.have.members(['rewrite-missing', 'mirror-access']);
  });
});
