import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { projectRoot } from '../project-root.ts';
import { temporaryFolder } from '../temporary-folder.ts';

describe('assetsOrExit', () => {
  const folder = temporaryFolder();

  for (const [command, script, stdout] of [
    ['npm run cluster', 'main.js', 'Booting an API server, and the gate in front of it ...\n'],
    ['npm run cluster:build', 'build.js', ''],
  ] as const) {
    it(`has ${command} say what is missing, and nothing else`, () => {
      const ended = spawnSync(process.execPath, [join(projectRoot, 'build/test/cluster', script)], {
        encoding: 'utf8',
        env: { ...process.env, KUBEBUILDER_ASSETS: folder.path },
      });
      expect({ code: ended.status, stdout: ended.stdout, stderr: ended.stderr }).to.deep.equal({
        code: 1,
        stdout,
        stderr: `${folder.path} has no etcd, and without it there is no cluster. Unset KUBEBUILDER_ASSETS to have it built.\n`,
      });
    });
  }
});
