import { isatty } from 'node:tty';
import { type Command, Option } from 'commander';
import { AUDIT_FORMATS, type AuditFormat } from '../audit-report/audit-formats.ts';
import { REPORT_APIS, type ReportApi } from '../audit-report/report-apis.ts';
import { commandOutput } from './command-context.ts';
import {
  endsWithTwo,
  policyArguments,
  type PolicyFlags,
  refuseStdinTwice,
  withCluster,
  withFormats,
  withMore,
  withNamespace,
  withPolicy,
  withProfile,
  withUser,
} from './policy-options.ts';

type Flags = PolicyFlags & {
  readonly format: AuditFormat;
  readonly only?: readonly string[];
  readonly writeExemptions?: string;
  readonly owner?: string;
  readonly expires?: string;
  readonly reason: string;
  readonly report?: string;
  readonly reportFormat: ReportApi;
};

const HELP = `
Examples:
  imagegate audit --policy cluster
  imagegate audit --policy policy.yaml -n shop --format markdown
  kubectl get ns,pods,rs,deploy,sts,ds,jobs,cronjobs -A -o json | imagegate audit - --policy policy.yaml
  imagegate audit --policy cluster --only blocked-images
  imagegate audit --policy cluster --report cluster
  imagegate audit --policy policy.yaml --write-exemptions - --owner team-a --expires 2027-03-31
`;

export function auditCommand(command: Command): void {
  const ofPolicy = withNamespace(withPolicy(command), 'the only namespace to look at (default: all)');
  endsWithTwo(withFormats(withUser(withCluster(withProfile(ofPolicy))), AUDIT_FORMATS))
    .description('Judge what runs, in the cluster or as kubectl get -o json writes it, as if it were created now.')
    .argument('[path...]', 'files, folders, - for stdin; without any, the cluster')
    .option('--only <rule>', 'the only rule to tell of, or one of several', withMore)
    .option('--write-exemptions <file>', 'write exemptions for what is denied (- for stdout)')
    .option('--owner <name>', 'who answers for them')
    .option('--expires <date>', 'their last day, YYYY-MM-DD, or never')
    .option('--reason <text>', 'why there are any', 'It ran before the policy was enforced.')
    .option('--report <file>', 'write reports for dashboards (- for stdout, cluster for the cluster)')
    .addOption(
      new Option('--report-format <api>', 'their API').choices(Object.keys(REPORT_APIS)).default('openreports'),
    )
    .addHelpText('after', HELP)
    .action(async (paths: readonly string[], { format, only, report: target, ...flags }: Flags) => {
      const { writeExemptions: exemptionsPath, owner = '', expires = '', reason } = flags;
      refuseStdinTwice(command, flags, paths);
      const isWriting = exemptionsPath !== undefined;
      if (isWriting !== (owner !== '') || isWriting !== (expires !== ''))
        command.error('error: --write-exemptions, --owner and --expires go together');
      if (target === '-' && exemptionsPath === '-') command.error('error: the standard output cannot be both');
      if (target === 'cluster' && (paths.length > 0 || only !== undefined))
        command.error('error: --report cluster is of all that runs there, without files and --only');
      const api = flags.reportFormat;
      const report = target === undefined ? undefined : { api, ...(target !== 'cluster' && { path: target }) };
      const terms = isWriting ? { owner, expires, reason } : undefined;
      const context = { stdin: process.stdin, terminal: isatty(1), progress: isatty(2), env: process.env };
      const { audit } = await import('../cli/audit/audit.ts');
      const { kubeconfig, context: name } = flags;
      const cluster = paths.length === 0 ? { kubeconfig, context: name } : undefined;
      const place = { paths, cluster, only, exemptionsPath, terms, report, ...policyArguments(flags) };
      process.exitCode = await audit({ format, ...place, ...context, ...commandOutput });
    });
}
