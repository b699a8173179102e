import { expect } from 'chai';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { projectRoot } from '../../project-root.ts';
import { until } from '../../until.ts';
import { processesOf } from './processes-of.ts';
import { runLine } from '../run.ts';
import { about, blockedTag, denial, noTag, untrusted, workloadWebhook } from '../sentences.ts';

describe('npm run cluster', () => {
  let child: ChildProcess;
  let text: string;
  let errors: string;
  let exports: readonly string[];
  let kubeconfig: string;

  beforeEach(async () => {
    text = '';
    errors = '';
    // As from a terminal: in a process group that Ctrl-C reaches.
    child = spawn(process.execPath, [join(projectRoot, 'build', 'test', 'cluster', 'main.js')], {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout?.setEncoding('utf8').on('data', (part: string) => (text += part));
    child.stderr?.setEncoding('utf8').on('data', (part: string) => (errors += part));
    await until(
      () => {
        if (child.exitCode !== null) throw new Error(`It ended with code ${child.exitCode}: ${text}${errors}`);
        return text.includes('Ctrl-C ends it all.');
      },
      () => `it to be ready. It said: ${text}${errors}`,
      180_000, // a cluster boots
    );
    exports = [...text.matchAll(/^ {2}(export .*)$/gm)].map(([, line = '']) => line);
    kubeconfig = /^export KUBECONFIG=(\S+)$/.exec(exports[0] ?? '')?.[1] ?? '';
  });

  afterEach(() => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  });

  /** Whether nothing is left: its folder, its processes, and a gate that answers. */
  const isGone = async (port: string): Promise<boolean> => {
    const folder = dirname(kubeconfig);
    const answers = await fetch(`https://127.0.0.1:${port}/`).then(
      () => true,
      (error: Error) => !String((error.cause as Error | undefined)?.message).includes('ECONNREFUSED'),
    );
    return !answers && !existsSync(folder) && (await processesOf(folder)).length === 0;
  };
  const gatePort = async (): Promise<string> => {
    const path = "jsonpath='{.webhooks[0].clientConfig.service.port}'";
    return (await shell(`kubectl get validatingwebhookconfiguration com.imagegate.webhook -o ${path}`)).output;
  };
  /** Runs a line in the other terminal that the text speaks of. */
  const shell = async (line: string) =>
    runLine([...exports, line].join('\n'), {
      cwd: dirname(kubeconfig),
      env: { PATH: '/usr/bin:/bin', HOME: dirname(kubeconfig) },
    });

  it('is what package.json runs', async () => {
    const { scripts } = JSON.parse(await readFile(join(projectRoot, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    expect(scripts['cluster']).to.equal('npm run build && node build/test/cluster/main.js');
  });

  it('points kubectl at a cluster behind the gate, and ends all of it on Ctrl-C', async () => {
    const lines = [...text.matchAll(/^ {2}(kubectl .*)$/gm)].map(([, line = '']) => line);
    const denied = (sentences: readonly string[], prefix = 'Error from server: ', webhook?: string) => ({
      code: 1,
      output: `${prefix}${denial(sentences, webhook)}\n`,
    });
    const image = 'quay.io/acme/shop:1';
    const expected = {
      'kubectl run nginx --image=nginx': denied([noTag('nginx', 'nginx'), untrusted('nginx', 'nginx')]),
      'kubectl run nginx --image=docker.io/nginx:latest': denied([blockedTag('nginx', 'docker.io/nginx:latest')]),
      'kubectl run nginx --image=docker.io/nginx:1.20': { code: 0, output: 'pod/nginx created\n' },
      [`kubectl create deployment shop --image=${image}`]: denied(
        about('Deployment default/shop', [untrusted('shop', image)]),
        'error: failed to create deployment: ',
        workloadWebhook,
      ),
      [`kubectl -n imagegate patch configmap imagegate-webhook-config --patch '{"data":{"BLOCKED_TAGS":"1.20"}}'`]: {
        code: 0,
        output: 'configmap/imagegate-webhook-config patched\n',
      },
    };
    const results: Record<string, unknown> = {};
    for (const line of lines) {
      // oxlint-disable-next-line no-await-in-loop -- in their order
      results[line] = await shell(line);
    }
    expect(results).to.deep.equal(expected);

    // The gate is brought what was patched, and says so where the text sends its reader.
    const pod = 'kubectl run another --image=docker.io/nginx:1.20 --dry-run=server';
    const now = denied([blockedTag('another', 'docker.io/nginx:1.20', '1.20')]);
    let result: unknown;
    await until(async () => (result = await shell(pod)) && (result as { code: number }).code === 1, 'the new policy');
    expect(result).to.deep.equal(now);
    const [metrics, log] = [/^ {2}curl (http.*\/metrics)$/m, /^ {2}tail -f (.*)$/m].map((form) => form.exec(text)?.[1]);
    expect(await (await fetch(metrics ?? '')).text()).to.match(
      /^imagegate_ruleset_loads_total\{.*"success".*\} [1-9]\d*$/m,
    );
    await until(async () => (await readFile(log ?? '', 'utf8')).includes('Ruleset reloaded.'), 'the change in the log');
    // It keeps what it has where there is nothing to bring, and says so.
    await shell('kubectl -n imagegate delete configmap imagegate-webhook-config');
    await until(() => errors.includes('configmaps/imagegate-webhook-config: 404'), 'the loss to be told');
    expect(await shell(pod)).to.deep.equal(now);
    expect((await shell('kubectl get pod nginx')).output).to.match(/Pending/);
    expect(text).to.include('stay Pending: no scheduler');

    const port = await gatePort();
    expect(await isGone(port)).to.equal(false);
    process.kill(-(child.pid ?? 0), 'SIGINT');
    expect(await once(child, 'close')).to.deep.equal([0, null]);
    expect(await isGone(port)).to.equal(true);
  });

  it('leaves nothing behind when it is killed', async () => {
    const port = await gatePort();
    expect(port).to.match(/^\d+$/);
    child.kill('SIGKILL');
    await once(child, 'close');
    await until(async () => isGone(port), 'nothing of it');
  });
});
