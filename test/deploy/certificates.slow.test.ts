import { spawnSync } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import type { X509Certificate } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { expect } from 'chai';
import { CertificatesRun } from './certificates-run.ts';
import { at, manifests, manifestsOf } from './manifests.ts';
import { projectRoot } from '../project-root.ts';
import { skipWithout } from '../skip-without.ts';

interface ClientConfig {
  caBundle: string;
  readonly service: { path: string };
}

const day = 86_400_000;
const webhooks = ['mutating-webhook-with-ca.yaml', 'webhook-with-ca.yaml'];
const made = ['ca.crt', 'ca.key', ...webhooks, 'policy-token', 'secret.yaml', 'server.crt', 'server.key'].toSorted();
const names = [
  'imagegate-webhook.imagegate.svc',
  'imagegate-webhook.imagegate.svc.cluster.local',
  'imagegate-webhook.imagegate',
  'imagegate-webhook',
];

/** X.509 extensions as they stand in the certificate's bytes (DER), since Node tells only some of them. */
const extensions = {
  subjectKeyIdentifier: '0603551d0e',
  authorityKeyIdentifier: '0603551d23',
  // name, critical, content
  criticalCa: ['0603551d13', '0101ff', '0408', '30060101ff020100'].join(''), // CA:TRUE, pathlen:0
  criticalNoCa: ['0603551d13', '0101ff', '0402', '3000'].join(''),
  criticalSignsCertificates: ['0603551d0f', '0101ff', '0404', '03020106'].join(''), // keyCertSign, cRLSign
  criticalSigns: ['0603551d0f', '0101ff', '0404', '03020780'].join(''), // digitalSignature
};

/** As the README installs: by -k, since kustomization.yaml names the image. */
const INSTALL = `  kubectl apply -f namespace.yaml -f secret.yaml -f policy
  kubectl apply -k .
  kubectl -n imagegate rollout status deployment/imagegate-webhook
  kubectl apply -f webhook-with-ca.yaml
`;
/** What is said wherever a webhook is to be applied. */
const NOTE =
  'If the policy rewrites images, or will, apply mutating-webhook-with-ca.yaml right before webhook-with-ca.yaml.\n';

/** The commands that a run says come next. */
const nextOf = (stdout: string): string => stdout.slice(stdout.indexOf('\n', stdout.indexOf('\nNext, ') + 1) + 1);

const hasCommand = (command: string, ...flags: string[]): boolean => spawnSync(command, flags).status === 0;

const validDays = (certificate: X509Certificate): number =>
  (Date.parse(certificate.validTo) - Date.parse(certificate.validFrom)) / day;

const isTrusted = (certificate: X509Certificate, cas: readonly X509Certificate[]): boolean =>
  cas.some((ca) => certificate.checkIssued(ca) && certificate.verify(ca.publicKey));

/** The bytes of a certificate's key identifier, which follow its extension's name. */
function keyIdentifier(certificate: X509Certificate, oid: string): string {
  const hex = certificate.raw.toString('hex');
  const from = hex.indexOf(oid) + oid.length;
  return /(?:04160414|041830168014)([0-9a-f]{40})/y.exec(hex.slice(from))?.[1] ?? 'none';
}

