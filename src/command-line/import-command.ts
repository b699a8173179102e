import type { Command } from 'commander';
import { commandOutput } from './command-context.ts';
import { endsWithTwo } from './policy-options.ts';

export function importCommand(command: Command): void {
  endsWithTwo(command)
    .description('Write a policy.yaml that does what image policies of Kyverno, Gatekeeper and OpenShift do.')
    .argument('<path...>', 'files of manifests, folders of such, - for stdin')
    .addHelpText(
      'after',
      '\nExamples:\n  imagegate import policies/ > policy.yaml\n  kubectl get clusterpolicies -o yaml | imagegate import - > policy.yaml\n',
    )
    .action(async (paths: readonly string[]) => {
      const { importPolicies } = await import('../cli/import/import.ts');
      process.exitCode = await importPolicies({ paths, stdin: process.stdin, ...commandOutput });
    });
}
