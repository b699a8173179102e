import { expect } from 'chai';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { makeCertificate } from '../../certificate.ts';
import { startCluster, type Cluster } from '../../cluster/cluster.ts';
import { freePorts } from '../../cluster/free-ports.ts';
import { install, type Installation } from '../../cluster/installation.ts';
import type { KubectlResult } from '../../cluster/kubectl.ts';
import { send } from '../../gate/client.ts';
import { projectRoot } from '../../project-root.ts';
import { until } from '../../until.ts';
import { metric } from '../metric.ts';
import { pod, podSpec } from '../objects.ts';
import { blocksOf, commandsOfBlocks } from '../readme.ts';
import { runLine } from '../run.ts';
import { about, done, notCreated, noTag, refused, untrusted } from '../sentences.ts';

const good = 'docker.io/nginx:1';
const component = join(projectRoot, 'deploy', 'components', 'client-identity');

describe('deploy/components/client-identity', function () {
  let folder: string;
  let cluster: Cluster;
  let installation: Installation;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'imagegate-client-'));
    const [port = 0] = await freePorts(1);
    await writeEtcKubernetes(port);
    const configuration = join(folder, 'admission-configuration.yaml');
    cluster = await startCluster({ apiServerFlags: [`--admission-control-config-file=${configuration}`] });
    installation = await install(cluster, port);
    await appendFile(join(installation.deploy, 'kustomization.yaml'), 'components:\n  - components/client-identity\n');
    await installation.closeGate();
  });

  after(async () => {
    await installation?.remove();
    await cluster?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** The files of the component as they lie on the control plane, with a client certificate beside the token. */
  async function writeEtcKubernetes(port: number): Promise<void> {
    const ca = await makeCertificate({ commonName: 'the CA of the API server' });
    const client = await makeCertificate({ issuer: ca, commonName: 'api-server', usage: 'clientAuth' });
    const [configuration, kubeconfig] = await Promise.all(
      ['admission-configuration.yaml', 'webhook-kubeconfig.yaml'].map(async (name) => {
        const text = await readFile(join(component, name), 'utf8');
        return text.replaceAll('/etc/kubernetes/imagegate', folder);
      }),
    );
    const files = {
      'admission-configuration.yaml': configuration!,
      'webhook-kubeconfig.yaml': kubeconfig!
        .replace('imagegate-webhook.imagegate.svc', `imagegate-webhook.imagegate.svc:${port}`)
        .replaceAll('# client-', 'client-'),
      token: `${'0123456789abcdef'.repeat(4)}\n`,
      'ca.crt': ca.certificate,
      'client.crt': client.certificate,
      'client.key': client.key,
    };
    await Promise.all(Object.entries(files).map(async ([name, text]) => writeFile(join(folder, name), text)));
  }

  const dryRun = async (image: string): Promise<KubectlResult> =>
    cluster.kubectl(['create', '-f', '-', '--dry-run=server'], { input: JSON.stringify(pod('x', podSpec(image))) });
  const isJudged = async (): Promise<void> => {
    expect(await dryRun(good)).to.deep.equal(done('pod/x created (server dry run)'));
    expect(await dryRun('nginx')).to.deep.equal(
      notCreated(about('Pod default/x', [noTag('c0', 'nginx'), untrusted('c0', 'nginx')])),
    );
  };
  /** What the API server is told is in the log of the gate; who runs kubectl is told no more than this. */
  const isRefused = async (problem: string): Promise<void> => {
    expect(await dryRun(good)).to.deep.equal(
      refused(
        'Error from server (InternalError): error when creating "STDIN": Internal error occurred: ' +
          'failed calling webhook "com.imagegate.webhook": failed to call webhook: ' +
          'the server has asked for the client to provide credentials',
      ),
    );
    await isLogged(`Only the API server may ask: there is ${problem}.`);
  };
  const isLogged = async (message: string): Promise<void> => {
    const found = () => installation.gate.log().find(({ msg }) => msg === message);
    expect(await until(found, message)).to.include({ level: 'warn', address: '::ffff:127.0.0.1' });
  };
  const seen = async (identity: 'present' | 'absent'): Promise<number> =>
    metric(installation.gate, 'imagegate_client_identity_total', { identity });
  /** What somebody gets who can reach the port, and no more. */
  const strangersStatus = async (): Promise<number> => {
    const ca = await readFile(join(installation.deploy, 'ca.crt'), 'utf8');
    const target = { port: installation.gate.port, ca, servername: 'imagegate-webhook.imagegate.svc' };
    return (await send(target, { body: '{}' })).status;
  };
  /** Has the Deployment have other settings, and starts its pod anew. */
  const setEnv = async (...settings: readonly string[]): Promise<void> => {
    const set = ['set', 'env', '-n', 'imagegate', 'deployment/imagegate-webhook', ...settings];
    expect(await cluster.kubectl(set)).to.include({ code: 0, stderr: '' });
    await installation.gate.restart();
  };

  it('leads to a gate that knows its API server, by the steps of its README, where none is refused', async () => {
    const steps = commandsOfBlocks(
      blocksOf(await readFile(join(component, 'README.md'), 'utf8')).filter(({ language }) => language === 'sh'),
    );
    const statuses: (readonly [line: string, strangers: number])[] = [];
    for (const { line, needs } of steps) {
      if (line.startsWith('kubectl') && line.includes('rollout status')) {
        // oxlint-disable-next-line no-await-in-loop -- the order is the point
        await installation.gate.restart(); // the kubelets, for two pods
        // oxlint-disable-next-line no-await-in-loop -- the order is the point
        await isJudged();
        // oxlint-disable-next-line no-await-in-loop -- the order is the point
        statuses.push([line, await strangersStatus()]);
        // oxlint-disable-next-line no-await-in-loop -- the order is the point
        expect([await seen('present'), await seen('absent')], line).to.deep.equal([2, 1]);
      }
      if (needs !== undefined) continue;
      // What an operator does by hand: here, the API server has the token from the start.
      const command = line.startsWith('openssl') ? `cp ${join(folder, 'token')} client-token` : line;
      const options = { cwd: dirname(installation.deploy), env: cluster.environment() };
      // oxlint-disable-next-line no-await-in-loop -- the order is the point
      const { code, output } = await runLine(command, options);
      expect(code, output).to.equal(0);
    }
    expect(statuses.map(([, status]) => status)).to.deep.equal([400, 401]);
  });

  const CERTIFICATE = ['CLIENT_CA_FILE=/app/client/ca.crt', 'CLIENT_TOKEN_FILE-'];
  const TOKEN = ['CLIENT_TOKEN_FILE=/app/client/token', 'CLIENT_CA_FILE-', 'CLIENT_NAMES-'];

  /** Has the Secret of the gate hold this token, and these CAs. */
  const writeSecret = async (token: string, ca: string): Promise<void> => {
    const stringData = { token, 'ca.crt': ca };
    const metadata = { name: 'imagegate-webhook-client', namespace: 'imagegate' };
    await cluster.apply(JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata, stringData }));
  };
  const own = async (name: 'token' | 'ca.crt'): Promise<string> => readFile(join(folder, name), 'utf8');

  describe('under require', () => {
    before(async () => writeSecret(await own('token'), await own('ca.crt')));

    for (const [what, settings] of Object.entries({
      'by its token': TOKEN,
      'by its certificate of a name': [...CERTIFICATE, 'CLIENT_NAMES=other,api-server'],
    })) {
      it(`the API server is known ${what}, for pods and for the policy, and nobody else is`, async () => {
        await setEnv('CLIENT_IDENTITY=require', ...settings);
        await isJudged();
        const patch = ['patch', 'configmap', 'imagegate-webhook-config', '-n', 'imagegate', '--dry-run=server'];
        const bad = await cluster.kubectl([...patch, '--patch', '{"data":{"RULE_BLOCKED_TAGS":"wran"}}']);
        expect(bad.stderr).to.include('webhook "policy.com.imagegate.webhook" denied the request');
        expect([await seen('present'), await seen('absent')]).to.deep.equal([3, 0]);
        expect(await strangersStatus()).to.equal(401);
      });
    }

    it('the API server is refused with a certificate of another name', async () => {
      await setEnv('CLIENT_IDENTITY=require', ...CERTIFICATE, 'CLIENT_NAMES=other');
      await isRefused('a client certificate of another name');
    });
  });

  describe('of another token and another CA', () => {
    before(async () => writeSecret('f'.repeat(64), (await makeCertificate()).certificate));

    for (const [what, settings, problem] of [
      ['token', TOKEN, 'another bearer token'],
      ['certificate', CERTIFICATE, 'a client certificate that is not valid (UNABLE_TO_VERIFY_LEAF_SIGNATURE)'],
    ] as const) {
      it(`the API server with its ${what} is counted and logged under observe, and refused under require`, async () => {
        await setEnv('CLIENT_IDENTITY=observe', ...settings);
        await isJudged();
        expect([await seen('present'), await seen('absent')]).to.deep.equal([0, 2]);
        await isLogged(
          `Under CLIENT_IDENTITY=require this is refused. Only the API server may ask: there is ${problem}.`,
        );
        await setEnv('CLIENT_IDENTITY=require');
        await isRefused(problem);
      });
    }

    it('the API server is known once the right ones stand beside them, without a restart', async () => {
      await setEnv('CLIENT_IDENTITY=require', ...TOKEN);
      await isRefused('another bearer token');
      await writeSecret(`${'f'.repeat(64)}\n${await own('token')}`, await own('ca.crt'));
      await installation.gate.refreshVolumes(); // the kubelet
      await until(async () => (await dryRun(good)).code === 0, 'the API server to be known');
      await isJudged();
    });
  });
});