describe('deploy/certificates.sh', function () {
  let deploy: CertificatesRun;

  before(function () {
    if (!hasCommand('openssl', 'version')) skipWithout('openssl', this);
    if (!hasCommand('bash', '--version')) skipWithout('bash', this);
  });

  beforeEach(() => {
    deploy = new CertificatesRun();
  });

  afterEach(() => deploy.remove());

  describe('a first run', () => {
    it('writes exactly its seven files, which only their owner can read', () => {
      deploy.firstRun();
      expect(Object.keys(deploy.files())).to.deep.equal(made);
      for (const name of made) expect(statSync(join(deploy.folder, name)).mode & 0o777, name).to.equal(0o600);
    });

    it('writes only what git ignores, old CAs and unfinished work included', function () {
      if (!hasCommand('git', '-C', projectRoot, 'rev-parse')) this.skip();
      for (const name of [...made, 'ca-old.crt', '.certificates.new/ca.key']) {
        const ignored = spawnSync('git', ['-C', projectRoot, 'check-ignore', '--no-index', `deploy/${name}`]).status;
        expect(ignored, name).to.equal(0);
      }
    });

    it('makes a CA that may sign certificates and nothing else, for ten years', () => {
      deploy.firstRun();
      const ca = deploy.certificate('ca.crt');
      const der = ca.raw.toString('hex');
      expect(ca.ca).to.equal(true);
      expect(der).to.include(extensions.criticalCa);
      expect(der).to.include(extensions.criticalSignsCertificates);
      expect(ca.verify(ca.publicKey)).to.equal(true);
      expect(ca.publicKey.asymmetricKeyDetails?.namedCurve).to.equal('prime256v1');
      expect(validDays(ca)).to.equal(3650);
      expect(ca.checkPrivateKey(createPrivateKey(deploy.read('ca.key')))).to.equal(true);
    });

    it('makes a server certificate for the names of the Service, for a year', () => {
      deploy.firstRun();
      const server = deploy.certificate('server.crt');
      const der = server.raw.toString('hex');
      expect(server.ca).to.equal(false);
      expect(der).to.include(extensions.criticalNoCa);
      expect(der).to.include(extensions.criticalSigns);
      expect(server.keyUsage, 'extended key usage: serverAuth').to.deep.equal(['1.3.6.1.5.5.7.3.1']);
      expect(server.subjectAltName?.split(', ')).to.have.members(names.map((name) => `DNS:${name}`));
      expect(server.publicKey.asymmetricKeyDetails?.namedCurve).to.equal('prime256v1');
      expect(validDays(server)).to.equal(365);
      expect(Math.abs(Date.parse(server.validFrom) - Date.now())).to.be.below(day);
      expect(server.checkPrivateKey(createPrivateKey(deploy.read('server.key')))).to.equal(true);
    });

    it('signs it with that CA, and links the two by key identifier', () => {
      deploy.firstRun();
      const ca = deploy.certificate('ca.crt');
      const server = deploy.certificate('server.crt');
      expect(isTrusted(server, [ca])).to.equal(true);
      const identifier = keyIdentifier(ca, extensions.subjectKeyIdentifier);
      expect(identifier).to.match(/^[0-9a-f]{40}$/);
      expect(keyIdentifier(ca, extensions.authorityKeyIdentifier)).to.equal(identifier);
      expect(keyIdentifier(server, extensions.authorityKeyIdentifier)).to.equal(identifier);
      expect(keyIdentifier(server, extensions.subjectKeyIdentifier))
        .to.match(/^[0-9a-f]{40}$/)
        .and.not.equal(identifier);
    });

    it('gives each certificate a serial number of its own', () => {
      deploy.firstRun();
      const serials = [deploy.certificate('ca.crt'), deploy.certificate('server.crt')].map((one) => one.serialNumber);
      deploy.succeed('--new-ca');
      serials.push(...[deploy.certificate('ca.crt'), deploy.certificate('server.crt')].map((one) => one.serialNumber));
      expect(new Set(serials).size).to.equal(4);
      for (const serial of serials) expect(serial).to.match(/^[0-9A-F]{20,34}$/);
    });

    it('writes pair and CA as the Secret that the Deployment mounts', () => {
      deploy.firstRun();
      const [secret, ...others] = manifestsOf(deploy.read('secret.yaml'));
      expect(others).to.deep.equal([]);
      expect(secret).to.deep.include({ apiVersion: 'v1', kind: 'Secret', type: 'Opaque' });
      expect(secret?.metadata).to.deep.equal({ name: 'imagegate-webhook-certificates', namespace: 'imagegate' });
      const keys = Object.keys(at(secret, ['data']) as object);
      expect(keys).to.deep.equal(['server.crt', 'server.key', 'ca.crt', 'policy-token']);
      const { certificate, key, ca } = deploy.secret();
      expect(certificate.fingerprint256).to.equal(deploy.certificate('server.crt').fingerprint256);
      expect(key).to.equal(deploy.read('server.key'));
      expect(ca.fingerprint256).to.equal(deploy.certificate('ca.crt').fingerprint256);
      expect(() => createSecureContext({ cert: certificate.toString(), key })).not.to.throw();
    });

    it('fills the caBundle of every entry of both webhooks in and the token of one, and changes nothing else', () => {
      deploy.firstRun();
      const ca = deploy.certificate('ca.crt').fingerprint256;
      expect(deploy.trusted().map((cas) => cas.map((one) => one.fingerprint256))).to.deep.equal([
        [ca],
        [ca],
        [ca],
        [ca],
      ]);

      const filled = ['webhook', 'mutating-webhook'].flatMap((name) =>
        manifestsOf(deploy.read(`${name}-with-ca.yaml`)),
      );
      const shipped = ['webhook.yaml', 'mutating-webhook.yaml'].flatMap((file) => manifests(file));
      const placeholder = '<certificates.sh fills this in>';
      const token = deploy.read('policy-token').trim();
      for (const { clientConfig } of filled.flatMap(
        (one) => at(one, ['webhooks']) as { clientConfig: ClientConfig }[],
      )) {
        clientConfig.caBundle = placeholder;
        clientConfig.service.path = clientConfig.service.path.replace(token, placeholder);
      }
      expect(filled).to.deep.equal(shipped);
    });

    it('makes a policy token of 32 random bytes, the same in the Secret and in the path of the third entry', () => {
      const { stdout } = deploy.firstRun();
      const file = deploy.read('policy-token');
      expect(file).to.match(/^[0-9a-f]{64}\n$/);
      const token = file.trimEnd();
      expect(deploy.secret().policyToken).to.equal(token);
      expect(deploy.paths()).to.deep.equal(['/validate', '/validate', `/validate-policy/${token}`]);
      expect(stdout).to.include('\nPolicy token: made.\n').and.not.include(token);
    });

    it('says when both expire, how to renew, and the next commands with the webhook last', () => {
      const { stdout } = deploy.firstRun();
      const ends = ['ca.crt', 'server.crt'].map((name) => deploy.certificate(name).validTo);
      expect(stdout).to.include(`CA: made, expires ${ends[0]}.`);
      expect(stdout).to.include(`Server certificate: made, expires ${ends[1]}.`);
      expect(stdout).to.include('To renew the certificate, run ./certificates.sh before that day');
      expect(nextOf(stdout)).to.equal(INSTALL + NOTE);
    });

    it('works from any folder, and then says where to go first', () => {
      const { code, stdout } = deploy.run([], { cwd: tmpdir() });
      expect(code).to.equal(0);
      expect(Object.keys(deploy.files())).to.deep.equal(made);
      expect(nextOf(stdout)).to.equal(`  cd ${deploy.folder.replaceAll(' ', '\\ ')}\n${INSTALL}${NOTE}`);
    });

    it('takes the validity from flags', () => {
      deploy.succeed('--ca-days', '40', '--server-days=20');
      expect(validDays(deploy.certificate('ca.crt'))).to.equal(40);
      expect(validDays(deploy.certificate('server.crt'))).to.equal(20);
    });

    it('takes --new-ca as well: there is no old CA to keep', () => {
      deploy.succeed('--new-ca');
      expect(Object.keys(deploy.files())).to.deep.equal(made);
      expect(deploy.trusted()[0]).to.have.length(1);
    });
  });

  describe('run again', () => {
    it('keeps its CA and makes a new server certificate', () => {
      deploy.firstRun();
      const first = deploy.files();
      const { stdout } = deploy.succeed();
      const second = deploy.files();
      const kept = ['ca.crt', 'ca.key', 'policy-token', ...webhooks];
      for (const name of kept) expect(second[name]).to.equal(first[name]);
      for (const name of ['server.crt', 'server.key', 'secret.yaml']) expect(second[name]).not.to.equal(first[name]);
      expect(isTrusted(deploy.secret().certificate, deploy.trusted()[0] ?? [])).to.equal(true);
      expect(stdout).to.include('CA: kept').and.include('\nPolicy token: kept.\n');
      expect(stdout.split('Next')[1]).to.match(/\n {2}kubectl apply -f secret\.yaml\n$/);
    });

    it('makes a new token where its file is gone, and has Secret and webhook applied', () => {
      deploy.firstRun();
      const old = deploy.secret().policyToken;
      rmSync(join(deploy.folder, 'policy-token'));
      const { stdout } = deploy.succeed();
      const { policyToken } = deploy.secret();
      expect(policyToken)
        .to.match(/^[0-9a-f]{64}$/)
        .and.not.equal(old);
      expect(deploy.read('policy-token')).to.equal(`${policyToken}\n`);
      expect(statSync(join(deploy.folder, 'policy-token')).mode & 0o777).to.equal(0o600);
      expect(deploy.paths()[2]).to.equal(`/validate-policy/${policyToken}`);
      expect(stdout).to.include('CA: kept').and.include('\nPolicy token: made.\n');
      expect(stdout.split('Next')[1]).to.match(
        /\n {2}kubectl apply -f secret\.yaml\n {2}kubectl apply -f webhook-with-ca\.yaml\nIf .*\n$/,
      );
    });

    it('never shows the token to whoever lists processes', () => {
      deploy.firstRun();
      const folder = join(deploy.folder, '.seen');
      mkdirSync(folder);
      for (const command of ['openssl', 'awk', 'cat', 'mv']) {
        const real = spawnSync('bash', ['-c', `command -v ${command}`], { encoding: 'utf8' }).stdout.trim();
        writeFileSync(
          join(folder, command),
          `#!/bin/sh\nprintf '%s\\n' "$*" >>'${folder}/arguments'\nexec '${real}' "$@"\n`,
        );
        chmodSync(join(folder, command), 0o755);
      }
      expect(deploy.run([], { path: folder + delimiter + String(process.env['PATH']) }).code).to.equal(0);
      const seen = readFileSync(join(folder, 'arguments'), 'utf8');
      expect(seen).to.include('webhook.yaml').and.not.include(deploy.read('policy-token').trimEnd());
      rmSync(folder, { recursive: true });
    });

    it('fills the token into a webhook.yaml that is from before there was one', () => {
      const webhook = join(deploy.folder, 'webhook.yaml');
      writeFileSync(webhook, readFileSync(webhook, 'utf8').replace(/(path: \/validate-policy)\/.*/, '$1'));
      deploy.succeed();
      expect(deploy.paths()[2]).to.equal(`/validate-policy/${deploy.secret().policyToken}`);
    });

    it('takes the changes of mutating-webhook.yaml over, and says nothing of it where it is new', () => {
      deploy.firstRun();
      const webhook = join(deploy.folder, 'mutating-webhook.yaml');
      writeFileSync(webhook, readFileSync(webhook, 'utf8').replace('timeoutSeconds: 5', 'timeoutSeconds: 7'));
      expect(nextOf(deploy.succeed().stdout)).to.include(`  kubectl apply -f webhook-with-ca.yaml\n${NOTE}`);
      expect(deploy.read('mutating-webhook-with-ca.yaml'))
        .to.include('timeoutSeconds: 7')
        .and.not.include('policy token');
      rmSync(join(deploy.folder, 'mutating-webhook-with-ca.yaml'));
      expect(nextOf(deploy.succeed().stdout), 'as after an upgrade').to.equal('  kubectl apply -f secret.yaml\n');
    });

    it('takes the changes of webhook.yaml over', () => {
      deploy.firstRun();
      const webhook = join(deploy.folder, 'webhook.yaml');
      writeFileSync(webhook, readFileSync(webhook, 'utf8').replaceAll('timeoutSeconds: 5', 'timeoutSeconds: 7'));
      const { stdout } = deploy.succeed();
      const [filled] = manifestsOf(deploy.read('webhook-with-ca.yaml'));
      expect(at(filled, ['webhooks', 0, 'timeoutSeconds'])).to.equal(7);
      const apply = ['secret.yaml', 'webhook-with-ca.yaml'].map((file) => `  kubectl apply -f ${file}\n`);
      expect(nextOf(stdout)).to.equal(apply.join('') + NOTE);
      expect(nextOf(deploy.succeed().stdout), 'nothing has changed since').to.equal(apply[0]);
      rmSync(join(deploy.folder, 'webhook-with-ca.yaml'));
      expect(nextOf(deploy.succeed().stdout), 'it is gone').to.equal(apply.join('') + NOTE);
    });
  });

  describe('--new-ca', () => {
    it('makes the API server trust the new CA and the old one', () => {
      deploy.firstRun();
      const old = { ca: deploy.certificate('ca.crt'), server: deploy.certificate('server.crt') };
      const token = deploy.read('policy-token');
      const { stdout } = deploy.succeed('--new-ca');
      expect(deploy.read('policy-token')).to.equal(token);
      expect(deploy.certificate('ca.crt').fingerprint256).not.to.equal(old.ca.fingerprint256);
      expect(deploy.certificate('ca.crt').subject).not.to.equal(old.ca.subject);
      for (const cas of deploy.trusted()) {
        expect(cas).to.have.length(2);
        expect(cas[0]?.fingerprint256, 'the current CA first').to.equal(deploy.certificate('ca.crt').fingerprint256);
        expect(isTrusted(old.server, cas), 'what the pods serve now').to.equal(true);
        expect(isTrusted(deploy.secret().certificate, cas), 'what they will serve').to.equal(true);
      }
      expect(isTrusted(deploy.secret().certificate, [old.ca])).to.equal(false);
      expect(deploy.secret().ca.subject).to.equal(deploy.certificate('ca.crt').subject);
      expect(stdout.indexOf('webhook-with-ca.yaml')).to.be.greaterThan(0);
      expect(stdout.indexOf('webhook-with-ca.yaml')).to.be.below(stdout.indexOf('secret.yaml'));
      expect(stdout.indexOf('rollout status')).to.be.below(stdout.indexOf('--drop-old-ca'));
    });

    it('keeps the old CA in the bundle on later runs, until --drop-old-ca takes it out and nothing else', () => {
      deploy.firstRun();
      deploy.succeed('--new-ca');
      deploy.succeed();
      expect(deploy.trusted().map((cas) => cas.length)).to.deep.equal([2, 2, 2, 2]);

      const before = deploy.files();
      const { stdout } = deploy.succeed('--drop-old-ca');
      const after = deploy.files();
      const current = deploy.certificate('ca.crt').fingerprint256;
      expect(deploy.trusted().map((cas) => cas.map((ca) => ca.fingerprint256))).to.deep.equal([
        [current],
        [current],
        [current],
        [current],
      ]);
      expect(Object.keys(after)).to.deep.equal(made);
      for (const name of made) if (!webhooks.includes(name)) expect(after[name], name).to.equal(before[name]);
      expect(stdout.split('Next')[1]).to.match(/\n {2}kubectl apply -f webhook-with-ca\.yaml\nIf .*\n$/);
    });

    it('twice keeps all three: neither may have reached the cluster', () => {
      deploy.firstRun();
      const first = deploy.certificate('server.crt');
      deploy.succeed('--new-ca');
      const second = deploy.certificate('server.crt');
      deploy.succeed('--new-ca');
      const cas = deploy.trusted()[0] ?? [];
      expect(cas).to.have.length(3);
      for (const server of [first, second, deploy.certificate('server.crt')]) {
        expect(isTrusted(server, cas)).to.equal(true);
      }
    });

    it('needs only the certificate of the old CA, so a lost key can be replaced', () => {
      deploy.firstRun();
      const old = deploy.certificate('server.crt');
      rmSync(join(deploy.folder, 'ca.key'));
      deploy.succeed('--new-ca');
      expect(isTrusted(old, deploy.trusted()[0] ?? [])).to.equal(true);
    });
  });

  describe('a mistake', () => {
    /** What the run leaves must be what was there, to the byte, with no unfinished work beside it. */
    function failsAndLeavesAll(flags: string[], code: number, ...says: string[]): void {
      const before = deploy.files();
      const run = deploy.run(flags);
      expect(run.code, run.stderr).to.equal(code);
      for (const text of says) expect(run.stderr).to.include(text);
      expect(run.stdout).to.equal('');
      expect(deploy.files()).to.deep.equal(before);
      expect(existsSync(join(deploy.folder, '.certificates.new'))).to.equal(false);
    }

    const flags: [string[], string][] = [
      [['--foo'], 'unknown argument "--foo"'],
      [['now'], 'unknown argument "now"'],
      [['--ca-days'], '--ca-days needs a number of days'],
      [['--ca-days', '0'], 'not "0"'],
      [['--server-days', '1.5'], 'not "1.5"'],
      [['--server-days='], 'not ""'],
      [['--server-days=36501'], 'not "36501"'],
      [['--server-days', '1000000'], 'not "1000000"'],
      [['--server-days', '-1'], 'not "-1"'],
      [['--server-days', '1; ls'], 'not "1; ls"'],
      [['--ca-days', '365'], 'must expire before its CA'],
      [['--new-ca', '--drop-old-ca'], 'two steps'],
      [['--drop-old-ca', '--server-days', '3'], 'makes no certificate'],
    ];
    for (const [given, says] of flags) {
      it(`in the flags is a clear error: ${given.join(' ')}`, () => {
        failsAndLeavesAll(given, 2, says, './certificates.sh --help');
      });
    }

    it('is --ca-days for a CA that is kept', () => {
      deploy.firstRun();
      failsAndLeavesAll(['--ca-days', '5000'], 2, 'add --new-ca');
    });

    it('is --drop-old-ca where there is none', () => {
      deploy.firstRun();
      failsAndLeavesAll(['--drop-old-ca'], 1, 'is for after --new-ca');
    });

    it('is a key of a CA without its certificate, with --new-ca as well', () => {
      deploy.firstRun();
      rmSync(join(deploy.folder, 'ca.crt'));
      failsAndLeavesAll([], 1, 'ca.key is there, but its certificate ca.crt is not');
      failsAndLeavesAll(['--new-ca'], 1, 'ca.key is there, but its certificate ca.crt is not');
    });

    it('is a certificate of a CA without its key', () => {
      deploy.firstRun();
      rmSync(join(deploy.folder, 'ca.key'));
      failsAndLeavesAll([], 1, 'ca.crt is there, but its key ca.key is not', '--new-ca');
    });

    it('is a key of another CA', () => {
      deploy.firstRun();
      writeFileSync(join(deploy.folder, 'ca.key'), deploy.read('server.key'));
      failsAndLeavesAll([], 1, 'do not belong together', '--new-ca');
    });

    for (const name of ['ca.key', 'ca.crt']) {
      it(`is a ${name} that cannot be read`, () => {
        deploy.firstRun();
        writeFileSync(join(deploy.folder, name), 'broken\n');
        failsAndLeavesAll([], 1, `${name} is no`);
      });
    }

    for (const [what, text] of [
      ['is empty', ''],
      ['is a digit short', `${'a'.repeat(63)}\n`],
      ['has a capital', `${'a'.repeat(63)}A\n`],
      ['has another letter', `${'a'.repeat(63)}g\n`],
      ['goes on', `${'a'.repeat(64)}\nmore\n`],
    ] as const) {
      it(`is a policy-token that ${what}`, () => {
        deploy.firstRun();
        writeFileSync(join(deploy.folder, 'policy-token'), text);
        failsAndLeavesAll([], 1, 'policy-token is not 64 lower-case hex digits', 'remove it for a new one');
        failsAndLeavesAll(['--new-ca'], 1, 'policy-token is not');
      });
    }

    it('is --drop-old-ca without a policy-token', () => {
      deploy.firstRun();
      deploy.succeed('--new-ca');
      rmSync(join(deploy.folder, 'policy-token'));
      failsAndLeavesAll(['--drop-old-ca'], 1, 'policy-token is not there', 'Run ./certificates.sh first');
    });

    it('is a CA that expires before the server certificate would', () => {
      deploy.succeed('--ca-days', '30', '--server-days', '20');
      const end = deploy.certificate('ca.crt').validTo;
      failsAndLeavesAll([], 1, `the CA expires (${end}) before a server certificate of 365 days would`, '--new-ca');
      failsAndLeavesAll(['--server-days', '30'], 1, '--new-ca');
      deploy.succeed('--server-days', '29');
    });

    for (const [place, from, to] of [
      ['of the three places for a caBundle', 'caBundle:', 'bundle:'],
      ['place for the token', 'path: /validate-policy', 'path: /validate'],
    ] as const) {
      it(`is a webhook.yaml without one ${place}`, () => {
        deploy.firstRun();
        const webhook = join(deploy.folder, 'webhook.yaml');
        writeFileSync(webhook, readFileSync(webhook, 'utf8').replace(from, to));
        const says = 'webhook.yaml should have lines with caBundle: 3, and with path: /validate-policy: 1.';
        failsAndLeavesAll([], 1, says);
      });
    }

    it('is a mutating-webhook.yaml without its place for a caBundle', () => {
      deploy.firstRun();
      const webhook = join(deploy.folder, 'mutating-webhook.yaml');
      writeFileSync(webhook, readFileSync(webhook, 'utf8').replace('caBundle:', 'bundle:'));
      failsAndLeavesAll([], 1, 'mutating-webhook.yaml should have lines with caBundle: 1, and');
    });

    it('is a PATH without openssl', () => {
      deploy.firstRun();
      const before = deploy.files();
      const path = join(deploy.folder, '.path');
      mkdirSync(path);
      for (const command of ['bash', 'env', 'dirname', 'mkdir', 'rm', 'cat', 'mv', 'sed', 'awk']) {
        const found = spawnSync('bash', ['-c', `command -v ${command}`], { encoding: 'utf8' }).stdout.trim();
        symlinkSync(found, join(path, command));
      }
      const run = deploy.run([], { path });
      expect(run.code).to.equal(1);
      expect(run.stderr).to.match(/^certificates\.sh: openssl is not installed, or not in the PATH\./);
      rmSync(path, { recursive: true });
      expect(deploy.files()).to.deep.equal(before);
    });

    it('is a second run beside a first', () => {
      mkdirSync(join(deploy.folder, '.certificates.new'));
      const run = deploy.run();
      expect(run.code).to.equal(1);
      expect(run.stderr).to.include('another run is at work, or one was killed');
    });
  });

  describe('a failure half-way', () => {
    /** A PATH in which the n-th call of the command ends in a failure; other calls and commands are the real ones. */
    function failingAt(command: string, call: number): string {
      const folder = join(deploy.folder, '.failing');
      const real = spawnSync('bash', ['-c', `command -v ${command}`], { encoding: 'utf8' }).stdout.trim();
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder);
      const script = `#!/bin/sh\necho x >>'${folder}/calls'\n[ "$(wc -l <'${folder}/calls')" -ne ${call} ] || exit 1\nexec '${real}' "$@"\n`;
      writeFileSync(join(folder, command), script);
      chmodSync(join(folder, command), 0o755);
      return folder + delimiter + String(process.env['PATH']);
    }

    const withoutShim = (files: Record<string, string>): Record<string, string> =>
      Object.fromEntries(Object.entries(files).filter(([name]) => !name.startsWith('.')));

    for (const flags of [[], ['--new-ca']]) {
      it(`of any call of openssl leaves all files as they were: ${flags.join(' ') || 'no flags'}`, () => {
        deploy.firstRun();
        const before = deploy.files();
        let failures = 0;
        for (let call = 1; ; call++) {
          const run = deploy.run(flags, { path: failingAt('openssl', call) });
          if (run.code === 0) break;
          if (run.stdout.includes('Next')) break; // all was in place, and only the printing of the dates failed
          failures++;
          expect(withoutShim(deploy.files()), `call ${call}`).to.deep.equal(before);
          expect(run.stderr, `call ${call}`).to.match(/^certificates\.sh: /m);
          expect(existsSync(join(deploy.folder, '.certificates.new'))).to.equal(false);
        }
        expect(failures).to.be.greaterThan(9);
        deploy.succeed();
      });
    }

    it('while the files of a first run are put in place keeps the token that some of them have', () => {
      for (let call = 1; call <= made.length; call++) {
        const fresh = new CertificatesRun();
        deploy.remove();
        deploy = fresh;
        expect(deploy.run([], { path: failingAt('mv', call) }).code, `call ${call}`).to.not.equal(0);
        const shown = /validate-policy\/([0-9a-f]{64})/.exec(deploy.read('webhook-with-ca.yaml'))?.[1];
        deploy.succeed();
        const token = deploy.read('policy-token').trimEnd();
        expect(shown ?? token, `call ${call}`).to.equal(token);
        expect(deploy.paths()[2]).to.equal(`/validate-policy/${token}`);
        expect(deploy.secret().policyToken).to.equal(token);
      }
    });

    it('while the files are put in place leaves a set that the API server trusts, and the next run finishes it', () => {
      for (let call = 1; ; call++) {
        const fresh = new CertificatesRun();
        deploy.remove();
        deploy = fresh;
        deploy.firstRun();
        const old = deploy.certificate('server.crt');
        const run = deploy.run(['--new-ca'], { path: failingAt('mv', call) });
        if (run.code === 0) {
          expect(call).to.equal(9); // eight files, each of which failed once
          break;
        }
        const trusted = deploy.trusted()[0] ?? [];
        expect(isTrusted(deploy.secret().certificate, trusted), `call ${call}: the Secret`).to.equal(true);
        expect(isTrusted(old, trusted), `call ${call}: the running pods`).to.equal(true);

        const { stdout } = deploy.succeed();
        expect(stdout).to.include('Finishing an earlier run');
        expect(deploy.trusted()[0], `call ${call}`).to.have.length(2);
        expect(isTrusted(old, deploy.trusted()[0] ?? [])).to.equal(true);
        expect(isTrusted(deploy.secret().certificate, [deploy.certificate('ca.crt')])).to.equal(true);
        expect(existsSync(join(deploy.folder, '.certificates.new'))).to.equal(false);
      }
    });
  });

  describe('--help', () => {
    it('names every flag and every file, says in which order a new CA is applied, and makes nothing', () => {
      const { stdout } = deploy.succeed('--help');
      const flags = [
        ...readFileSync(join(projectRoot, 'deploy', 'certificates.sh'), 'utf8').matchAll(
          /--(?:new|drop|ca|server|profile|help)[a-z-]*/g,
        ),
      ];
      for (const [flag] of flags) expect(stdout).to.include(flag);
      for (const name of [...made, 'ca-old.crt']) expect(stdout).to.include(name);
      expect(stdout).to.match(
        /--new-ca\n.*webhook-with-ca\.yaml\n.*secret\.yaml\n.*rollout restart.*\n.*rollout status.*\n.*--drop-old-ca\n/,
      );
      expect(stdout).to.include(`\n  ./certificates.sh\n${INSTALL}`);
      expect(deploy.files()).to.deep.equal({});
    });
  });
});
