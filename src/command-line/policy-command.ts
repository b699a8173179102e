import type { Command } from 'commander';
import { commandOutput } from './command-context.ts';
import { policyArguments, type PolicyFlags, withFormats, withPolicyOptions } from './policy-options.ts';

type Flags = PolicyFlags & { readonly format: 'text' | 'json' };

export function policyCommand(command: Command): void {
  withFormats(withPolicyOptions(command), ['text', 'json'])
    .description('Print what holds in a namespace, and where each part of it is configured.')
    .addHelpText('after', '\nExample:\n  imagegate policy --policy policy.yaml -n shop --profile prod\n')
    .action(async ({ format, ...flags }: Flags) => {
      const { policyThere } = await import('../cli/explain/policy-there.ts');
      process.exitCode = await policyThere({ format, ...policyArguments(flags), ...commandOutput });
    });
}
