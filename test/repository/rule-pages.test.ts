import { expect } from 'chai';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { withOptionsTable } from '../../scripts/options-table.ts';
import { VALID_REFERENCE } from '../../src/engine/policy.ts';
import { flatKeys } from '../../src/policy/flat-keys.ts';
import { loadRulesetOf } from '../load-ruleset-of.ts';
import type { EnforcementAction } from '../../src/rule/rule.ts';
import { loadRules } from '../../src/rule-file/load-rules.ts';
import { REFUSED, STRICTER } from '../image/refused-references.ts';
import { projectRoot } from '../project-root.ts';
import { ruleSentences, type SentenceOf, sentencesIn } from '../rule-sentences.ts';

const BUILT_IN = join(projectRoot, 'build', 'rules');
const RULES = await loadRules(BUILT_IN);

const pathOf = (name: string): string => join(projectRoot, 'docs', 'rules', `${name}.md`);
const pageOf = async (name: string): Promise<string> => readFile(pathOf(name), 'utf8');

/** What a rule does where nothing is written. */
function defaultAction(rule: string): EnforcementAction {
  return RULES.find(({ meta }) => meta.name === rule)?.meta.action ?? 'deny';
}

/** What a page has set where an example stands: a key of the policy, options, or nothing. */
interface Setting {
  readonly keys?: Readonly<Record<string, string>>;
  readonly options: Readonly<Record<string, unknown>>;
}

/** A row of a table of examples, and what was set for it. */
interface Example {
  readonly setting: Setting;
  readonly image: string;
  readonly verdict: string;
  readonly reason: string | undefined;
}

const NOTHING: Setting = { options: {} };

/**
 * The examples of a page: the tables that begin with an image and a verdict, under the setting last spoken of. That is
 * a policy.yaml with the options of the rule, and what is spoken of after it lies over it; or it is a key.
 */
function examplesOf(page: string, rule: string): readonly Example[] {
  const examples: Example[] = [];
  let written = NOTHING;
  let setting = NOTHING;
  let inTable = false;
  for (const [block, line = ''] of page.matchAll(/^```yaml\n[^]*?^```$|^(.*)$/gm)) {
    if (block.startsWith('```yaml')) setting = written = { options: optionsIn(block, rule) };
    const [, key, value, option] = /\bWith `(?:(\w+)=([^`]+)|(\w+: [^`]+))`:$/.exec(line) ?? [];
    if (key !== undefined) setting = { keys: { [key]: value! }, options: {} };
    if (option !== undefined) setting = { options: { ...written.options, ...parse(option) } };
    if (/^(?:By default:|#.*)$/.test(line)) setting = written = NOTHING;
    if (/^\| Image +\| Verdict/.test(line)) inTable = true;
    else if (!line.startsWith('|')) inTable = false;
    const [, image, verdict = '', reason] = /^\| `([^`]*)` +\| (\w+) +\|(?: (.*?) +\|)?$/.exec(line) ?? [];
    if (inTable && image !== undefined) examples.push({ setting, image, verdict, reason });
  }
  return examples;
}

/** The options of a rule in a block of policy.yaml, which must switch it on if it is off by default. */
function optionsIn(block: string, rule: string): Readonly<Record<string, unknown>> {
  const text = block.replace(/^```yaml\n/, '').replace(/```$/, '');
  const { action = defaultAction(rule), options } = parse(text).rules[rule];
  expect(action, block).to.equal('deny');
  return options;
}

async function sentencesUnder(rule: string, { keys, options }: Setting): Promise<SentenceOf> {
  return keys === undefined ? ruleSentences(rule, options) : sentencesIn(await loadRulesetOf(keys), rule);
}

describe('docs/rules', () => {
  for (const name of [...RULES.map(({ meta }) => meta.name), VALID_REFERENCE]) {
    describe(`${name}.md`, () => {
      it('has examples, allowed and denied, and all are judged as it says', async () => {
        const page = await pageOf(name);
        const examples = examplesOf(page, name);
        expect(examples.map(({ verdict }) => verdict)).to.include.members(['allowed', 'denied']);
        expect(examples).to.have.lengthOf(page.match(/\| (?:allowed|denied) +\|/g)?.length ?? 0);
        for (const { setting, image, verdict, reason } of examples) {
          const sentence = (await sentencesUnder(name, setting))(image);
          const said = `${image} (${JSON.stringify(setting)})`;
          expect(sentence === undefined ? 'allowed' : 'denied', said).to.equal(verdict);
          if (reason !== undefined && reason !== '')
            expect(sentence, said)
              .to.match(/! \(.*\)\. /)
              .and.to.include(`). ${reason}`);
        }
      });

      it('has the sentence to the letter', async () => {
        const form = /^## Sentence\n\n(?:\w.*:\n\n(```yaml\n[^]*?```)\n\n)?```text\n(.*)\n```$/m;
        const [, policy, sentence = ''] = form.exec(await pageOf(name)) ?? [];
        const options = policy === undefined ? {} : optionsIn(policy, name);
        const [, container, image = ''] = /^(\S+) image .*! \((.*)\)\. /.exec(sentence) ?? [];
        expect(ruleSentences(name, options)(image, container)).to.equal(sentence);
      });

      it('names the keys that set it', async () => {
        const page = await pageOf(name);
        const keys = [...flatKeys(RULES)].filter(([, { rule }]) => rule === name).map(([key]) => key);
        const [, section = ''] = /^## Set it\n\n(.*?)(?=^## |$(?![\s\S]))/ms.exec(page) ?? [];
        expect(section).to.not.equal('');
        const actionKey = `RULE_${name.replaceAll('-', '_').toUpperCase()}`;
        const named = section.match(/(?<=`)(?!ENFORCEMENT)[A-Z_]{2,}(?=[`=:])/g);
        expect([...new Set(named)]).to.have.members([...new Set([...keys, actionKey])]);
      });

      it('says what it does by default', async () => {
        const page = await pageOf(name);
        const action = defaultAction(name);
        expect(page).to.match(action === 'off' ? /`off`, the default/ : /`deny`, the default/);
      });
    });
  }

  for (const { meta } of RULES) {
    it(`${meta.name}.md has the options of the schema (npm run docs writes them)`, async () => {
      const page = await pageOf(meta.name);
      expect(await withOptionsTable(page, meta, pathOf(meta.name))).to.equal(page);
      for (const option of Object.keys(meta.schema?.properties ?? {})) expect(page).to.include(`| \`${option}\``);
    });
  }

  it('has every reason for which a reference is refused', async () => {
    const page = await pageOf(VALID_REFERENCE);
    for (const reason of new Set([...REFUSED, ...STRICTER].map(([, text]) => text))) {
      expect(page).to.include(reason);
    }
  });
});

