import { expect } from 'chai';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { constants } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from '../project-root.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { until } from '../until.ts';

const POD = 'Error from server: admission webhook "com.imagegate.webhook" denied the request:';
const DEPLOYMENT =
  'Error from server: error when creating "shop.yaml": admission webhook "workloads.com.imagegate.webhook" denied the request:';

const demo = join(projectRoot, 'build/scripts/demo.js');

describe('npm run demo', () => {
  it('prints what kubectl would', async () => {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [demo]);
    expect(stderr).to.equal('');
    expect(stdout).to.equal(`The gate listens, with its default policy. What kubectl would print:

$ kubectl run nginx --image=nginx
${POD} nginx image has no tag! (nginx). Only images with tags are allowed.
nginx image comes from an untrusted registry! (nginx). Only images from docker.io,gcr.io are allowed.

$ kubectl run nginx --image=nginx:latest
${POD} nginx image comes from an untrusted registry! (nginx:latest). Only images from docker.io,gcr.io are allowed.
nginx image has a non-allowed tag! (nginx:latest). These tags "staging,latest" are prohibited.

$ kubectl run nginx --image=docker.io/nginx:latest
${POD} nginx image has a non-allowed tag! (docker.io/nginx:latest). These tags "staging,latest" are prohibited.

$ kubectl run nginx --image=docker.io/nginx:1.20
pod/nginx created

$ kubectl apply -f shop.yaml    # a Deployment of five images, one of them good
${DEPLOYMENT} migrate image comes from an untrusted registry! (quay.io/acme/migrate:v7). Only images from docker.io,gcr.io are allowed.
cache image comes from an untrusted registry! (redis:latest). Only images from docker.io,gcr.io are allowed.
cache image has a non-allowed tag! (redis:latest). These tags "staging,latest" are prohibited.
proxy image is not a valid reference! (docker.io/Envoy:v1.36). A repository must be in lower case.
model image has no tag! (gcr.io/acme/model). Only images with tags are allowed.
Deployment default/shop, by registry-allowlist, blocked-tags, valid-reference and empty-tag.

`);
  });

  describe('ended early', () => {
    const folder = temporaryFolder();

    const start = () =>
      spawn(process.execPath, [demo], {
        env: { ...process.env, TMPDIR: folder.path },
        stdio: ['ignore', 'pipe', 'pipe'],
      });

    /** Waits for the gate too: it has the same stderr, which is closed by the last of the two. */
    const ended = async (child: ReturnType<typeof start>): Promise<object> => {
      let stderr = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
      const [code] = (await once(child, 'close')) as [number | null];
      return { code, stderr, left: await readdir(folder.path) };
    };

    it('leaves no gate, no key and no stack trace where nobody reads on', async () => {
      const child = start();
      child.stdout.destroy();
      expect(await ended(child)).to.deep.equal({ code: 0, stderr: '', left: [] });
    });

    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
      it(`leaves no gate and no key after ${signal}`, async () => {
        const child = start();
        child.stdout.resume();
        const end = ended(child);
        const hasKey = async () => (await readdir(folder.path, { recursive: true })).join().includes('server.key');
        await until(hasKey, 'the key, with which the gate starts');
        child.kill(signal);
        expect(await end).to.deep.equal({ code: 128 + constants.signals[signal], stderr: '', left: [] });
      });
    }
  });
});
