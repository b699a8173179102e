import { expect } from 'chai';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { makeCertificate } from '../certificate.ts';
import { until } from '../until.ts';
import { runCertificates } from '../cluster/deploy-copy.ts';
import type { GatePod } from '../cluster/gate-pod.ts';
import { done } from './sentences.ts';
import { behindTheGate } from './shared-installation.ts';

/** The serial number of the certificate that a new connection to the gate is given. */
async function servedSerial({ port }: GatePod): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().serialNumber);
      socket.destroy();
    });
    socket.once('error', reject);
  });
}

describe('a certificate', () => {
  const suite = behindTheGate('renewal');
  const apply = async (file: string) => suite().cluster.kubectl(['apply', '-f', file], { cwd: suite().deploy });

  /** What the kubelet does a while after the Secret has changed, and the gate a few seconds after that. */
  const takeSecret = async () => {
    const { gate } = suite();
    const before = await servedSerial(gate);
    await gate.refreshVolumes();
    await until(async () => (await servedSerial(gate)) !== before, 'the gate to serve the new certificate');
  };

  const createPod = async () => {
    const pod = { metadata: { name: 'x' }, spec: { containers: [{ name: 'c', image: 'docker.io/nginx:1' }] } };
    return suite().cluster.api.send('POST', '/api/v1/namespaces/renewal/pods?dryRun=All', pod);
  };

  /** Creates pods one after another, until told to end; resolves with what was refused. */
  const load = () => {
    const state = { ended: false, created: 0 };
    const refusals = (async () => {
      const texts: string[] = [];
      while (!state.ended) {
        // oxlint-disable-next-line no-await-in-loop -- one after another
        const { status, text } = await createPod();
        if (status === 201) state.created += 1;
        else texts.push(text);
      }
      return texts;
    })();
    return {
      end: async () => {
        state.ended = true;
        return refusals;
      },
      /** Resolves when so many more pods were created. */
      more: async (count: number) => {
        const enough = state.created + count;
        await until(() => state.created >= enough, `${count} more pods`);
      },
    };
  };

  it('is renewed without a restart and without a refused pod', async () => {
    const { deploy, gate } = suite();
    const starts = gate.log().filter(({ msg }) => msg === 'ImageGate is ready!').length;
    const pods = load();
    await runCertificates(deploy);
    expect(await apply('secret.yaml')).to.deep.equal(done('secret/imagegate-webhook-certificates configured'));
    await takeSecret();
    await pods.more(20);
    expect(await pods.end()).to.deep.equal([]);
    expect(starts).to.equal(1);
    expect(gate.log().filter(({ msg }) => msg === 'ImageGate is ready!')).to.have.length(1);
    const renewed = await until(
      () => gate.log().find(({ msg }) => msg === 'Certificate reloaded.'),
      'the line in the log',
    );
    expect(renewed).to.include({ level: 'info' });
  });

  /** So many at once that the API server has to connect anew: it keeps at most 25 connections. Resolves with the statuses. */
  const burst = async (): Promise<ReadonlySet<number>> => {
    const answers = await Promise.all(Array.from({ length: 50 }, createPod));
    return new Set(answers.map(({ status }) => status));
  };

  it('that does not work is not taken, and told until it is mended, and no pod is refused', async () => {
    const { cluster, gate } = suite();
    const before = await servedSerial(gate);
    const verbose = async (): Promise<string> => (await gate.ops('/readyz?verbose'))?.text ?? '';
    const pods = load();
    const { certificate, key } = await makeCertificate({
      names: ['imagegate.example.com'],
      issuer: await makeCertificate(),
      notBefore: new Date('2099-01-01'),
      notAfter: new Date('2099-02-01'),
    });
    const base64 = (text: string): string => Buffer.from(text).toString('base64');
    const data = JSON.stringify({ data: { 'server.crt': base64(certificate), 'server.key': base64(key) } });
    const secret = ['-n', 'imagegate', 'patch', 'secret', 'imagegate-webhook-certificates', '--patch', data];
    expect(await cluster.kubectl(secret)).to.include({ code: 0 });
    await gate.refreshVolumes();
    const remark = /^\[!\]certificate: .*((?:\n {2}.*)+)$/m;
    const [, told = ''] = await until(async () => remark.exec(await verbose()), 'the remark');
    expect([...told.matchAll(/\[([a-z-]+)\]$/gm)].map(([, code]) => code)).to.deep.equal([
      'certificate-not-yet-valid',
      'certificate-name-mismatch',
      'certificate-untrusted',
    ]);
    expect(await servedSerial(gate)).to.equal(before);
    expect([...(await burst())]).to.deep.equal([201]);
    await pods.more(10);
    expect(await pods.end()).to.deep.equal([]);
    await apply('secret.yaml');
    await gate.refreshVolumes();
    await until(async () => (await verbose()).includes('[+]certificate ok\n'), 'nothing to be wrong');
    const lines = gate.log().filter(({ msg }) => /certificate rejected/.test(String(msg)));
    expect(lines.map(({ level }) => level)).to.deep.equal(['error']);
    const { text = '' } = (await gate.ops('/metrics')) ?? {};
    expect(text).to.include('\nimagegate_certificate_reload_errors_total 1\n');
  });

  it('is replaced with its CA in the order of --help, without a refused pod', async () => {
    const { deploy, cluster } = suite();
    const help = await runCertificates(deploy, ['--help']);
    const order = /To change the CA without a gap:[^]*?\n((?: {2}\S.*\n)+)/.exec(help)?.[1]?.trimEnd().split('\n');
    expect(order).to.have.length(7);
    const pods = load();
    for (const line of order ?? []) {
      const command = line.trim();
      const [program, ...args] = command.split(' ');
      if (program === './certificates.sh') {
        // oxlint-disable-next-line no-await-in-loop -- the order is the point
        await runCertificates(deploy, args);
      } else if (args.includes('status')) {
        // Where a node would have new pods with the new Secret, ours takes it as it runs.
        // oxlint-disable-next-line no-await-in-loop -- the order is the point
        await takeSecret();
      } else {
        // oxlint-disable-next-line no-await-in-loop -- the order is the point
        expect(await cluster.kubectl(args, { cwd: deploy }), command).to.include({ code: 0, stderr: '' });
      }
      // oxlint-disable-next-line no-await-in-loop -- the order is the point
      await pods.more(10);
    }
    expect(await pods.end()).to.deep.equal([]);
  });

  it('of a CA that the API server does not trust yet closes the cluster: hence that order', async () => {
    const { deploy, gate } = suite();
    await runCertificates(deploy, ['--new-ca']);
    await apply('secret.yaml');
    await takeSecret();
    await gate.restart(); // so that the API server connects anew
    const { code, stderr } = await suite().kubectl(['run', 'x', '--image=docker.io/nginx:1', '--dry-run=server']);
    expect({ code, stderr }).to.deep.equal({
      code: 1,
      stderr:
        'Error from server (InternalError): Internal error occurred: failed calling webhook "com.imagegate.webhook": ' +
        `failed to call webhook: Post "https://imagegate-webhook.imagegate.svc:${gate.port}/validate?timeout=5s": ` +
        'tls: failed to verify certificate: x509: certificate signed by unknown authority\n',
    });
    await apply('webhook-with-ca.yaml');
    await until(
      async () => (await suite().kubectl(['run', 'x', '--image=docker.io/nginx:1', '--dry-run=server'])).code === 0,
      'the API server to trust the new CA',
    );
  });
});

