import { type Command, Option } from 'commander';
import { commandOutput } from './command-context.ts';
import { endsWithTwo, withCluster } from './policy-options.ts';

/** Each a string but for the images. */
type Flags = Readonly<
  Partial<Record<'rules' | 'namespace' | 'profile' | 'cases' | 'kubeconfig' | 'context', string>>
> & {
  readonly image?: readonly string[];
};

export function testPolicyCommand(command: Command): void {
  endsWithTwo(withCluster(command))
    .description('Try a policy as the gate would load it, and print what would be in force.')
    .argument(
      '<file-or-folder>',
      'policy.yaml, manifests of the ConfigMaps (- for stdin), what POLICY_DIR would be, or cluster',
    )
    .option('--rules <folder>', 'what RULES_DIR would be')
    .option('--image <image...>', 'print the verdicts on new pods with these images')
    .option('--namespace <name>', 'their namespace (default: default)')
    .option('--profile <name>', 'the label imagegate/profile of that namespace')
    .addOption(new Option('--cases <file>', 'run these cases').conflicts(['image', 'namespace', 'profile']))
    .action(async (path: string, options: Flags) => {
      const { rules: rulesDir, image: images, cases: casesPath, ...where } = options;
      if (images === undefined && (where.namespace ?? where.profile) !== undefined)
        command.error('error: --namespace and --profile need --image');
      const { testPolicy } = await import('../cli/test-policy.ts');
      const now = Date.now();
      process.exitCode = await testPolicy({ path, rulesDir, images, casesPath, ...where, now, ...commandOutput });
    });
}
