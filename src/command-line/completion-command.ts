import { Argument, type Command, type Option } from 'commander';
import { commandOutput } from './command-context.ts';

/** Makes the script of each shell from the commands that there are. */
const SCRIPTS: Readonly<Record<string, (commands: readonly Command[]) => string>> = {
  bash: bashScript,
  // zsh runs that of bash.
  zsh: (commands) => `autoload -U +X compinit bashcompinit && compinit -u && bashcompinit\n${bashScript(commands)}`,
  fish: fishScript,
};

export function completionCommand(command: Command): void {
  command
    .description('Print a script by which a shell completes commands and options.')
    .addArgument(new Argument('<shell>', 'which one').choices(Object.keys(SCRIPTS)))
    .addHelpText('after', '\nExample:\n  source <(imagegate completion bash)\n')
    .action((shell: string) => void commandOutput.write(SCRIPTS[shell]!(command.parent!.commands)));
}

/** Options, their choices, and what is none of them: files. */
function bashScript(commands: readonly Command[]): string {
  const cases = commands.flatMap((command) => [
    ...command.options
      .filter(takesValue)
      .flatMap((option) => flagsOf(option).map((flag) => `'${command.name()} ${flag}') ${words(option.argChoices)};;`)),
    `'${command.name()} '*) case $current in -*) ${words(optionsOf(command))};; *) ${words(argumentsOf(command))};; esac;;`,
  ]);
  return `_imagegate() {
  local words= current=\${COMP_WORDS[COMP_CWORD]}
  if [ "$COMP_CWORD" -eq 1 ]; then ${words(commands.map((command) => command.name()))}; else
    case "\${COMP_WORDS[1]} \${COMP_WORDS[COMP_CWORD-1]}" in
${cases.map((line) => `      ${line}\n`).join('')}    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o bashdefault -o default -F _imagegate imagegate
`;
}

function words(choices: readonly string[] = []): string {
  return `words='${choices.join(' ')}'`;
}

function fishScript(commands: readonly Command[]): string {
  return commands
    .flatMap((command) => [
      `-n __fish_use_subcommand -f -a ${command.name()} -d ${quoted(command.description())}`,
      ...[
        ...command.options.map((option) => `${fishFlags(option)} -d ${quoted(option.description)}`),
        ...argumentsOf(command).map((argument) => `-f -a ${argument}`),
      ].map((rest) => `-n '__fish_seen_subcommand_from ${command.name()}' ${rest}`),
    ])
    .map((line) => `complete -c imagegate ${line}\n`)
    .join('');
}

function fishFlags(option: Option): string {
  const flags = [option.long && `-l ${option.long.slice(2)}`, option.short && `-s ${option.short.slice(1)}`];
  const values = option.argChoices ? [`-x -a '${option.argChoices.join(' ')}'`] : takesValue(option) ? ['-r'] : [];
  return [...flags.filter((flag) => flag !== undefined), ...values].join(' ');
}

function quoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`;
}

function takesValue({ required, optional }: Option): boolean {
  return required || optional;
}

function flagsOf({ short, long }: Option): readonly string[] {
  return [short, long].filter((flag) => flag !== undefined);
}

function optionsOf(command: Command): readonly string[] {
  return [...command.options.flatMap(flagsOf), '--help'];
}

function argumentsOf(command: Command): readonly string[] {
  return command.registeredArguments[0]?.argChoices ?? [];
}
