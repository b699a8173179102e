import { createHash } from 'node:crypto';
import { expect } from 'chai';
import type { CustomRule } from '../../src/engine/policy.ts';
import { randomFrom } from '../random.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { ENDLESS } from './bad-checks.ts';
import { ask, CONTEXT, load, ruleText } from './custom-rules.ts';

const REPEATS = 1000;

const RULES = {
  'random.js': ruleText('random', 'return [{ problem: `${Math.random()} ${Date.now()}`, remedy: `${image.raw}` }];'),
  'keeps.js': ruleText(
    'keeps',
    "seen.push(context.workload.labels.app); Object.prototype.x = seen; return [{ problem: seen.join(), remedy: 'x' }];",
    'const seen = [];',
  ),
  'reads.js': ruleText('reads', "return [{ problem: JSON.stringify(context), remedy: 'x' }];"),
  'endless.js': ruleText(
    'endless',
    'all[image.raw.length % all.length](image, context);',
    `const all = [${ENDLESS.steps
      .slice(0, 40)
      .map((body) => `function (image, context) { ${body} }`)
      .join(', ')}];`,
  ),
};

const CONTEXTS = ['web', 'db', 'cache'].map((app) => ({
  ...CONTEXT,
  workload: { ...CONTEXT.workload, labels: { app } },
}));
const IMAGES = Array.from({ length: 40 }, (_, index) => `quay.io/${'x'.repeat(index + 1)}:1`);

/** All that two gates on two Nodes must say to the letter, steps included; another engine has another. */
const EXPECTED = 'f99f353e06c2c9245b03553ac46ea9db33fd05f8ab789c8b52223d41c899f5b0';

describe('what rules say', () => {
  const folder = temporaryFolder();

  it(`is the same for the same, in any order, by two gates, ${REPEATS} times`, async () => {
    const gates = [await load(folder.path, RULES), await load(folder.path, RULES)];
    const said = new Map<string, string>();
    const from = randomFrom(7);
    for (let time = 0; time < REPEATS; time++) {
      const rules: readonly CustomRule[] = gates[time % 2]!.rules;
      const rule = from.pick(rules);
      const [image, context] = [from.pick(IMAGES), from.below(CONTEXTS.length)];
      const { answer, steps } = ask(rule, image, CONTEXTS[context]);
      const [key, now] = [`${rule.name} ${image} ${context}`, JSON.stringify({ answer, steps })];
      expect(said.get(key) ?? now, key).to.equal(now);
      said.set(key, now);
    }
    const all = [...said].toSorted(([a], [b]) => (a < b ? -1 : 1));
    expect(createHash('sha256').update(JSON.stringify(all)).digest('hex')).to.equal(EXPECTED);
  });
});
