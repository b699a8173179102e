import { mkdir, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Command } from 'commander';
import { mistakeText, type Mistake } from '../src/mistake/mistake.ts';
import { ruleMistakes } from '../src/rule-file/rule-mistakes.ts';
import { newRuleFiles } from './new-rule-files.ts';

// `npm run new-rule NAME`: a rule, its test and its page. This file runs as build/scripts/new-rule.js.

/** What is wrong with the name, by the same eyes that look at the file when it is loaded. */
function nameMistakes(name: string): readonly Mistake[] {
  const rule = { meta: { name, description: 'To try the name.' }, check: () => undefined };
  return ruleMistakes(rule, { name, path: 'npm run new-rule', realpath: '' });
}

/** The first file that is there already. */
function takenMistakes(paths: Iterable<string>, name: string, root: string): readonly Mistake[] {
  const taken = [...paths].find((path) => existsSync(join(root, path)));
  if (taken === undefined) return [];
  return [
    {
      code: 'rule-name-taken',
      source: { name: 'npm run new-rule' },
      expected: 'a name that no other rule has',
      found: `${JSON.stringify(name)}, and there is ${taken}`,
      remedy: 'Give the rule another name.',
    },
  ];
}

async function newRule(name: string, root: string): Promise<void> {
  // A bad name makes no paths: it could lead anywhere.
  const bad = nameMistakes(name);
  const files = bad.length > 0 ? new Map<string, string>() : await newRuleFiles(name, root);
  const mistakes = [...bad, ...takenMistakes(files.keys(), name, root)];
  if (mistakes.length > 0) {
    console.error(mistakes.map(mistakeText).join('\n'));
    process.exitCode = 1;
    return;
  }
  for (const [path, text] of files) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text, { flag: 'wx' });
    console.log(`written: ${path}`);
  }
  console.log(`
It works as it is, and is off until the policy says otherwise (meta.action). Make it yours, then:
  npm run docs            # the table of options on its page
  npm run policy-schema   # its options in policy.yaml, for editors
  npm test`);
}

await new Command('new-rule')
  .description('Makes a rule, its test and its page, all of which work.')
  .argument('<name>', 'kebab-case, as in blocked-tags')
  .option('--in <folder>', 'the checkout to make them in', join(import.meta.dirname, '..', '..'))
  .action(async (name: string, options: { in: string }) => newRule(name, resolve(options.in)))
  .parseAsync();