const PAGE = await pageOf('empty-tag');

describe('withOptionsTable', () => {
  const tableOf = async (properties: object): Promise<string> => {
    const schema = { type: 'object', additionalProperties: false, properties } as never;
    return withOptionsTable(PAGE, { name: 'x', description: 'X.', schema }, pathOf('x'));
  };

  it('has a row for each option, of every type', async () => {
    const description = 'D.';
    const table = await tableOf({
      text: { type: 'string', description },
      truth: { type: 'boolean', default: false, description },
      number: { type: 'number', default: 1.5, description },
      whole: { type: 'integer', description },
      thing: { type: 'object', description },
      choice: { type: 'string', enum: ['a', 'b|c'], default: 'a', description: 'A | b.' },
      texts: { type: 'array', items: { type: 'string' }, default: ['a'], description },
      many: { type: 'array', description },
      parts: {
        type: 'array',
        items: {
          type: 'object',
          properties: { a: { type: 'string', description: 'A.' }, b: { type: 'integer', default: 1 } },
        },
        description,
      },
    });
    const rows = table
      .slice(table.indexOf('## Options'))
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .map((line) => line.replaceAll(/ +\|/g, ' |'));
    expect(rows).to.deep.equal([
      '| `text` | text | none | D. |',
      '| `truth` | `true` or `false` | `false` | D. |',
      '| `number` | number | `1.5` | D. |',
      '| `whole` | whole number | none | D. |',
      '| `thing` | object | none | D. |',
      '| `choice` | `"a"` or `"b\\|c"` | `"a"` | A \\| b. |',
      '| `texts` | list of text | `["a"]` | D. |',
      '| `many` | list of anything | none | D. |',
      '| `parts` | list of object | none | D. |',
      '| `parts[].a` | text | none | A. |',
      '| `parts[].b` | whole number | `1` | |',
    ]);
  });

  it('says that there are none', async () => {
    expect(await tableOf({})).to.equal(PAGE);
    expect(PAGE).to.include('\nThis rule takes no options.\n');
  });

  it('refuses a page without its place', async () => {
    let thrown: unknown;
    const { meta } = RULES[0]!;
    await withOptionsTable('# x\n', meta, 'docs/rules/x.md').catch((error: unknown) => (thrown = error));
    expect(thrown)
      .to.be.instanceOf(Error)
      .with.property('message')
      .that.matches(/^docs\/rules\/x\.md must have/);
  });
});
