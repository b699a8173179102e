import type { Command } from 'commander';
import { commandOutput } from './command-context.ts';

export function testRulesCommand(command: Command): void {
  command
    .description('Try the rule files of a folder as the gate would load them.')
    .argument('<folder>', 'what RULES_DIR would be')
    .option('--policy <file-or-folder>', 'a policy that gives options to the rules, as for test-policy')
    .action(async (folder: string, { policy }: { readonly policy?: string }) => {
      const { testRules } = await import('../cli/test-rules.ts');
      process.exitCode = await testRules({ folder, policy, ...commandOutput });
    });
}
