import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { SETTINGS } from '../../src/gate/settings.ts';
import { flatKeys } from '../../src/policy/flat-keys.ts';
import { projectRoot } from '../project-root.ts';
import { runImagegate } from '../gate-process.ts';
import { BUILT_IN } from '../ruleset.ts';

const { version } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as { version: string };

describe('imagegate', () => {
  for (const args of [['--help'], ['serve', '--help'], ['help', 'serve']]) {
    it(`explains every variable of the environment: ${args.join(' ')}`, async () => {
      const help = runImagegate({ args });
      expect(await help.ended).to.equal(0);
      for (const { name, byDefault } of SETTINGS) {
        expect(help.stdout()).to.match(new RegExp(`^ {2}${name} .*\\(default: ${byDefault}\\)$`, 'm'));
      }
      for (const key of [...flatKeys(BUILT_IN).keys(), 'RULE_<NAME>', 'ENFORCEMENT'])
        expect(help.stdout()).to.match(new RegExp(`^ {2}${key} `, 'm'));
      expect(help.stdout().match(/^Environment:$/gm)).to.have.lengthOf(1);
    });
  }

  it('says its version', async () => {
    const gate = runImagegate({ args: ['--version'] });
    expect(await gate.ended).to.equal(0);
    expect(gate.stdout()).to.equal(`${version}\n`);
  });

  it('says it by the command that the template of an issue asks for', () => {
    const template = readFileSync(join(projectRoot, '.github', 'ISSUE_TEMPLATE', 'wrong-verdict.md'), 'utf8');
    const [, command = ''] = /^kubectl .* -- node (.+)$/m.exec(template) ?? [];
    const { stdout } = spawnSync(process.execPath, command.split(' '), { cwd: projectRoot, encoding: 'utf8' });
    expect(stdout).to.equal(`${version}\n`);
  });

  for (const args of [['--port=3000'], ['server'], ['serve', 'now']]) {
    it(`refuses ${args.join(' ')}, and shows the help`, async () => {
      const gate = runImagegate({ args });
      expect(await gate.ended).to.equal(1);
      expect(gate.stderr())
        .to.match(/^error: /)
        .and.to.contain('Environment:');
      expect(gate.stdout()).to.equal('');
    });
  }

  it('starts by npm start', async () => {
    const { stdout } = await promisify(execFile)('npm', ['--silent', 'start', '--', '--version'], { cwd: projectRoot });
    expect(stdout).to.equal(`${version}\n`);
  });
});
