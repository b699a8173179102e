import { type Command, InvalidArgumentError, Option } from 'commander';
import { commandOutput } from './command-context.ts';
import { endsWithTwo, type PolicyFlags, withCluster } from './policy-options.ts';

interface Flags extends Pick<PolicyFlags, 'kubeconfig' | 'context'> {
  readonly life: number;
  readonly settle: number;
  readonly timeout: number;
  readonly trust?: string;
  readonly renew?: boolean;
}

export function certificatesCommand(command: Command): void {
  endsWithTwo(withCluster(command))
    .description('Make and renew certificate, CA and policy token in the cluster, and write the webhook.')
    .addOption(duration('--life', 'for which new certificates are valid', '365d'))
    .addOption(duration('--settle', 'what a change takes to reach every pod and every API server', '10m'))
    .addOption(duration('--timeout', 'how long to wait for the gate', '5m'))
    .option('--trust <file>', 'have the API server trust these CAs too, until the next change has settled')
    .option('--renew', 'begin a renewal before two thirds of the life are over')
    .addHelpText('after', '\nExamples:\n  imagegate certificates\n  imagegate certificates --renew --context prod\n')
    .action(async ({ life: lifeMs, settle: settleMs, timeout: timeoutMs, renew = false, ...choice }: Flags) => {
      const { certificates } = await import('../cli/certificates/certificates.ts');
      process.exitCode = await certificates({ ...choice, lifeMs, settleMs, timeoutMs, renew, ...commandOutput });
    });
}

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function duration(flag: string, description: string, byDefault: string): Option {
  const option = new Option(`${flag} <duration>`, description).argParser(milliseconds);
  return option.default(milliseconds(byDefault), byDefault);
}

function milliseconds(text: string): number {
  const [, count, unit = ''] = /^([1-9]\d{0,5})([smhd])$/.exec(text) ?? [];
  if (count === undefined) throw new InvalidArgumentError('Expected a number with s, m, h or d: 90d.');
  return Number(count) * UNITS[unit]!;
}
