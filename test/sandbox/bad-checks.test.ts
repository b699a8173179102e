import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { CustomRule } from '../../src/engine/policy.ts';
import { ENDLESS } from './bad-checks.ts';
import { ask, inWords, load, ruleText } from './custom-rules.ts';

/** How often each is met; by hand more often, as `BAD_CHECK_TIMES=50`. */
const TIMES = Number(process.env['BAD_CHECK_TIMES'] ?? 2);

const SAID = {
  steps: 'failed: it used up its budget of 100,000 steps',
  memory: 'failed: it used up its 16 MiB of memory',
  depth: 'failed: its calls within calls are too deep',
} as const;

/** What is not endless, and still no judgement. */
const NO_JUDGEMENT: Readonly<Record<string, string>> = {
  'return new Promise(() => {})': 'it returned a promise, where check must return violations at once',
  'return (async () => [])()': 'it returned a promise, where check must return violations at once',
  'return 7': 'it returned a number, where check must return a list or nothing',
  'return { then() {} }': 'it returned a promise, where check must return violations at once',
  'return new Proxy([], { get: (t, k) => (k === "length" ? 1e9 : t[0]) })': 'value is not iterable',
  'return [{ problem: 1, remedy: "x" }]': 'it returned a list with an item that is not { problem, remedy }, two texts',
  'throw { get message() { for (;;); } }': 'a thrown object',
  'throw new Proxy(new Error("x"), { get() { throw 1; } })': 'it threw what cannot be told',
  'throw null': 'a thrown null',
  'throw "no."': 'no',
  'throw "x".repeat(5000)': `${'x'.repeat(1024)}...`,
  'image.tags.length': "bad.js:1: cannot read property 'length' of undefined",
  'new URL("x")': 'bad.js:1: URL is not defined',
  'Array.from({ length: 2 ** 32 })': 'bad.js:1: invalid array length',
};

const rows = [
  ...Object.entries(ENDLESS).flatMap(([by, bodies]) =>
    bodies.map((body) => [body, SAID[by as keyof typeof SAID]] as const),
  ),
  ...Object.entries(NO_JUDGEMENT).map(([body, failure]) => [body, `failed: ${failure}`] as const),
];

/** One rule has them all, so that each meets what those before it have left of the instance. */
const BAD = `const all = [${rows.map(([body]) => `function (image, context) { ${body} }`).join(', ')}]; export default {
  meta: { name: 'bad', description: 'X.' },
  check(image, options, context) {
    if (image.tag === 'good') return [{ problem: 'is good', remedy: 'x' }];
    if (image.tag !== undefined) return all[Number(image.tag.slice(1))](image, context);
  },
};`;

describe('a bad check', () => {
  let folder: string;
  let bad: CustomRule;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'imagegate-test-'));
    const { rules } = await load(folder, { 'bad.js': BAD });
    bad = rules[0]!;
  });
  after(async () => rm(folder, { recursive: true }));

  for (const [index, [body, said]] of rows.entries()) {
    it(`is a denial that says why, and leaves nothing behind: ${body.slice(0, 60)}`, () => {
      const good = ask(bad, `x${index}:good`);
      const answers = Array.from({ length: TIMES }, (_, time) => ask(bad, `x${time}:n${index}`));
      for (const { answer, steps } of answers) {
        expect(inWords(answer)).to.equal(said);
        expect(steps).to.be.within(1, 100_000).and.equal(answers[0]?.steps);
      }
      expect(ask(bad, `y${index}:good`)).to.deep.equal(good);
    });
  }

  it('that objects in more than there is room for is cut', async () => {
    const many =
      "return Array.from({ length: 40 }, (_, i) => ({ problem: 'y'.repeat(i === 0 ? 2000 : 1), remedy: 'x' }));";
    const { rules } = await load(folder, { 'bad.js': ruleText('bad', many) });
    const { answer } = ask(rules[0], 'x');
    expect('failure' in answer ? answer.failure : answer.violations.map(({ problem }) => problem.length)).to.deep.equal(
      [1027, ...Array.from({ length: 31 }, () => 1)],
    );
  });
});
