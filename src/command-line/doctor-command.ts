import { isatty } from 'node:tty';
import type { Command } from 'commander';
import { commandOutput } from './command-context.ts';
import { endsWithTwo, withCluster, withFormats } from './policy-options.ts';

interface Flags {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly format: 'text' | 'json';
  readonly rehearsal?: true;
}

const HELP = `
Examples:
  imagegate doctor
  imagegate doctor --context prod --format json
  imagegate doctor --rehearsal
  kubectl -n imagegate logs -l app.kubernetes.io/name=imagegate-webhook --tail=-1 | imagegate doctor --rehearsal -
`;

export function doctorCommand(command: Command): void {
  endsWithTwo(withFormats(withCluster(command), ['text', 'json']))
    .description('Look for what is wrong with the installation in a cluster. It only reads.')
    .argument('[log...]', 'with --rehearsal: files of logs, - for stdin; without any, those of all replicas')
    .option('--rehearsal', 'tell what rules that warn or audit would have denied, by the logs')
    .addHelpText('after', HELP)
    .action(async (paths: readonly string[], { rehearsal, ...flags }: Flags) => {
      if (paths.length > 0 && !rehearsal) command.error('error: logs are for --rehearsal');
      if (rehearsal) {
        const { rehearse } = await import('../cli/rehearsal/rehearse.ts');
        process.exitCode = await rehearse({ ...flags, paths, stdin: process.stdin, ...commandOutput });
        return;
      }
      const { doctor } = await import('../cli/doctor/doctor.ts');
      const context = { now: Date.now(), terminal: isatty(1), env: process.env };
      process.exitCode = await doctor({ ...flags, ...context, ...commandOutput });
    });
}
