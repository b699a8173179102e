#!/usr/bin/env node
import { isatty } from 'node:tty';
import { createRequire } from 'node:module';
import { Command, Option } from 'commander';
import { CHECK_REPORTS, type CheckFormat } from './check-report/check-reports.ts';
import { environmentHelp } from './cli/environment-help.ts';

const { version, description } = createRequire(import.meta.url)('imagegate/package.json') as {
  version: string;
  description: string;
};

const output = {
  write: (text: string) => process.stdout.write(text),
  writeError: (text: string) => process.stderr.write(text),
};

// Each command is imported when it runs: others do without its packages.
const program = new Command('imagegate').description(description).version(version).showHelpAfterError();

program
  .command('serve', { isDefault: true })
  .description('Run the webhook until it is told to end. This is what `imagegate` alone does.')
  .addHelpText('after', environmentHelp())
  .action(async () => {
    const { serve } = await import('./cli/serve.ts');
    const code = await serve({
      env: process.env,
      terminal: isatty(1),
      writeError: output.writeError,
    });
    process.exit(code);
  });

program
  .command('test-policy')
  .description('Try a policy as the gate would load it, and print what would be in force.')
  .argument('<file-or-folder>', 'policy.yaml, manifests of the ConfigMaps (- for stdin), or what POLICY_DIR would be')
  .option('--rules <folder>', 'what RULES_DIR would be')
  .option('--image <image...>', 'print the verdicts on new pods with these images')
  .option('--namespace <name>', 'their namespace (default: default)')
  .option('--profile <name>', 'the label imagegate/profile of that namespace')
  .addOption(new Option('--cases <file>', 'run these cases').conflicts(['image', 'namespace', 'profile']))
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
  .action(async (path: string, options: TestPolicyFlags, command: Command) => {
    const { rules: rulesDir, image: images, cases: casesPath, ...where } = options;
    if (images === undefined && (where.namespace ?? where.profile) !== undefined)
      command.error('error: --namespace and --profile need --image');
    const { testPolicy } = await import('./cli/test-policy.ts');
    process.exitCode = await testPolicy({ path, rulesDir, images, casesPath, ...where, now: Date.now(), ...output });
  });

program
  .command('check')
  .description('Judge manifests as the webhook would judge what they create.')
  .argument('<path...>', 'files of manifests, folders of such, - for stdin')
  .option('--policy <file-or-folder>', 'the policy, as for test-policy (default: what holds without one)')
  .option('--rules <folder>', 'what RULES_DIR would be')
  .option('--namespace <name>', 'the namespace of objects that name none (default: default)')
  .option('--profile <name>', 'the label imagegate/profile of all namespaces')
  .option('--user <name>', 'who creates them (default: check)')
  .addOption(new Option('--format <format>', 'what to print').choices(Object.keys(CHECK_REPORTS)).default('text'))
  .addHelpText(
    'after',
    `\nExamples:\n  imagegate check deploy/ --policy policy.yaml\n  helm template . | imagegate check -\n`,
  )
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
  .action(async (paths: readonly string[], options: CheckFlags, command: Command) => {
    const { rules: rulesDir, ...where } = options;
    if (where.policy === '-' && paths.includes('-')) command.error('error: the standard input cannot be both');
    const context = { stdin: process.stdin, terminal: isatty(1), env: process.env, version, now: Date.now() };
    const { check } = await import('./cli/check.ts');
    process.exitCode = await check({ paths, rulesDir, ...where, ...context, ...output });
  });

type CheckFlags = Readonly<Partial<Record<'policy' | 'rules' | 'namespace' | 'profile' | 'user', string>>> & {
  readonly format: CheckFormat;
};

/** The options of test-policy, each a string but for the images. */
type TestPolicyFlags = Readonly<Partial<Record<'rules' | 'namespace' | 'profile' | 'cases', string>>> & {
  readonly image?: readonly string[];
};

program
  .command('test-rules')
  .description('Try the rule files of a folder as the gate would load them.')
  .argument('<folder>', 'what RULES_DIR would be')
  .option('--policy <file-or-folder>', 'a policy that gives options to the rules, as for test-policy')
  .action(async (folder: string, { policy }: { readonly policy?: string }) => {
    const { testRules } = await import('./cli/test-rules.ts');
    process.exitCode = await testRules({ folder, policy, ...output });
  });

program.addHelpText('after', environmentHelp());
await program.parseAsync();
