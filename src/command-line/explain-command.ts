import type { Command } from 'commander';
import { commandOutput } from './command-context.ts';
import { policyArguments, type PolicyFlags, withFormats, withPolicyOptions, withUser } from './policy-options.ts';

type Flags = PolicyFlags & { readonly format: 'text' | 'json' };

export function explainCommand(command: Command): void {
  withFormats(withUser(withPolicyOptions(command)), ['text', 'json'])
    .description('Explain the verdicts on images: how each is read, what each rule says and why, what would pass.')
    .argument('<image...>', 'as in the image field of a container')
    .addHelpText(
      'after',
      '\nExamples:\n  imagegate explain nginx\n  imagegate explain --policy policy.yaml -n shop docker.io/nginx:1.27\n',
    )
    .action(async (images: readonly string[], { format, ...flags }: Flags) => {
      const { explain } = await import('../cli/explain/explain.ts');
      process.exitCode = await explain({ images, format, ...policyArguments(flags), ...commandOutput });
    });
}
