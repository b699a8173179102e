import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import { projectRoot } from '../project-root.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { until } from '../until.ts';

/** Starts a rule that never ends, says which processes it has, and waits to be killed. */
const PARENT = `
import { findRuleFiles } from '${projectRoot}/build/src/rule/rule-files.js';
import { startCustomRules } from '${projectRoot}/build/src/workers/start-custom-rules.js';
const log = (level, message, { text }) => console.log(text);
const files = await findRuleFiles(process.argv[1]);
await startCustomRules({ files, takenNames: new Map(), settings: [new Map()], log, limits: { loadMs: 600_000 } });`;

describe('a worker whose parent was killed', () => {
  const folder = temporaryFolder();

  it('ends, whatever its rule does', async () => {
    await writeFile(join(folder.path, 'loop.mjs'), 'console.log(`pid ${process.pid}`); for (;;);');
    const args = ['--input-type=module', '--eval', PARENT, folder.path];
    const parent = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(createInterface({ input: parent.stdout }), 'line')) as [string];
    const pid = Number(/^pid (\d+)$/.exec(line)?.[1]);
    expect(isAlive(pid)).to.equal(true);
    parent.kill('SIGKILL');
    await until(() => !isAlive(pid), 'the worker to end', 20_000);
  }).timeout(40_000);
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
