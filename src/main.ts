#!/usr/bin/env node
import { isatty } from 'node:tty';
import { createRequire } from 'node:module';
import { Command } from 'commander';
import { environmentHelp } from './cli/environment-help.ts';
import { serve } from './cli/serve.ts';
import { testPolicy } from './cli/test-policy.ts';
import { testRules } from './cli/test-rules.ts';

const { version, description } = createRequire(import.meta.url)('imagegate/package.json') as {
  version: string;
  description: string;
};

const output = {
  write: (text: string) => process.stdout.write(text),
  writeError: (text: string) => process.stderr.write(text),
};

const program = new Command('imagegate').description(description).version(version).showHelpAfterError();

program
  .command('serve', { isDefault: true })
  .description('Run the webhook until it is told to end. This is what `imagegate` alone does.')
  .addHelpText('after', environmentHelp())
  .action(async () => {
    const code = await serve({
      env: process.env,
      terminal: isatty(1),
      writeError: output.writeError,
    });
    process.exit(code);
  });

program
  .command('test-policy')
  .description('Try a policy as the gate would load it: a policy.yaml, a ConfigMap, or a folder of keys.')
  .argument('<file-or-folder>', 'policy.yaml, manifests of the ConfigMaps, or what POLICY_DIR would be')
  .option('--rules <folder>', 'what RULES_DIR would be')
  .action(async (path: string, { rules }: { readonly rules?: string }) => {
    process.exitCode = await testPolicy({ path, rulesDir: rules, ...output });
  });

program
  .command('test-rules')
  .description('Try the rule files of a folder as the gate would load them.')
  .argument('<folder>', 'what RULES_DIR would be')
  .option('--policy <file-or-folder>', 'a policy that gives options to the rules, as for test-policy')
  .action(async (folder: string, { policy }: { readonly policy?: string }) => {
    process.exitCode = await testRules({ folder, policy, ...output });
  });

program.addHelpText('after', environmentHelp());
await program.parseAsync();
