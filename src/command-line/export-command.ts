import type { Command } from 'commander';
import { commandOutput } from './command-context.ts';
import { endsWithTwo, policyArguments, type PolicyFlags, withCluster, withPolicy } from './policy-options.ts';

interface Flags extends PolicyFlags {
  readonly static?: boolean;
  readonly namespaces?: readonly string[];
}

export function exportCommand(command: Command): void {
  endsWithTwo(command).description('Print the policy in the form of something else.');
  endsWithTwo(withCluster(withPolicy(command.command('vap'))))
    .description('A ValidatingAdmissionPolicy, for when the gate is down and for its own namespace.')
    .option('--static', "for the API server's folder of static manifests")
    .option('--namespaces <name...>', 'where it holds (default: where the gate judges, and in its own namespace)')
    .addHelpText(
      'after',
      '\nExamples:\n  imagegate export vap --policy policy.yaml | kubectl apply -f -\n  imagegate export vap --policy policy.yaml --static > imagegate.yaml\n',
    )
    .action(async ({ static: isStatic = false, namespaces, ...flags }: Flags) => {
      const { exportVap } = await import('../cli/export/export-vap.ts');
      process.exitCode = await exportVap({ ...policyArguments(flags), isStatic, namespaces, ...commandOutput });
    });
}