describe('the policy token', () => {
  const suite = behindTheGate('token-renewal');
  const apply = async (file: string) => suite().cluster.kubectl(['apply', '-f', file], { cwd: suite().deploy });

  /** Whether a policy that cannot be used is refused where it is written. */
  const isBadPolicyRefused = async (): Promise<boolean> => {
    const patch = ['patch', 'configmap', 'imagegate-webhook-config', '-n', 'imagegate', '--dry-run=server'];
    const data = JSON.stringify({ data: { RULE_BLOCKED_TAGS: 'wran' } });
    const { code, stderr } = await suite().cluster.kubectl([...patch, '--patch', data]);
    if (code !== 0) expect(stderr).to.include('"policy.com.imagegate.webhook" denied the request');
    return code !== 0;
  };
  const unknownPaths = async (): Promise<number> => {
    const { text = '' } = (await suite().gate.ops('/metrics')) ?? {};
    return Number(/^imagegate_bad_requests_total\{status="404"\} (\d+)$/m.exec(text)?.[1] ?? 0);
  };

  it('is renewed without a restart; while Secret and webhook differ nothing is refused, and the metric tells', async () => {
    const { deploy, gate } = suite();
    expect(await isBadPolicyRefused()).to.equal(true);
    await rm(join(deploy, 'policy-token'));
    await runCertificates(deploy);
    expect(await apply('secret.yaml')).to.deep.equal(done('secret/imagegate-webhook-certificates configured'));
    await gate.refreshVolumes();
    const renewed = () => gate.log().some(({ msg }) => msg === 'Policy token reloaded.');
    await until(renewed, 'the gate to take the new token');
    const before = await unknownPaths();
    expect(await isBadPolicyRefused()).to.equal(false);
    // The metrics are made anew once a second.
    await until(async () => (await unknownPaths()) > before, 'the metric');
    expect(await apply('webhook-with-ca.yaml')).to.include({ code: 0, stderr: '' });
    await until(isBadPolicyRefused, 'a bad policy to be refused again');
    expect(gate.log().filter(({ msg }) => msg === 'ImageGate is ready!')).to.have.length(1);
  });
});
