#!/usr/bin/env node
import { basename } from 'node:path';
import { Command } from 'commander';
import { environmentHelp } from './cli/environment-help.ts';
import { auditCommand } from './command-line/audit-command.ts';
import { certificatesCommand } from './command-line/certificates-command.ts';
import { checkCommand } from './command-line/check-command.ts';
import { completionCommand } from './command-line/completion-command.ts';
import { diffCommand } from './command-line/diff-command.ts';
import { doctorCommand } from './command-line/doctor-command.ts';
import { explainCommand } from './command-line/explain-command.ts';
import { exportCommand } from './command-line/export-command.ts';
import { importCommand } from './command-line/import-command.ts';
import { learnCommand } from './command-line/learn-command.ts';
import { policyCommand } from './command-line/policy-command.ts';
import { serveCommand } from './command-line/serve-command.ts';
import { testPolicyCommand } from './command-line/test-policy-command.ts';
import { testRulesCommand } from './command-line/test-rules-command.ts';
import { description, version } from './command-line/command-context.ts';

/** By name. Each imports what it runs when it runs: others do without its packages. */
const COMMANDS: Readonly<Record<string, (command: Command) => void>> = {
  serve: serveCommand,
  check: checkCommand,
  audit: auditCommand,
  doctor: doctorCommand,
  explain: explainCommand,
  policy: policyCommand,
  diff: diffCommand,
  learn: learnCommand,
  import: importCommand,
  export: exportCommand,
  certificates: certificatesCommand,
  'test-policy': testPolicyCommand,
  'test-rules': testRulesCommand,
  completion: completionCommand,
};

/** kubectl runs a file of this name for `kubectl imagegate`; nobody serves from there. */
const isPlugin = basename(process.argv[1] ?? '') === 'kubectl-imagegate';

const program = new Command(isPlugin ? 'kubectl imagegate' : 'imagegate')
  .description(description)
  .version(version)
  .showHelpAfterError();
const examples = (text: string): string => text.replaceAll(/(?<=^ {2}|\| )imagegate /gm, `${program.name()} `);
program.configureOutput({
  writeOut: (text) => process.stdout.write(examples(text)),
  writeErr: (text) => process.stderr.write(examples(text)),
});
for (const [name, define] of Object.entries(COMMANDS)) if (name !== 'serve' || !isPlugin) define(program.command(name));
if (!isPlugin) program.addHelpText('after', environmentHelp());
// To serve is no default command of commander's: that would be told of each misspelt command, as an argument too many.
const [node = '', main = '', ...said] = process.argv;
await program.parseAsync([node, main, ...(said.length === 0 && !isPlugin ? ['serve'] : said)]);
