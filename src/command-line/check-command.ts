import { isatty } from 'node:tty';
import type { Command } from 'commander';
import { CHECK_FORMATS, type CheckFormat } from '../check-report/check-formats.ts';
import { commandOutput, version } from './command-context.ts';
import {
  policyArguments,
  type PolicyFlags,
  refuseStdinTwice,
  withFormats,
  withPolicyOptions,
  withUser,
} from './policy-options.ts';

type Flags = PolicyFlags & { readonly format: CheckFormat; readonly fix?: true };

export function checkCommand(command: Command): void {
  withFormats(withUser(withPolicyOptions(command)), CHECK_FORMATS)
    .description('Judge manifests as the webhook would judge what they create.')
    .argument('<path...>', 'files of manifests, folders of such, - for stdin')
    .option('--fix', 'write into the files what the policy knows: the reference of a mirror, the registry left away')
    .addHelpText(
      'after',
      `\nExamples:\n  imagegate check deploy/ --policy policy.yaml\n  helm template . | imagegate check -\n`,
    )
    .action(async (paths: readonly string[], { format, fix, ...flags }: Flags) => {
      refuseStdinTwice(command, flags, paths);
      if (fix && paths.includes('-')) command.error('error: the standard input cannot be fixed');
      const context = { stdin: process.stdin, terminal: isatty(1), env: process.env, version };
      const { check } = await import('../cli/check.ts');
      process.exitCode = await check({ paths, format, fix, ...policyArguments(flags), ...context, ...commandOutput });
    });
}
