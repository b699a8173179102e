import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { appendFile, copyFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { type ClusterWriter, connectWriter } from '../../../src/cluster/cluster-writer.ts';
import { isSignedBy } from '../../certificates/overlaps.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import { runCertificates } from '../../cluster/deploy-copy.ts';
import { projectRoot } from '../../project-root.ts';
import { until } from '../../until.ts';
import {
  certificatesCluster,
  MUTATING_PATH,
  SECRET_PATH,
  WEBHOOK_PATH,
  type CertificatesCluster,
} from './certificates-cluster.ts';
import { certManagerIssues, type Issued } from './stand-in-cert-manager.ts';
import { pod, podSpec } from '../objects.ts';
import { startLoad } from '../steady-load.ts';

const KILLED = new Error('killed');
const PODS = '/api/v1/namespaces/default/pods?dryRun=All';
const GOOD = pod('x', podSpec('docker.io/nginx:1'));
/** Longer than the gate takes to look at its files. */
const SETTLE_MS = 12_000;

const WEBHOOK = 'com.imagegate.webhook';
const INJECT = 'cert-manager.io/inject-ca-from';
const ANNOTATE = ['annotate', 'validatingwebhookconfiguration', WEBHOOK];
const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** What its CA injector writes: the one CA, in each entry. */
async function injectCa({ api }: Cluster, ca: string): Promise<void> {
  const { webhooks } = JSON.parse((await api.send('GET', WEBHOOK_PATH)).text);
  for (const { clientConfig } of webhooks) clientConfig.caBundle = base64(ca);
  expect((await api.send('PATCH', WEBHOOK_PATH, { webhooks })).status).to.equal(200);
}

/** Puts its component in the place of that of the Jobs, but for the kinds that are served by cert-manager alone. */
async function mountForCertManager(deploy: string): Promise<void> {
  const file = join(deploy, 'kustomization.yaml');
  await copyFile(file, join(deploy, 'kustomization.job.yaml'));
  const text = await readFile(file, 'utf8');
  const without = text.replace('  - components/certificates-job-rewriting', '  #');
  await writeFile(file, without.replace('components/certificates-job', 'components/cert-manager'));
  const component = join(deploy, 'components/cert-manager/kustomization.yaml');
  const patch = await readFile(component, 'utf8');
  await writeFile(component, patch.replace('resources:\n  - issuer.yaml\n', ''));
}

const subjectOf = (pem: string): string => new X509Certificate(pem).subject;

async function servedSubject(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
      resolve(`CN=${String(socket.getPeerCertificate().subject.CN)}`);
      socket.destroy();
    });
    socket.once('error', reject);
  });
}

