import { type Command, Option } from 'commander';

/** The values of `withPolicyOptions`. */
export interface PolicyFlags {
  readonly policy?: string;
  readonly rules?: string;
  readonly namespace?: string;
  readonly profile?: string;
  readonly user?: string;
  readonly kubeconfig?: string;
  readonly context?: string;
}

/** The value of `withObjects`. */
export interface ObjectFlags {
  readonly cluster?: true;
}

/** The options of all commands that judge by a policy. Wrong arguments end the process with 2. */
export function withPolicyOptions(command: Command): Command {
  return endsWithTwo(withCluster(withProfile(withNamespace(withPolicy(command)))));
}

/** Which policy. */
export function withPolicy(command: Command): Command {
  return command
    .option(
      '--policy <file-or-folder>',
      'policy.yaml, manifests of the ConfigMaps (- for stdin), what POLICY_DIR would be, or cluster; without it, all is by default',
    )
    .option('--rules <folder>', 'what RULES_DIR would be');
}

export function withNamespace(command: Command, what = 'the namespace of what names none (default: default)'): Command {
  return command.option('-n, --namespace <name>', what);
}

export function withProfile(command: Command): Command {
  return command.option('--profile <name>', 'the label imagegate/profile of all namespaces');
}

/** Of commands that may ask a cluster. */
export function withCluster(command: Command): Command {
  return command
    .option('--kubeconfig <file>', 'how to reach the cluster (default: as kubectl does)')
    .option('--context <name>', 'the context of the kubeconfig');
}

/** Of commands that can take what runs in place of files: either, and not both. */
export function withObjects(command: Command): Command {
  return command
    .argument('[path...]', 'files of manifests, folders of such, - for stdin')
    .option('--cluster', 'in place of files, what runs in the cluster; with --namespace only there');
}

/** Where the objects are. Ends the process if that is said twice, or not at all. */
export function objectArguments(command: Command, paths: readonly string[], flags: PolicyFlags & ObjectFlags) {
  if (paths.length > 0 === (flags.cluster === true)) command.error('error: name either files or --cluster');
  const { kubeconfig, context } = flags;
  return { paths, stdin: process.stdin, cluster: flags.cluster && { kubeconfig, context } };
}

/** Ends the process if both the policy and the objects are to be read from the standard input. */
export function refuseStdinTwice(command: Command, { policy }: PolicyFlags, paths: readonly string[]): void {
  if (policy === '-' && paths.includes('-')) command.error('error: the standard input cannot be both');
}

/** Of commands that judge. */
export function withUser(command: Command): Command {
  return command.option('--user <name>', 'who creates what is judged (default: somebody that no exemption knows)');
}

/** What to print: one of the formats, `text` by default. */
export function withFormats(command: Command, formats: readonly string[]): Command {
  return command.addOption(new Option('--format <format>', 'what to print').choices(formats).default('text'));
}

/** The code 1 is that of violations; arguments that are wrong could not be judged. */
export function endsWithTwo(command: Command): Command {
  return command.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2));
}

/** The policy and the place, as commands take them. */
export function policyArguments({ policy: path, rules: rulesDir, ...flags }: PolicyFlags) {
  const { namespace, profile, user, kubeconfig, context } = flags;
  return { path, rulesDir, namespace, profile, user, kubeconfig, context, now: Date.now() };
}

/** Of an option that may be given again. */
export function withMore(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}
