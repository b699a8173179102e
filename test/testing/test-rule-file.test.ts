import { expect } from 'chai';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { testRule, type RuleCases, type TestRunner } from 'imagegate/testing';
import { temporaryFolder } from '../temporary-folder.ts';

const TEXT = `import { tagPatterns } from 'imagegate/rule';
export default {
  meta: { name: 'a', description: 'X.', schema: { type: 'object', additionalProperties: false, properties: {
    tags: { type: 'array', items: { type: 'string' }, default: ['bad'], description: 'Tags.' } } } },
  prepare: ({ tags }) => tagPatterns(tags),
  check(image, patterns, context) {
    if (context.namespace === 'loop') for (;;);
    if (typeof process !== 'undefined') throw new Error('not in the sandbox');
    if (image.tag !== undefined && patterns.matches(image.tag)) return [{ problem: 'is bad', remedy: 'Mend it.' }];
  },
};`;

describe('testRule with the path of a file', () => {
  const folder = temporaryFolder();

  /** What becomes of each test: nothing where it passes. */
  async function outcomesOf(rule: string | URL, cases: RuleCases): Promise<readonly (readonly [string, string])[]> {
    const tests: [string, () => void | Promise<void>][] = [];
    const runner: TestRunner = {
      describe: (_name, body) => body(),
      it: (name, body) => void tests.push([name, body]),
    };
    testRule(rule, cases, runner);
    return Promise.all(
      tests.map(async ([name, body]) => {
        try {
          await body();
          return [name, ''] as const;
        } catch (error) {
          return [name, (error as Error).message] as const;
        }
      }),
    );
  }

  it('judges in the sandbox, as the gate does', async () => {
    const path = join(folder.path, 'a.js');
    await writeFile(path, TEXT);
    const sentence = (image: string) => `app image is bad! (${image}). Mend it.`;
    const cases: RuleCases = {
      allowed: [
        'x:1',
        { image: 'x:2', context: { namespace: 'loop' } },
        { image: 'x:3', options: { tags: ['.x'] } },
        'X',
      ],
      denied: [
        { image: 'x:bad', sentence: sentence('x:bad') },
        { image: 'x:old', options: { tags: ['old'] }, sentence: sentence('x:old') },
        { image: 'x:fine', sentence: sentence('x:fine') },
      ],
    };
    for (const rule of [path, pathToFileURL(path), pathToFileURL(path).href]) {
      // oxlint-disable-next-line no-await-in-loop -- each is a way to name it
      const outcomes = await outcomesOf(rule, cases);
      expect(outcomes.map(([, message]) => message.split('\n')[0])).to.deep.equal([
        '',
        '',
        '`check` failed, and the gate denies what a rule could not judge. The rule a failed: it used up its budget of 100,000 steps. Until it is mended or switched off, it lets nothing pass.',
        'With these options the gate would not load the rule:',
        outcomes[4]?.[1],
        '',
        '',
        'The rule should say',
      ]);
      expect(outcomes[4]?.[1]).to.match(/^X is no valid reference/);
    }
  });

  it('says what keeps the file from being a rule, in each test', async () => {
    const path = join(folder.path, 'b.js');
    await writeFile(path, "import 'node:fs';\n");
    const [, [, message] = []] = await outcomesOf(path, { allowed: ['x:1'], denied: [] });
    expect(message).to.match(/b\.js:1:8: expected a module that can be imported, found an import of "node:fs"\./);
  });
});
