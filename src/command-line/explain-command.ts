import type { Command } from 'commander';
import { commandOutput } from './command-context.ts';
import {
  policyArguments,
  type PolicyFlags,
  refuseStdinTwice,
  withFormats,
  withMore,
  withPolicyOptions,
  withUser,
} from './policy-options.ts';

type Flags = PolicyFlags & { readonly format: 'text' | 'json'; readonly filename?: readonly string[] };

export function explainCommand(command: Command): void {
  withFormats(withUser(withPolicyOptions(command)), ['text', 'json'])
    .description('Explain the verdicts on images: how each is read, what each rule says and why, what would pass.')
    .argument('[image...]', 'as in the image field of a container')
    .option(
      '-f, --filename <path>',
      'manifests whose images to explain, such as a pod that runs (- for stdin)',
      withMore,
    )
    .addHelpText(
      'after',
      '\nExamples:\n  imagegate explain nginx\n  imagegate explain --policy policy.yaml -n shop docker.io/nginx:1.27\n  kubectl get pod api -o yaml | imagegate explain --policy cluster -f -\n',
    )
    .action(async (images: readonly string[], { format, filename: paths = [], ...flags }: Flags) => {
      if (images.length + paths.length === 0) command.error("error: missing required argument 'image'");
      refuseStdinTwice(command, flags, paths);
      const manifests = { paths, stdin: process.stdin };
      const { explain } = await import('../cli/explain/explain.ts');
      process.exitCode = await explain({
        images,
        ...(paths.length > 0 && { manifests }),
        format,
        ...policyArguments(flags),
        ...commandOutput,
      });
    });
}
