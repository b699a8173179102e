import { isatty } from 'node:tty';
import type { Command } from 'commander';
import { environmentHelp } from '../cli/environment-help.ts';
import { commandOutput } from './command-context.ts';

export function serveCommand(command: Command): void {
  command
    .description('Run the webhook until it is told to end. This is what `imagegate` alone does.')
    .addHelpText('after', environmentHelp())
    .action(async () => {
      const { serve } = await import('../cli/serve.ts');
      const code = await serve({ env: process.env, terminal: isatty(1), writeError: commandOutput.writeError });
      process.exit(code);
    });
}
