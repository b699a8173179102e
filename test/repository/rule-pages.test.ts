import { expect } from 'chai';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withOptionsTable } from '../../scripts/options-table.ts';
import { VALID_REFERENCE } from '../../src/engine/valid-reference.ts';
import { FLAT_KEYS } from '../../src/policy/flat-keys.ts';
import { loadRuleset } from '../../src/policy/load-ruleset.ts';
import { loadRules } from '../../src/rule/load-rules.ts';
import { REFUSED, STRICTER } from '../image/refused-references.ts';
import { projectRoot } from '../project-root.ts';
import { ruleSentences, sentencesIn, type SentenceOf } from '../rule-sentences.ts';

const BUILT_IN = join(projectRoot, 'build', 'rules');
const RULES = await loadRules([BUILT_IN]);

const pathOf = (name: string): string => join(projectRoot, 'docs', 'rules', `${name}.md`);
const pageOf = async (name: string): Promise<string> => readFile(pathOf(name), 'utf8');

/** A row of a table of examples, and what was set for it: a key, an option, or nothing. */
interface Example {
  readonly setting: string | undefined;
  readonly image: string;
  readonly verdict: string;
  readonly reason: string | undefined;
}

/** The examples of a page: the tables that begin with an image and a verdict, under the setting last spoken of. */
function examplesOf(page: string): readonly Example[] {
  const examples: Example[] = [];
  let setting: string | undefined;
  let inTable = false;
  for (const line of page.split('\n')) {
    const [, spokenOf] = /\bWith `(\w+(?:=|: )[^`]+)`:$/.exec(line) ?? [];
    if (spokenOf !== undefined) setting = spokenOf;
    if (/^(?:By default:|#.*)$/.test(line)) setting = undefined;
    if (/^\| Image +\| Verdict/.test(line)) inTable = true;
    else if (!line.startsWith('|')) inTable = false;
    const [, image, verdict = '', reason] = /^\| `([^`]*)` +\| (\w+) +\|(?: (.*?) +\|)?$/.exec(line) ?? [];
    if (inTable && image !== undefined) examples.push({ setting, image, verdict, reason });
  }
  return examples;
}

async function sentencesUnder(rule: string, setting: string | undefined): Promise<SentenceOf> {
  if (setting === undefined) return ruleSentences(rule);
  const [, name = '', sign, value = ''] = /^(\w+)(=|: )(.*)$/.exec(setting) ?? [];
  if (sign === '=') return sentencesIn(await loadRuleset([BUILT_IN], { [name]: value }, undefined), rule);
  return ruleSentences(rule, { [name]: value === 'true' || value === 'false' ? value === 'true' : value });
}

describe('docs/rules', () => {
  for (const name of [...RULES.map(({ meta }) => meta.name), VALID_REFERENCE]) {
    describe(`${name}.md`, () => {
      it('has examples, allowed and denied, and all are judged as it says', async () => {
        const page = await pageOf(name);
        const examples = examplesOf(page);
        expect(examples.map(({ verdict }) => verdict)).to.include.members(['allowed', 'denied']);
        expect(examples).to.have.lengthOf(page.match(/\| (?:allowed|denied) +\|/g)?.length ?? 0);
        for (const { setting, image, verdict, reason } of examples) {
          const sentence = (await sentencesUnder(name, setting))(image);
          const said = `${image} (${setting ?? 'by default'})`;
          expect(sentence === undefined ? 'allowed' : 'denied', said).to.equal(verdict);
          if (reason !== undefined)
            expect(sentence, said)
              .to.match(/! \(.*\)\. /)
              .and.to.include(`). ${reason}`);
        }
      });

      it('has the sentence to the letter', async () => {
        const [, sentence = ''] = /^## Sentence\n\n```text\n(.*)\n```$/m.exec(await pageOf(name)) ?? [];
        const [, container, image = ''] = /^(\S+) image .*! \((.*)\)\. /.exec(sentence) ?? [];
        expect(ruleSentences(name)(image, container)).to.equal(sentence);
      });

      it('names the keys that set it', async () => {
        const page = await pageOf(name);
        const keys = [...FLAT_KEYS].filter(([, { rule }]) => rule === name).map(([key]) => key);
        const [, section = ''] = /^## Set it\n\n(.*?)(?=^## |$(?![\s\S]))/ms.exec(page) ?? [];
        expect(section).to.not.equal('');
        expect([...new Set(section.match(/\b[A-Z]+_[A-Z_]+\b/g))]).to.deep.equal(keys);
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
