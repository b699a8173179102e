import type { Command } from 'commander';
import { DIFF_FORMATS, type DiffFormat } from '../cli/diff/diff-formats.ts';
import { commandOutput } from './command-context.ts';
import {
  endsWithTwo,
  objectArguments,
  type ObjectFlags,
  policyArguments,
  type PolicyFlags,
  withCluster,
  withFormats,
  withNamespace,
  withObjects,
  withProfile,
  withUser,
} from './policy-options.ts';

interface Flags extends Omit<PolicyFlags, 'policy'>, ObjectFlags {
  readonly oldRules?: string;
  readonly format: DiffFormat;
}

export function diffCommand(command: Command): void {
  const where = 'policy.yaml, manifests of the ConfigMaps, what POLICY_DIR would be, or cluster';
  withObjects(command.argument('<old>', `the policy before: ${where}`).argument('<new>', 'the policy after it'))
    .description('Tell what a change of policy newly denies and newly allows.')
    .option('--rules <folder>', 'what RULES_DIR would be, for both')
    .option('--old-rules <folder>', 'the same for the policy before, if it is another')
    .addHelpText(
      'after',
      `\nExamples:\n  git show main:policy.yaml | imagegate diff - policy.yaml deploy/\n  imagegate diff cluster policy.yaml --cluster --format markdown\n`,
    )
    .action(async (old: string, now: string, paths: readonly string[], { format, oldRules, ...flags }: Flags) => {
      if ([old, now, ...paths].filter((path) => path === '-').length > 1)
        command.error('error: the standard input can be only one of them');
      const { path: _, rulesDir, kubeconfig, context, ...place } = policyArguments(flags);
      const before = { path: old, rulesDir: oldRules ?? rulesDir, kubeconfig, context };
      const after = { ...before, path: now, rulesDir };
      const objects = objectArguments(command, paths, flags);
      const { diff } = await import('../cli/diff/diff.ts');
      process.exitCode = await diff({ before, after, format, ...place, ...objects, ...commandOutput });
    });
  endsWithTwo(withFormats(withUser(withProfile(withNamespace(withCluster(command)))), DIFF_FORMATS));
}
