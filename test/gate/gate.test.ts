import { expect } from 'chai';
import files, { writeFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { mock } from 'node:test';
import { once } from 'node:events';
import { createServer, Server as NetServer, type AddressInfo } from 'node:net';
import { pino } from 'pino';
import { allowed } from '../../src/admission/response.ts';
import { startGate, type GateOptions } from '../../src/gate/gate.ts';
import { loadCertificate } from '../../src/gate/secret/certificate.ts';
import { loadClientSecrets } from '../../src/gate/secret/client-secrets.ts';
import { createMetrics } from '../../src/gate/telemetry/metrics.ts';
import { makeCertificate } from '../certificate.ts';
import { admissionRequest, admissionReview } from '../admission-request.ts';
import type { MistakesError } from '../../src/mistake/mistake.ts';
import { rulesetOf } from '../ruleset.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { until } from '../until.ts';
import { SERVER_LIMITS } from '../../src/gate/server.ts';
import { open, send } from './client.ts';

describe('startGate', () => {
  const folder = temporaryFolder();

  let target: { port: number; ca: string };
  let options: GateOptions;
  let isDraining: boolean;

  beforeEach(async () => {
    const { certificate, key } = await makeCertificate();
    const tokenFile = join(folder.path, 'token');
    await Promise.all([
      writeFile(join(folder.path, 'server.crt'), certificate),
      writeFile(join(folder.path, 'server.key'), key),
      writeFile(tokenFile, 't'.repeat(32)),
    ]);
    const client = { caFile: undefined, names: undefined, tokenFile, identity: 'observe' } as const;
    isDraining = false;
    target = { port: 0, ca: certificate };
    options = {
      settings: { port: 0, opsPort: 0, certsDir: folder.path, serverName: 'localhost', logReviewsPerSecond: 1, client },
      certificate: await loadCertificate({ dir: folder.path, serverName: 'localhost' }, new Date()),
      policyToken: undefined,
      clientSecrets: await loadClientSecrets(client),
      rulesets: { current: () => rulesetOf(), problem: () => 'a policy that is rejected' },
      judgePolicy: async ({ uid }) => allowed(uid),
      metrics: createMetrics(),
      log: pino({ level: 'silent' }),
      draining: () => isDraining,
    };
  });

  it('looks at the certificate, the policy token and what clients are known by every ten seconds, until it closes', async () => {
    const [set, cleared] = [mock.method(globalThis, 'setTimeout').mock, mock.method(globalThis, 'clearTimeout').mock];
    try {
      const gate = await startGate(options);
      await gate.close(AbortSignal.abort());
    } finally {
      mock.restoreAll();
    }
    const looks = set.calls.filter(({ arguments: [, ms] }) => ms === 10_000).map(({ result }) => result);
    expect(looks).to.have.lengthOf(3);
    expect(cleared.calls.map(({ arguments: [timer] }) => timer)).to.include.members(looks);
  });

  it('closes though a watcher hangs in reading its file', async () => {
    const ends: (() => void)[] = [];
    const hang = async (): Promise<string> => new Promise((resolve) => ends.push(() => resolve('')));
    mock.method(files, 'readFile', hang);
    syncBuiltinESMExports();
    try {
      const gate = await startGate({ ...options, certificatePollMs: 1 });
      await until(() => ends.length > 0, 'a look to begin');
      await gate.close(AbortSignal.abort());
    } finally {
      for (const end of ends) end();
      mock.restoreAll();
      syncBuiltinESMExports();
    }
  });

  it('tells how many connections it cut, if it cut any', async () => {
    const { setTimeout } = globalThis;
    const isForCut = (ms?: number): boolean => ms === SERVER_LIMITS.hurriedCloseTimeout;
    mock.method(globalThis, 'setTimeout', (action: () => void, ms?: number) =>
      setTimeout(action, isForCut(ms) ? 1 : ms),
    );
    const lines: { readonly msg: string }[] = [];
    const log = pino(
      { base: null, timestamp: false },
      { write: (line) => lines.push(JSON.parse(line) as { msg: string }) },
    );
    try {
      const idle = await startGate({ ...options, log });
      await idle.close(AbortSignal.abort());
      const gate = await startGate({ ...options, log, metrics: createMetrics() });
      const request = open(
        { ...target, port: gate.port },
        { headers: { expect: '100-continue', 'content-length': '9' } },
      );
      request.on('error', () => {}).flushHeaders();
      await once(request, 'continue');
      await gate.close(AbortSignal.abort());
    } finally {
      mock.restoreAll();
    }
    const msg = 'Closed connections that were still open after the drain.';
    expect(lines.filter((line) => line.msg === msg)).to.deep.equal([{ level: 40, connections: 1, msg }]);
  });

  it('judges, counts, and tells whether it is ready', async () => {
    const gate = await startGate(options);
    const ask = async (path: string) => {
      const answer = await fetch(`http://127.0.0.1:${gate.opsPort}${path}`);
      return `${answer.status} ${await answer.text()}`;
    };
    try {
      const body = JSON.stringify(admissionReview(admissionRequest()));
      expect((await send({ ...target, port: gate.port }, { body })).json.response).to.have.property('allowed');
      expect(await ask('/metrics')).to.include('imagegate_client_identity_total{identity="absent"} 1\n');
      expect(await ask('/metrics')).to.include('\nprocess_resident_memory_bytes ');
      const remarks = '[+]certificate ok\n[!]policy: a policy that is rejected\n';
      expect(await ask('/readyz?verbose')).to.equal(
        `200 [+]listening ok\n[+]expiry ok\n[+]draining ok\n${remarks}readyz check passed\n`,
      );
      isDraining = true;
      expect(await ask('/readyz')).to.equal(
        `503 [+]listening ok\n[+]expiry ok\n[-]draining failed: the gate was told to end\n${remarks}readyz check failed\n`,
      );
    } finally {
      await gate.close(AbortSignal.abort());
    }
  });

  it('tells what is in use, and of the policy token its hash alone', async () => {
    const hash = Buffer.from('ab'.repeat(32), 'hex');
    const digest = 'sha256:0';
    const rulesets = { ...options.rulesets, current: () => ({ ...options.rulesets.current(), digest }) };
    for (const policyToken of [undefined, { hashes: [hash] }]) {
      // oxlint-disable-next-line no-await-in-loop -- one gate after the other
      const gate = await startGate({ ...options, rulesets, policyToken, metrics: createMetrics() });
      // oxlint-disable-next-line no-await-in-loop
      const answer = await fetch(`http://127.0.0.1:${gate.opsPort}/status`);
      // oxlint-disable-next-line no-await-in-loop
      expect(await answer.json()).to.deep.equal({
        policy: { digest, problem: 'a policy that is rejected' },
        certificate: { pem: options.certificate.cert.toString('latin1') },
        ...(policyToken && { policyTokenHashes: ['ab'.repeat(32)] }),
      });
      // oxlint-disable-next-line no-await-in-loop
      await gate.close(AbortSignal.abort());
    }
  });

  it('is not ready before the webhook listens', async () => {
    const { listen } = NetServer.prototype as { listen: (...args: readonly unknown[]) => NetServer };
    const listeners: (() => unknown)[] = [];
    const servers: NetServer[] = [];
    const { mock: listened } = mock.method(
      NetServer.prototype,
      'listen',
      function later(this: NetServer, ...args: unknown[]) {
        servers.push(this);
        listeners.push(() => listen.apply(this, args));
        return this;
      },
    );
    const starting = startGate(options);
    await until(() => servers.length === 2, 'both to begin');
    listened.restore();
    const [listenForReviews, listenForProbes] = listeners;
    listenForProbes?.();
    await once(servers[1]!, 'listening');
    const answer = await fetch(`http://127.0.0.1:${(servers[1]!.address() as AddressInfo).port}/readyz`);
    expect([answer.status, (await answer.text()).split('\n')[0]]).to.deep.equal([
      503,
      '[-]listening failed: the webhook does not listen yet',
    ]);
    listenForReviews?.();
    await (await starting).close(AbortSignal.abort());
  });

  it('is not ready with a certificate that has expired', async () => {
    const validTo = new Date(Date.now() - 1);
    const gate = await startGate({ ...options, certificate: { ...options.certificate, validTo } });
    const answer = await fetch(`http://127.0.0.1:${gate.opsPort}/readyz`);
    await gate.close(AbortSignal.abort());
    expect([answer.status, await answer.text()]).to.satisfy(
      ([status, text]: [number, string]) =>
        status === 503 && text.includes('[-]expiry failed: the certificate has expired\n'),
    );
  });

  for (const [name, other] of [
    ['port', 'opsPort'],
    ['opsPort', 'port'],
  ] as const) {
    it(`gives back the other port when ${name} is taken`, async () => {
      const first = await startGate(options);
      const free = createServer().listen(0);
      await once(free, 'listening');
      const { port } = free.address() as AddressInfo;
      await new Promise((resolve) => free.close(resolve));
      const settings = { ...options.settings, [name]: first[name], [other]: port };
      const error = (await startGate({ ...options, metrics: createMetrics(), settings }).catch(
        (thrown: unknown) => thrown,
      )) as MistakesError;
      await first.close(AbortSignal.abort());
      expect(error.mistakes.map(({ code }) => code)).to.deep.equal(['port-unavailable']);
      const again = createServer().listen(port);
      await once(again, 'listening');
      again.close();
    });
  }
});
