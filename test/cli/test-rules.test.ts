import { expect } from 'chai';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { testRules } from '../../src/cli/test-rules.ts';
import { projectRoot } from '../project-root.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const ruleText = (name: string, more = 'check() {}'): string =>
  `export default { meta: { name: '${name}', description: 'Does ${name}.' }, ${more} };\n`;

const schemaText = (name: string, schema: string, more = 'check() {}'): string =>
  `export default { meta: { name: '${name}', description: 'X.', schema: ${schema} }, ${more} };\n`;

const USAGE = ' (at most N of 100,000 steps a check)';

/** What was printed, without the numbers of steps: they change with the engine. */
const steps = (stdout: string): string => stdout.replaceAll(/(?<=at most )[\d,]+/g, 'N');

const stepsOf = (stdout: string, rule: string): number =>
  Number(new RegExp(`^  ${rule}: .* \\(at most ([\\d,]+) of `, 'm').exec(stdout)?.[1]?.replaceAll(',', ''));

describe('imagegate test-rules', () => {
  // Within the package, so that `imagegate/rule` resolves.
  const folder = temporaryFolder(join(projectRoot, 'build'));

  const tryAt = async (path: string, policy?: string) => {
    const [said, failed]: [string[], string[]] = [[], []];
    const write = (text: string): void => void said.push(text);
    const writeError = (text: string): void => void failed.push(text);
    const code = await testRules({ folder: path, policy, write, writeError });
    return { code, stdout: said.join(''), stderr: failed.join('') };
  };
  const tryFiles = async (files: Readonly<Record<string, string>>, policy?: string) => {
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder.path, name), text);
    return tryAt(folder.path, policy);
  };

  it('lists the rules of a folder that the gate would load', async () => {
    const files = {
      'two.mjs': `import { defineRule } from 'imagegate/rule';\n${ruleText('two').replace(/\{ meta.*\}/, 'defineRule($&)')}`,
      'one.mjs': ruleText('one'),
      '_part.mjs': 'export const part = 1;',
      BLOCKED_TAGS: 'latest',
    };
    const run = await tryFiles(files);
    expect({ ...run, stdout: steps(run.stdout) }).to.deep.equal({
      code: 0,
      stdout: `2 rules in ${folder.path}, and the gate would load them:\n\n  one: Does one.${USAGE}\n  two: Does two.${USAGE}\n`,
      stderr: '',
    });
  });

  it('says it of a single one, whose text cannot pass for another line', async () => {
    const { code, stdout } = await tryFiles({ 'one.mjs': ruleText('one').replace('Does', 'Does\\n') });
    expect({ code, stdout: steps(stdout) }).to.deep.equal({
      code: 0,
      stdout: `One rule in ${folder.path}, and the gate would load it:\n\n  one: Does\\u{A} one.${USAGE}\n`,
    });
  });

  it('says what a rule uses of its steps, and of one that is off that it was not tried', async () => {
    const busy = ruleText('busy', 'check() { for (let i = 0; i < 5000; i++); }');
    const off = ruleText('off-rule').replace("'Does off-rule.'", "'Does nothing.', action: 'off'");
    const { code, stdout } = await tryFiles({ 'busy.mjs': busy, 'one.mjs': ruleText('one'), 'off-rule.mjs': off });
    expect(code).to.equal(0);
    const [idle = 0, most = 0] = ['one', 'busy'].map((name) => stepsOf(stdout, name));
    expect(idle).to.be.within(500, 5000);
    expect(most).to.be.within(idle + 5000, 100_000);
    expect(stdout).to.include('  off-rule: Does nothing. (off, so it was not tried)\n');
  });

  it('tells all mistakes of all files at once', async () => {
    const { code, stdout, stderr } = await tryFiles({
      'broken.mjs': 'export default {',
      'empty-tag.mjs': ruleText('empty-tag'),
      'good.mjs': ruleText('good'),
      'misnamed.mjs': ruleText('other'),
      'no-check.mjs': ruleText('no-check', ''),
    });
    expect({ code, stdout }).to.deep.equal({ code: 1, stdout: '' });
    const [head, , ...lines] = stderr.trimEnd().split('\n');
    expect(head).to.equal(`The gate would not load the rules in ${folder.path}: 4 mistakes.`);
    for (const [place, kind] of [
      ['broken.mjs:1:17', 'rule-file-unloadable'],
      ['misnamed.mjs, meta.name', 'rule-file-invalid'],
      ['no-check.mjs, check', 'rule-file-invalid'],
      ['empty-tag.mjs', 'rule-name-taken'],
    ] as const) {
      const found = lines.filter((line) => line.startsWith(`  ${join(folder.path, place)}: expected `));
      expect(found, place).to.have.lengthOf(1);
      expect(found[0]).to.match(new RegExp(` \\[${kind}\\]$`));
    }
    expect(lines.at(-1)).to.equal('docs/errors.md explains the codes in brackets.');
    expect(lines).to.have.lengthOf(6);
  });

  const OPEN = `{ type: 'object', additionalProperties: false, properties: { team: { type: 'string', description: 'X.' } } }`;

  for (const [what, text, expected] of [
    [
      'a check without an end',
      ruleText('some-rule', 'check() { for (;;); }'),
      /it used up its budget of 100,000 steps/,
    ],
    ['a file without an end', `for (;;);\n${ruleText('some-rule')}`, /it used up its budget of 1,000,000 steps/],
    ['timers', `setInterval(() => {}, 1000);\n${ruleText('some-rule')}`, /setInterval is not defined/],
    ['an import of Node', `import 'node:fs';\n${ruleText('some-rule')}`, /found an import of "node:fs"/],
    [
      'a schema that is none',
      schemaText('some-rule', OPEN.replace("'string'", "'text'")),
      /some-rule\.mjs, meta\.schema: expected a JSON Schema/,
    ],
    [
      'a default that its schema refuses',
      schemaText('some-rule', OPEN.replace("'string'", "'string', default: 1")),
      /some-rule\.mjs, meta\.schema, default of team: expected text, found 1\./,
    ],
    [
      'defaults that its prepare refuses',
      schemaText('some-rule', OPEN, `prepare() { throw new Error('no team'); }, check() {}`),
      /some-rule\.mjs, prepare: expected options that it accepts, found some-rule\.mjs:1: no team\. Mend prepare, or these options: team\./,
    ],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const { code, stderr } = await tryFiles({ 'some-rule.mjs': text });
      expect(code).to.equal(1);
      expect(stderr).to.match(expected);
    });
  }

  it('tells of a folder that cannot be read, whatever the policy is', async () => {
    const policy = join(folder.path, 'policy.yaml');
    await writeFile(policy, '{}');
    const { code, stderr } = await tryAt(join(folder.path, 'missing'), policy);
    expect(code).to.equal(1);
    expect(stderr).to.include('[rules-folder-unreadable]');
  });

  it('says which options the policy has to give, and takes a policy that gives them', async () => {
    const schema = OPEN.replace('{ type', "{ required: ['team'], type");
    await mkdir(join(folder.path, 'policy'));
    await writeFile(join(folder.path, 'policy', 'policy.yaml'), 'rules: { some-rule: { options: { team: x } } }');
    const files = { 'some-rule.mjs': schemaText('some-rule', schema) };
    const { code, stderr } = await tryFiles(files);
    expect(code).to.equal(1);
    expect(stderr).to.match(/some-rule\.mjs, option team: expected a value, found nothing\..*\[option-invalid\]/);
    expect((await tryFiles(files, join(folder.path, 'policy', 'policy.yaml'))).code).to.equal(0);
  });

  it('tries the rules on pods', async () => {
    const check = "check() { throw new Error('not today'); }";
    const { code, stderr } = await tryFiles({ 'one.mjs': ruleText('one', check) });
    expect(code).to.equal(1);
    expect(stderr).to.include('The rule one failed: one.mjs:1: not today.').and.to.include('[rule-fails-on-sample]');
    expect(stderr).to.include('it lets nothing pass. Mend the rule');
  });

  it('refuses a folder without rules, and one that is not there', async () => {
    await mkdir(join(folder.path, 'within'));
    const { code, stderr } = await tryFiles({});
    expect(code).to.equal(1);
    expect(stderr).to.include('[rules-folder-empty]');
    expect((await tryAt(join(folder.path, 'nowhere'))).stderr).to.include('[rules-folder-unreadable]');
  });

  it('tells what a rule prints on the standard error, as one line', async () => {
    const { code, stderr } = await tryFiles({ 'one.mjs': ruleText('one', "check() { console.warn('a\\nb'); }") });
    expect(code).to.equal(0);
    expect(stderr).to.match(/^warn: Custom rule output\. one a\\u\{A\}b\n/);
  });

  it('passes on what is no mistake of the rules', async () => {
    await writeFile(join(folder.path, 'one.mjs'), ruleText('one'));
    const write = (): never => {
      throw new Error('EPIPE');
    };
    const tried = testRules({ folder: folder.path, policy: undefined, write, writeError: () => {} });
    expect(String(await tried.catch((error: unknown) => error))).to.equal('Error: EPIPE');
  });
});
