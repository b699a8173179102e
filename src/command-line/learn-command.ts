import type { Command } from 'commander';
import { commandOutput } from './command-context.ts';
import {
  endsWithTwo,
  objectArguments,
  type ObjectFlags,
  policyArguments,
  type PolicyFlags,
  refuseStdinTwice,
  withCluster,
  withNamespace,
  withObjects,
  withPolicy,
} from './policy-options.ts';

export function learnCommand(command: Command): void {
  endsWithTwo(withCluster(withNamespace(withPolicy(withObjects(command)))))
    .description('Print the smallest policy that admits the images of what runs, or of manifests.')
    .addHelpText(
      'after',
      `\nExamples:\n  imagegate learn --cluster > policy.yaml\n  helm template . | imagegate learn -\n`,
    )
    .action(async (paths: readonly string[], flags: Omit<PolicyFlags, 'profile' | 'user'> & ObjectFlags) => {
      refuseStdinTwice(command, flags, paths);
      const objects = objectArguments(command, paths, flags);
      const { learn } = await import('../cli/learn/learn.ts');
      process.exitCode = await learn({ ...policyArguments(flags), ...objects, ...commandOutput });
    });
}
