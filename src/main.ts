#!/usr/bin/env node
import { isatty } from 'node:tty';
import { createRequire } from 'node:module';
import { Command } from 'commander';
import { environmentHelp } from './cli/environment-help.ts';
import { serve } from './cli/serve.ts';
import { testRules } from './cli/test-rules.ts';

const { version, description } = createRequire(import.meta.url)('imagegate/package.json') as {
  version: string;
  description: string;
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
      writeError: (text) => process.stderr.write(text),
    });
    process.exit(code);
  });

program
  .command('test-rules')
  .description('Try the rule files of a folder as the gate would load them.')
  .argument('<folder>', 'what RULES_DIR would be')
  .action(async (folder: string) => {
    const code = await testRules({
      folder,
      write: (text) => process.stdout.write(text),
      writeError: (text) => process.stderr.write(text),
    });
    // Not when nothing is left to do: a rule may have started a timer.
    process.exit(code);
  });

program.addHelpText('after', environmentHelp());
await program.parseAsync();