describe('imagegate certificates in a cluster', function () {
  this.timeout(400_000);
  let there: CertificatesCluster;

  before(async () => {
    there = await certificatesCluster(true);
  });
  after(async () => {
    await there?.remove();
  });

  const read = async (path: string) => {
    const { status, text } = await there.cluster.api.send('GET', path);
    return status === 200 ? JSON.parse(text) : undefined;
  };
  const files = async (): Promise<Readonly<Record<string, string>>> => {
    const { data = {} } = (await read(SECRET_PATH)) ?? {};
    const texts = Object.entries(data).map(([key, value]) => [key, Buffer.from(String(value), 'base64').toString()]);
    return Object.fromEntries(texts);
  };
  const expectResting = async (): Promise<Readonly<Record<string, string>>> => {
    const found = await files();
    expect(Object.keys(found)).to.have.members(['ca.crt', 'policy-token', 'server.crt', 'server.key']);
    expect(isSignedBy(found['server.crt']!, found['ca.crt']!)).to.equal(true);
    const { webhooks } = await read(WEBHOOK_PATH);
    for (const { clientConfig } of webhooks) {
      expect(Buffer.from(clientConfig.caBundle, 'base64').toString()).to.equal(found['ca.crt']);
    }
    expect(webhooks.at(-1).clientConfig.service.path).to.equal(`/validate-policy/${found['policy-token']}`);
    return found;
  };
  const removeAll = async (): Promise<void> => {
    await there.cluster.api.send('DELETE', WEBHOOK_PATH);
    await there.cluster.api.send('DELETE', SECRET_PATH);
  };
  const post = async (object: unknown) => there.cluster.api.send('POST', PODS, object);
  const isClosed = async (): Promise<boolean> => (await post(pod('x', podSpec('nginx')))).status === 403;
  const kubectl = async (...args: readonly string[]) => {
    expect(await there.cluster.kubectl(args, { cwd: there.deploy })).to.include({ code: 0 });
  };
  const passes = async (): Promise<void> => {
    expect((await post(GOOD)).status).to.equal(201);
    expect(await isClosed()).to.equal(true);
  };
  const takeSecret = async (): Promise<void> => {
    const { 'server.crt': certificate = '' } = await files();
    await there.gate.refreshVolumes();
    const validTo = Date.parse(new X509Certificate(certificate).validTo);
    const expiry = /^imagegate_certificate_expiry_timestamp_seconds (\S+)$/m;
    await until(async () => {
      const { text = '' } = (await there.gate.ops('/metrics')) ?? {};
      return Number(expiry.exec(text)?.[1]) * 1000 === validTo;
    }, 'the gate to serve it');
  };

  it('installs: the Secret first, and the webhook once the gate is ready, as the account may', async () => {
    const { code, error } = await there.run();
    expect({ code, webhook: await read(WEBHOOK_PATH) }).to.deep.equal({ code: 2, webhook: undefined });
    expect(error).to.include('[gate-not-ready]');
    await there.gate.start();
    await there.setReady(1);
    const main = join(projectRoot, 'build', 'src', 'main.js');
    const { stdout } = await promisify(execFile)(process.execPath, [
      main,
      'certificates',
      '--kubeconfig',
      there.kubeconfig,
    ]);
    expect(stdout).to.match(
      /^Webhook written: .*\nThe certificate is valid until \S+Z\. Run this again after \S+Z\.\n$/,
    );
    await expectResting();
    await until(isClosed, 'the gate to be asked');
    expect((await post(GOOD)).status).to.equal(201);
  });

  it('is safe to run three times at once, from nothing and for a renewal', async () => {
    await removeAll();
    for (const renew of [false, true]) {
      // oxlint-disable-next-line no-await-in-loop -- one after another
      const runs = await Promise.all(Array.from({ length: 3 }, async () => there.run({ renew, timeoutMs: 10_000 })));
      expect(runs.map(({ code, error }) => ({ code, error }))).to.deep.equal(
        Array.from({ length: 3 }, () => ({ code: 0, error: '' })),
      );
      // oxlint-disable-next-line no-await-in-loop -- one after another
      await expectResting();
    }
    await takeSecret();
    await until(isClosed, 'the gate to be asked');
  });

  it('brings what rewrites where it is asked for, with the CAs of the other, and writes nothing twice', async () => {
    const entries = '/api/v1/namespaces/imagegate/configmaps/imagegate-webhook-entries';
    const ask = async (text: string | null) =>
      there.cluster.api.send('PATCH', entries, { data: { 'mutating-webhook.yaml': text } });
    await ask(await readFile(join(there.deploy, 'mutating-webhook.yaml'), 'utf8'));
    const found = async () => {
      const { metadata, webhooks } = await read(MUTATING_PATH);
      const [{ clientConfig, failurePolicy, reinvocationPolicy }] = webhooks;
      const trusted = Buffer.from(clientConfig.caBundle, 'base64').toString();
      return {
        version: metadata.resourceVersion,
        trusted,
        path: clientConfig.service.path,
        failurePolicy,
        reinvocationPolicy,
      };
    };
    expect((await there.run()).out).to.match(/^Mutating webhook written: /);
    const first = await found();
    expect(first).to.include({ path: '/mutate', failurePolicy: 'Ignore', reinvocationPolicy: 'IfNeeded' });
    expect((await there.run()).out).to.match(/^The certificate is valid until /);
    expect(await found()).to.deep.equal(first);
    expect(await there.run({ renew: true })).to.include({ code: 0, error: '' });
    const { 'ca.crt': ca } = await expectResting();
    expect((await found()).trusted)
      .to.equal(ca)
      .and.not.equal(first.trusted);
    await takeSecret();
    await ask(null);
    await there.cluster.api.send('DELETE', MUTATING_PATH);
  });

  /** The account's own writer, which is killed after so many writes. */
  const killedAfter = (writes: number) => async (): Promise<ClusterWriter> => {
    const client = await connectWriter({ kubeconfig: there.kubeconfig }, 'imagegate-certificates');
    let left = writes;
    const dying =
      (write: ClusterWriter['apply']): ClusterWriter['apply'] =>
      async (path, object) => {
        const answer = await write(path, object);
        left -= 1;
        if (left === 0) throw KILLED;
        return answer;
      };
    return { ...client, apply: dying(client.apply), merge: dying(client.merge) };
  };
  for (const [what, prepare, renew, steps] of [
    ['an installation', removeAll, false, 4],
    ['a renewal', async () => {}, true, 6],
  ] as const) {
    it(`leads on where ${what} was killed, after each of its ${steps} writes`, async () => {
      for (let at = 1; at <= steps; at += 1) {
        // oxlint-disable no-await-in-loop -- one after another
        await prepare();
        const before = (await files())['server.crt'];
        const end: unknown = await there.run({ renew, connect: killedAfter(at) }).catch((error: unknown) => error);
        expect(end, `${at}`).to.equal(KILLED);
        expect(await there.run()).to.include({ code: 0, error: '' });
        expect((await expectResting())['server.crt']).to.not.equal(before);
        // oxlint-enable no-await-in-loop
      }
      const all = await there.run({ renew, connect: killedAfter(steps + 1) });
      expect(all).to.include({ code: 0 });
    });
  }

  /** Creates pods, while renewals go on; resolves with what was not created. */
  const underLoad = async (work: () => Promise<void>): Promise<readonly string[]> => {
    const api = there.cluster.keepAliveApi(10);
    const load = startLoad(api, PODS, GOOD, 10);
    await work();
    await load.stop();
    expect(load.verdicts.length).to.be.above(50);
    return load.verdicts.map(({ text }) => text).filter((text) => text !== '201');
  };
  /** Runs, and brings the Secret to the gate as a kubelet does, until it is enough. */
  const runUntil = async (isEnough: (now: Readonly<Record<string, string>>) => boolean, lifeMs: number) => {
    let now = await files();
    while (!isEnough(now)) {
      // oxlint-disable no-await-in-loop -- one after another
      expect(await there.run({ lifeMs, settleMs: SETTLE_MS })).to.include({ code: 0, error: '' });
      await there.gate.refreshVolumes();
      now = await files();
      // oxlint-enable no-await-in-loop
    }
  };
  const isResting = (now: Readonly<Record<string, string>>): boolean => Object.keys(now).length === 4;

  it('renews certificates of 90 s, twice, and no pod fails', async () => {
    await there.run({ renew: true, lifeMs: 90_000 });
    await takeSecret();
    const refused = await underLoad(async () => {
      const served = new Set<string | undefined>();
      await runUntil((now) => isResting(now) && served.add(now['server.crt']).size > 2, 90_000);
    });
    expect(refused).to.deep.equal([]);
    await there.run({ renew: true });
    await takeSecret();
  });

  it('takes over from certificates.sh, and gives back to it, and no pod fails', async () => {
    const { deploy, gate } = there;
    const apply = async (file: string) => kubectl('apply', '-f', file);
    const refused = await underLoad(async () => {
      // To certificates.sh, as docs/certificates.md has it.
      await writeFile(join(deploy, 'ca.crt'), (await files())['ca.crt']!);
      await runCertificates(deploy, ['--new-ca', '--profile', 'lab']);
      await apply('webhook-with-ca.yaml');
      await apply('secret.yaml');
      await takeSecret();
      // And back in the midst of it: the old CA is trusted, and the profile is there.
      expect(await there.run({ settleMs: SETTLE_MS })).to.include({ code: 0, error: '' });
      await runUntil(isResting, 86_400_000);
      await there.run({ settleMs: SETTLE_MS, renew: true });
      await runUntil(isResting, 86_400_000);
    });
    expect(refused).to.deep.equal([]);
    await expectResting();
    const { webhooks } = await read(WEBHOOK_PATH);
    expect(webhooks).to.have.length(3);
    expect(gate.log().filter(({ msg }) => msg === 'ImageGate is ready!')).to.have.length(1);
    await rm(join(deploy, 'ca.crt'));
  });

  /** Once the webhook trusts its CA, too. */
  const giveToCertManager = async ({ ca, certificate }: Issued): Promise<void> => {
    const { cluster, deploy, gate } = there;
    await mountForCertManager(deploy);
    await kubectl('apply', '-k', '.');
    await gate.restart();
    expect(await servedSubject(gate.port)).to.equal(subjectOf(certificate));
    await passes();
    await kubectl(...ANNOTATE, `${INJECT}=imagegate/imagegate-webhook`);
    await injectCa(cluster, ca);
    await passes();
  };

  it('gives over to cert-manager and takes back, in the order of docs/certificates.md', async () => {
    const { cluster, deploy, gate } = there;
    const tls = await certManagerIssues(cluster);
    await writeFile(join(deploy, 'new-ca.crt'), tls.ca);
    const trust = join(deploy, 'new-ca.crt');
    expect(await there.run({ trust, settleMs: SETTLE_MS })).to.include({ code: 0, error: '' });
    await passes();
    await giveToCertManager(tls);
    const renewed = await certManagerIssues(cluster, tls);
    await gate.refreshVolumes();
    const isRenewed = async () => (await servedSubject(gate.port)) === subjectOf(renewed.certificate);
    await until(isRenewed, 'the gate to serve what cert-manager has renewed');
    await passes();
    // And back.
    await kubectl(...ANNOTATE, `${INJECT}-`);
    expect(await there.run({ settleMs: SETTLE_MS })).to.include({ code: 0, error: '' });
    await passes();
    await copyFile(join(deploy, 'kustomization.job.yaml'), join(deploy, 'kustomization.yaml'));
    await kubectl('apply', '-k', '.');
    await gate.restart();
    await passes();
    await runUntil(isResting, 86_400_000);
    await expectResting();
    await passes();
  });

  it('gives over from certificates.sh to cert-manager and takes back, in the order of docs/certificates.md', async () => {
    const { cluster, deploy, gate } = there;
    await writeFile(join(deploy, 'ca.crt'), (await files())['ca.crt']!);
    await runCertificates(deploy, ['--new-ca']);
    await kubectl('apply', '-f', 'webhook-with-ca.yaml');
    await kubectl('apply', '-f', 'secret.yaml');
    await takeSecret();
    await runCertificates(deploy, ['--drop-old-ca']);
    await kubectl('apply', '-f', 'webhook-with-ca.yaml');
    await passes();
    const tls = await certManagerIssues(cluster);
    await appendFile(join(deploy, 'ca-old.crt'), tls.ca);
    await runCertificates(deploy);
    await kubectl('apply', '-f', 'webhook-with-ca.yaml');
    await passes();
    await giveToCertManager(tls);
    // A change of webhook.yaml, before the injector has seen it.
    await runCertificates(deploy);
    await kubectl('apply', '-f', 'webhook-with-ca.yaml');
    await passes();
    // And back.
    await kubectl(...ANNOTATE, `${INJECT}-`);
    await runCertificates(deploy);
    await kubectl('apply', '-f', 'webhook-with-ca.yaml');
    await kubectl('apply', '-f', 'secret.yaml');
    await passes();
    await copyFile(join(deploy, 'kustomization.job.yaml'), join(deploy, 'kustomization.yaml'));
    await kubectl('apply', '-k', '.');
    await gate.restart();
    expect(await servedSubject(gate.port)).to.equal(subjectOf((await files())['server.crt']!));
    await passes();
    await runCertificates(deploy, ['--drop-old-ca']);
    await kubectl('apply', '-f', 'webhook-with-ca.yaml');
    await passes();
  });
});
