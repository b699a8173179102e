import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent } from 'node:https';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { admissionReview, podCreate } from '../admission-request.ts';
import { makeCertificate } from '../certificate.ts';
import { answerTo, open, send } from '../gate/client.ts';
import { mountConfigMap } from '../mounted-config-map.ts';
import { until } from '../until.ts';
import {
  makeCerts,
  runImagegate,
  startGateProcess,
  type Certs,
  type GateProcess,
  type Imagegate,
} from '../gate-process.ts';

const BODY = JSON.stringify(admissionReview(podCreate({ web: 'nginx' })));

describe('the command line', () => {
  let certs: Certs;
  let folder: string;
  let running: Imagegate[];

  before(async () => {
    certs = await makeCerts();
  });
  after(() => certs.remove());
  beforeEach(async () => {
    running = [];
    folder = await mkdtemp(join(tmpdir(), 'imagegate-'));
  });
  afterEach(async () => {
    for (const { child } of running) child.kill('SIGKILL');
    await Promise.all(running.map(({ ended }) => ended));
    await rm(folder, { recursive: true });
  });

  function run(...args: Parameters<typeof runImagegate>): Imagegate {
    const gate = runImagegate(...args);
    running.push(gate);
    return gate;
  }

  async function ready(env: Readonly<Record<string, string>> = {}): Promise<GateProcess> {
    const gate = await startGateProcess({ certs, env });
    running.push(gate);
    return gate;
  }

  const messages = (gate: Imagegate) => gate.lines().map(({ msg }) => msg);
  const probe = async (gate: GateProcess, path: string) => fetch(`http://127.0.0.1:${gate.opsPort}${path}`);

  describe('imagegate serve', () => {
    it('is ready, judges, drains and ends', async () => {
      const gate = await ready({ DRAIN_SECONDS: '1' });
      expect(messages(gate)).to.deep.equal(['Listening.', 'ImageGate is ready!']);
      expect(gate.lines()[0]).to.deep.include({ rules: ['empty-tag', 'registry-allowlist', 'blocked-tags'] });
      expect((await probe(gate, '/readyz')).status).to.equal(200);
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const answered = await send(gate, { body: BODY, agent });
      expect(answered.json.response?.allowed).to.equal(false);
      expect(answered.headers.connection).to.equal('keep-alive');
      gate.child.kill('SIGTERM');
      await until(async () => (await probe(gate, '/readyz')).status === 503, 'the gate to be unready');
      expect((await probe(gate, '/livez')).status).to.equal(200);
      const during = await send(gate, { body: BODY, agent });
      expect(during.json.response?.allowed).to.equal(false);
      expect(during.headers.connection).to.equal('close');
      expect(await gate.ended).to.equal(0);
      agent.destroy();
      // Nothing is lost at the end, and nothing more is said.
      expect(messages(gate)).to.deep.equal([
        'Listening.',
        'ImageGate is ready!',
        'review',
        'Shutdown requested; draining.',
        'review',
        'ImageGate stopped.',
      ]);
      expect(gate.stderr()).to.equal('');
    });

    for (const [what, made, status, codes] of [
      ['expired, which makes it unready', { notAfter: new Date('2020-02-01') }, 503, ['certificate-expired']],
      ['not valid yet', { notBefore: new Date('2099-01-01') }, 200, ['certificate-not-yet-valid']],
      ['for other names', { names: ['imagegate'] }, 200, ['certificate-name-mismatch']],
    ] as const) {
      it(`serves with a certificate that is ${what}, and tells what is wrong`, async () => {
        const period = { notBefore: new Date('2020-01-01'), notAfter: new Date('2099-02-01') };
        const { certificate, key } = await makeCertificate({ ...period, ...made });
        await writeFile(join(folder, 'server.crt'), certificate);
        await writeFile(join(folder, 'server.key'), key);
        const gate = await ready({ CERTS_DIR: folder });
        expect(messages(gate)).to.include('The active certificate is invalid.');
        expect((await probe(gate, '/readyz')).status).to.equal(status);
        const verbose = await (await probe(gate, '/readyz?verbose')).text();
        expect(verbose).to.include(
          status === 200 ? '[+]expiry ok\n' : '[-]expiry failed: the certificate has expired\n',
        );
        const [, remark = ''] =
          /^\[!\]certificate: The active certificate is invalid\.\n((?: {2}.*\n)+)/m.exec(verbose) ?? [];
        expect([...remark.matchAll(/\[([a-z-]+)\]$/gm)].map(([, code]) => code)).to.deep.equal(codes);
      });
    }

    it('starts without a policy token, and says what is missing and what to do', async () => {
      await rm(join(certs.dir, 'policy-token'));
      const gate = run({ env: { PORT: '0', OPS_PORT: '0', CERTS_DIR: certs.dir, DRAIN_SECONDS: '0' } });
      await until(() => messages(gate).includes('ImageGate is ready!'), 'the gate to be ready');
      await writeFile(join(certs.dir, 'policy-token'), certs.policyToken);
      const told = gate.lines().filter(({ msg }) => /policy-token/.test(String(msg)));
      expect(told.map(({ level }) => level)).to.deep.equal(['warn']);
      expect(told[0]?.['msg']).to.match(/an invalid policy is not rejected when it is applied\. Run certificates\.sh/);
    });

    it('writes that it is ready without waiting for more to write', async () => {
      const early = join(folder, 'early.mjs');
      await writeFile(early, 'globalThis.setInterval = () => ({ unref() {} });');
      await ready({ NODE_OPTIONS: `--import=${early}` });
    });

    it('logs a lone review within seconds', async () => {
      const gate = await ready();
      await send(gate, { body: BODY });
      await until(() => messages(gate).includes('review'), 'the line to be written');
    });

    it('answers what is in flight after the second signal, and ends idle connections', async () => {
      const gate = await ready({ DRAIN_SECONDS: '600' });
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      await send(gate, { body: BODY, agent });
      const outgoing = open(gate, { headers: { 'content-length': String(BODY.length), expect: '100-continue' } });
      const answer = answerTo(outgoing);
      outgoing.flushHeaders();
      await once(outgoing, 'continue');
      gate.child.kill('SIGINT');
      await until(async () => (await probe(gate, '/readyz')).status === 503, 'the gate to be unready');
      gate.child.kill('SIGINT');
      await until(() => Object.keys(agent.freeSockets).length === 0, 'the idle connection to be ended');
      const refused = await send(gate, { body: BODY }).catch((error: Error & { code: string }) => error.code);
      expect(refused).to.equal('ECONNREFUSED');
      outgoing.end(BODY);
      const { json, headers } = await answer;
      expect(json.response?.allowed).to.equal(false);
      expect(headers.connection).to.equal('close');
      expect(await gate.ended).to.equal(0);
    });

    it('ends at once when it is told so before it listens', async () => {
      // The signal comes while this rule is loaded: when the engine that it runs in is made.
      const rules = join(folder, 'rules');
      await mkdir(rules);
      await writeFile(
        join(rules, 'late.js'),
        `export default { meta: { name: 'late', description: 'X.' }, check() {} };`,
      );
      const early = join(folder, 'early.mjs');
      await writeFile(
        early,
        `WebAssembly.compile = new Proxy(WebAssembly.compile, {
           apply: (...called) => { process.kill(process.pid, 'SIGTERM'); return Reflect.apply(...called); },
         });`,
      );
      const env = { PORT: '0', OPS_PORT: '0', CERTS_DIR: certs.dir, RULES_DIR: rules, DRAIN_SECONDS: '600' };
      const gate = run({ env: { ...env, NODE_OPTIONS: `--import=${early}` } });
      expect(await gate.ended).to.equal(0);
      expect(messages(gate)).to.deep.equal(['Shutdown requested; draining.']);
    });

    for (const [what, statement] of [
      ['throws an error that nobody catches', `throw new Error('boom');`],
      ['leaves a promise rejected', `void Promise.reject(new Error('boom'));`],
      ['throws what is no error', `throw 'boom';`],
    ] as const) {
      it(`ends with code 1 when something ${what}, and says why`, async () => {
        const broken = join(folder, 'broken.mjs');
        await writeFile(broken, `process.on('SIGUSR2', () => { ${statement} });`);
        const gate = await ready({ NODE_OPTIONS: `--import=${broken}`, DRAIN_SECONDS: '600' });
        gate.child.kill('SIGUSR2');
        expect(await gate.ended).to.equal(1);
        expect(gate.stderr()).to.match(/^ImageGate failed: (Error: )?boom\n/);
        expect(gate.lines().at(-1)).to.deep.include({ level: 'fatal', msg: 'ImageGate failed: boom' });
      });
    }

    it('takes a changed policy and a new rule while it runs, and says so', async () => {
      await mountConfigMap(folder, { RULE_EMPTY_TAG: 'off' });
      const gate = await ready({ POLICY_DIR: folder, RULES_DIR: folder });
      const review = JSON.stringify(admissionReview(podCreate({ web: 'docker.io/nginx' })));
      expect((await send(gate, { body: review })).json.response?.allowed).to.equal(true);
      const rule = `export default { meta: { name: 'no-nginx', description: 'X.' }, check: ({ repository }) =>
        repository === 'nginx' ? [{ problem: 'is nginx', remedy: 'Use another.' }] : [] };`;
      await mountConfigMap(folder, { RULE_EMPTY_TAG: 'warn', 'no-nginx.mjs': rule });
      const denied = async () => !(await send(gate, { body: review })).json.response?.allowed;
      await until(denied, 'the rule');
      const { response } = (await send(gate, { body: review })).json;
      expect(response?.status?.message).to.equal(
        'web image is nginx! (docker.io/nginx). Use another.\nPod default/x, by no-nginx.',
      );
      expect(response?.warnings).to.deep.equal([
        'web image has no tag! (docker.io/nginx). Only images with tags are allowed. [imagegate: empty-tag]',
      ]);
      await mountConfigMap(folder, { RULE_EMPTY_TAG: 'never', 'no-nginx.mjs': 'export default 7;' });
      const refusal = async () => (await (await probe(gate, '/readyz?verbose')).text()).includes('[!]policy: ');
      await until(refusal, 'the refusal');
      const verbose = await (await probe(gate, '/readyz?verbose')).text();
      expect(verbose).to.include('[policy-action-invalid]').and.to.include('[rule-file-invalid]');
      expect((await probe(gate, '/readyz')).status).to.equal(200);
      expect(await denied()).to.equal(true);
      const metrics = await (await probe(gate, '/metrics')).text();
      expect(metrics).to.include('imagegate_ruleset_loads_total{result="success"} 2\n');
      expect(metrics).to.include('imagegate_ruleset_loads_total{result="failure"} 1\n');
      gate.child.kill('SIGTERM');
      expect(await gate.ended).to.equal(0);
      const told = gate.lines().filter(({ msg }) => /ruleset/i.test(String(msg)));
      expect(told.map(({ level }) => level)).to.deep.equal(['info', 'error']);
      expect(told[0]).to.deep.include({
        rules: ['registry-allowlist', 'blocked-tags', 'no-nginx'],
        warned: ['empty-tag'],
      });
      expect(told[1]!['mistakes']).to.have.lengthOf(2);
    });
  });

  describe('a start that fails', () => {
    it('tells all mistakes of settings, certificate, policy and rules at once', async () => {
      await writeFile(join(folder, 'not-a-rule.mjs'), 'export default 7;');
      const env = {
        PORT: 'https',
        DRAIN_SECONDS: '-1',
        CERTS_DIR: join(folder, 'nowhere'),
        CLIENT_CA_FILE: join(folder, 'nowhere', 'ca'),
        CLIENT_TOKEN_FILE: join(folder, 'nowhere', 'token'),
        RULES_DIR: folder,
        BLOCKED_TAGS: '',
        DISABLE_EMPTY_TAG: 'yes',
      };
      const gate = run({ env: { ...env, LOG_FORMAT: 'text' } });
      expect(await gate.ended).to.equal(1);
      const block = gate.stderr();
      expect(block).to.match(/^ImageGate did not start: \d+ mistakes\.\n\n {2}/);
      expect(block).to.match(/\n\ndocs\/errors\.md explains the codes in brackets\.\n$/);
      const told = [...block.matchAll(/^ {2}(.*?): expected .* \[([\w-]+)\]$/gm)].map(([, where, code]) => [
        where,
        code,
      ]);
      expect(told.slice(0, 8)).to.deep.equal([
        ['PORT', 'setting-invalid'],
        ['DRAIN_SECONDS', 'setting-invalid'],
        [join(folder, 'nowhere', 'server.crt'), 'certificate-unreadable'],
        [join(folder, 'nowhere', 'server.key'), 'certificate-unreadable'],
        [join(folder, 'nowhere', 'ca'), 'client-file-invalid'],
        [join(folder, 'nowhere', 'token'), 'client-file-invalid'],
        ['BLOCKED_TAGS (environment)', 'policy-list-empty'],
        ['DISABLE_EMPTY_TAG (environment)', 'policy-boolean-invalid'],
      ]);
      expect(told.slice(8).map(([, code]) => code)).to.include('rule-file-invalid');
      // As text, the block is all there is.
      expect(gate.stdout()).to.equal('');

      const inJson = run({ env: { ...env, LOG_FORMAT: 'json' } });
      expect(await inJson.ended).to.equal(1);
      expect(inJson.stderr()).to.equal(block);
      const [line, ...more] = inJson.lines();
      expect(more).to.deep.equal([]);
      expect(line).to.deep.include({ level: 'fatal', msg: 'ImageGate did not start.' });
      expect(line?.['mistakes']).to.have.lengthOf(told.length);
      expect(`  ${(line!['mistakes'] as string[]).join('\n  ')}`).to.equal(block.split('\n\n')[1]);
    });

    it('tells all that is wrong with a certificate that cannot serve', async () => {
      const expired = await makeCertificate({ notBefore: new Date('2020-01-01'), notAfter: new Date('2020-02-01') });
      await writeFile(join(folder, 'server.crt'), expired.certificate);
      await writeFile(join(folder, 'server.key'), certs.key);
      await writeFile(join(folder, 'ca.crt'), certs.certificate);
      const gate = run({ env: { CERTS_DIR: folder, LOG_FORMAT: 'json' } });
      expect(await gate.ended).to.equal(1);
      const codes = [...gate.stderr().matchAll(/\[([\w-]+)\]$/gm)].map(([, code]) => code);
      expect(codes).to.deep.equal([
        'certificate-pair-mismatch',
        'certificate-expired',
        'certificate-name-mismatch',
        'certificate-untrusted',
      ]);
    });

    it('tells a malformed policy token, and nothing of it', async () => {
      const token = certs.policyToken.slice(1);
      for (const name of ['server.crt', 'server.key']) {
        // oxlint-disable-next-line no-await-in-loop -- two of them
        await copyFile(join(certs.dir, name), join(folder, name));
      }
      await writeFile(join(folder, 'policy-token'), token);
      const gate = run({ env: { CERTS_DIR: folder, BLOCKED_TAGS: '', LOG_FORMAT: 'json' } });
      expect(await gate.ended).to.equal(1);
      const codes = [...gate.stderr().matchAll(/\[([\w-]+)\]$/gm)].map(([, code]) => code);
      expect(codes).to.deep.equal(['policy-token-invalid', 'policy-list-empty']);
      expect(gate.stderr()).to.contain(
        `  ${join(folder, 'policy-token')}: expected one line of 64 lower-case hex digits, or two, found `,
      );
      expect(gate.stderr() + gate.stdout()).to.not.contain(token);
    });

    it('tells the mistakes of the options when policy and rules can be read', async () => {
      const gate = run({ env: { CERTS_DIR: certs.dir, ALLOWED_REGISTRIES: 'https://docker.io', LOG_FORMAT: 'text' } });
      expect(await gate.ended).to.equal(1);
      expect(gate.stderr()).to.match(
        /^ImageGate did not start: one mistake\.\n\n {2}ALLOWED_REGISTRIES \(environment\)/,
      );
      expect(gate.stderr()).to.contain('[option-invalid]');
    });

    it('looks for the certificate in the working directory if nothing else is said', async () => {
      const gate = run({ cwd: folder });
      expect(await gate.ended).to.equal(1);
      expect(gate.stderr()).to.contain(
        `  ${join('certs', 'server.crt')}: expected a file that can be read, found no such file. Set CERTS_DIR to`,
      );
      // No terminal, so the log is JSON.
      expect(gate.lines()).to.have.lengthOf(1);
    });

    it('takes empty folders for mistakes of their own, and nothing else', async () => {
      const gate = run({ cwd: folder, env: { CERTS_DIR: '', RULES_DIR: '', POLICY_DIR: '', LOG_FORMAT: 'yaml' } });
      expect(await gate.ended).to.equal(1);
      const codes = [...gate.stderr().matchAll(/\[([\w-]+)\]$/gm)].map(([, code]) => code);
      expect(codes).to.deep.equal([
        ...Array.from({ length: 4 }, () => 'setting-invalid'),
        'certificate-unreadable',
        'certificate-unreadable',
      ]);
    });

    it('names both ports when both are taken', async () => {
      const servers = [createServer().listen(0), createServer().listen(0)];
      await Promise.all(servers.map(async (server) => once(server, 'listening')));
      const ports = servers.map((server) => String((server.address() as AddressInfo).port));
      const [PORT = '', OPS_PORT = ''] = ports;
      const gate = run({ env: { PORT, OPS_PORT, CERTS_DIR: certs.dir } });
      expect(await gate.ended).to.equal(1);
      for (const server of servers) server.close();
      expect(gate.stderr()).to.equal(
        [
          'ImageGate did not start: 2 mistakes.',
          '',
          `  PORT ${PORT}: expected a port to listen on, found one that another process listens on. Set PORT to another port, or end what listens there. [port-unavailable]`,
          `  OPS_PORT ${OPS_PORT}: expected a port to listen on, found one that another process listens on. Set OPS_PORT to another port, or end what listens there. [port-unavailable]`,
          '',
          'docs/errors.md explains the codes in brackets.',
          '',
        ].join('\n'),
      );
    });

    it('fails as a whole when one port is taken', async () => {
      const server = createServer().listen(0);
      await once(server, 'listening');
      const PORT = String((server.address() as AddressInfo).port);
      const gate = run({ env: { PORT, OPS_PORT: '0', CERTS_DIR: certs.dir } });
      expect(await gate.ended).to.equal(1);
      server.close();
      expect(gate.stderr()).to.contain('one mistake').and.to.contain('[port-unavailable]');
    });
  });
});
