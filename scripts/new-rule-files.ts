import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { ruleActionKeyName } from '../src/policy/flat-keys.ts';
import type { OptionsSchema } from '../src/rule/options-schema.ts';
import { OPTIONS_TABLE, withOptionsTable } from './options-table.ts';

const DESCRIPTION = 'Deny images whose repository has a word of a list in it.';

/** The rule's, and what the page's table is made from. */
const SCHEMA: OptionsSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    words: {
      type: 'array',
      items: { type: 'string', minLength: 1 },
      default: ['forbidden'],
      description: 'Words that no repository may have in it.',
    },
  },
};

/**
 * A rule that works, its test and its page, to begin from: texts by path, from the project's root. It is off by default, as
 * an update of the gate should deny nothing new by itself.
 *
 * @param root for the configuration of prettier
 */
export async function newRuleFiles(name: string, root: string): Promise<ReadonlyMap<string, string>> {
  const pagePath = `docs/rules/${name}.md`;
  const meta = { name, description: DESCRIPTION, schema: SCHEMA };
  const files = [
    [`rules/${name}.ts`, rule(name)],
    [`test/rules/${name}.test.ts`, test(name)],
    [pagePath, await withOptionsTable(page(name), meta, join(root, pagePath))],
  ] as const;
  // A long name breaks lines elsewhere.
  const formatted = files.map(async ([path, text]) => {
    const filepath = join(root, path);
    return [path, await format(text, { ...(await resolveConfig(filepath)), filepath })] as const;
  });
  return new Map(await Promise.all(formatted));
}

function rule(name: string): string {
  return `import { defineRule } from 'imagegate/rule';

export default defineRule({
  meta: {
    name: '${name}',
    description: '${DESCRIPTION}',
    action: 'off',
    schema: ${JSON.stringify(SCHEMA)},
  },
  check(image, { words }) {
    const word = words.find((one) => image.repository.includes(one));
    if (word === undefined) return;
    return [{ problem: \`has "\${word}" in its repository\`, remedy: 'Choose another image.' }];
  },
});
`;
}

function test(name: string): string {
  return `import { testRule } from 'imagegate/testing';
import rule from '../../rules/${name}.ts';

testRule(rule, {
  allowed: [
    'docker.io/acme/app:1',
    // Neither the registry nor the tag is the repository.
    'forbidden.example.com/acme/app:forbidden',
    { image: 'docker.io/forbidden/app:1', options: { words: ['other'] } },
  ],
  denied: [
    {
      image: 'docker.io/forbidden/app:1',
      sentence:
        'app image has "forbidden" in its repository! (docker.io/forbidden/app:1). Choose another image.',
    },
    {
      image: 'docker.io/acme/other-app:1',
      options: { words: ['forbidden', 'other'] },
      sentence: 'app image has "other" in its repository! (docker.io/acme/other-app:1). Choose another image.',
    },
  ],
});
`;
}

function page(name: string): string {
  return `# ${name}

Denies images whose repository has a word of a list in it. The rule is off by default.

## Sentence

\`\`\`text
nginx image has "forbidden" in its repository! (docker.io/forbidden/app:1). Choose another image.
\`\`\`

## Examples

Where it is switched on:

| Image | Verdict |
| --- | --- |
| \`docker.io/forbidden/app:1\` | denied |
| \`docker.io/acme/app:forbidden\` | allowed |
| \`docker.io/acme/app:1\` | allowed |

## Set it

\`${ruleActionKeyName(name)}\` is \`deny\`, \`warn\`, \`audit\` or \`off\`, the default. The list is \`rules.${name}.options.words\` in \`policy.yaml\`.

## Options

${OPTIONS_TABLE}
`;
}
