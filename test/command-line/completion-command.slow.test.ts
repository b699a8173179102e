import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { CHECK_REPORTS } from '../../src/check-report/check-reports.ts';
import { runImagegate } from '../gate-process.ts';
import { projectRoot } from '../project-root.ts';
import { skipWithout } from '../skip-without.ts';

const main = join(projectRoot, 'build', 'src', 'main.js');

/** How each shell is asked what it would complete. */
const SHELLS: Readonly<Record<string, (words: readonly string[]) => readonly string[]>> = {
  bash: (words) => ['-c', `source <("$NODE" "$MAIN" completion bash); ${asked(words)}`],
  zsh: (words) => ['-f', '-c', `source <("$NODE" "$MAIN" completion zsh); emulate ksh; ${asked(words)}`],
  fish: (words) => [
    '--no-config',
    '-c',
    `$NODE $MAIN completion fish | source; complete -C "imagegate ${words.join(' ')}"`,
  ],
};

function asked(words: readonly string[]): string {
  const all = ['imagegate', ...words].map((word) => `'${word}'`).join(' ');
  return `COMP_WORDS=(${all}); COMP_CWORD=${words.length}; _imagegate; printf '%s\\n' "\${COMPREPLY[@]}"`;
}

const COMPLETED: readonly (readonly [words: readonly string[], completed: readonly string[]])[] = [
  [['che'], ['check']],
  [['test-'], ['test-policy', 'test-rules']],
  [['check', '--format', ''], Object.keys(CHECK_REPORTS)],
  [
    ['check', '--format', 'j'],
    ['json', 'junit'],
  ],
  [
    ['explain', '--format', ''],
    ['text', 'json'],
  ],
  [
    ['check', '--p'],
    ['--policy', '--profile'],
  ],
  [
    ['completion', ''],
    ['bash', 'zsh', 'fish'],
  ],
];

describe('imagegate completion', () => {
  for (const [shell, ask] of Object.entries(SHELLS)) {
    describe(shell, () => {
      before(function () {
        if (spawnSync(shell, ['--version']).error !== undefined) skipWithout(shell, this);
      });

      for (const [words, completed] of COMPLETED) {
        it(`completes ${words.join(' ')}`, () => {
          const env = { ...process.env, NODE: process.execPath, MAIN: main };
          const { stdout, stderr } = spawnSync(shell, ask(words), { encoding: 'utf8', env });
          expect(stderr).to.equal('');
          // zsh itself leaves out, where it shows them, what begins otherwise.
          const begun = shell === 'zsh' ? words.at(-1)! : '';
          const said = stdout.split('\n').filter((line) => line !== '' && line.startsWith(begun));
          expect(said.map((line) => line.split('\t')[0])).to.have.members(completed);
        });
      }
    });
  }

  it('knows no other shell', async () => {
    const run = runImagegate({ args: ['completion', 'tcsh'] });
    expect(await run.ended).to.equal(1);
    expect(run.stderr()).to.include('Allowed choices are bash, zsh, fish.');
  });
});
