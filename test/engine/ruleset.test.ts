import { expect } from 'chai';
import { DEFAULT_POLICY } from '../../src/engine/policy.ts';
import { createRuleset } from '../../src/engine/ruleset.ts';
import { MistakesError } from '../../src/mistake/mistake.ts';
import type { AnyRule } from '../../src/rule/rule.ts';
import { rulesetOf } from '../ruleset.ts';

function rule(name: string, more: Partial<AnyRule> = {}): AnyRule {
  return { meta: { name, description: 'A rule.' }, check: () => undefined, ...more };
}

describe('createRuleset', () => {
  it('orders the rules: those of the seed first, the others by name', () => {
    const ruleset = rulesetOf({}, [rule('zebra'), rule('a-rule'), rule('b-rule')]);
    const names = ['empty-tag', 'registry-allowlist', 'blocked-tags', 'a-rule', 'b-rule', 'zebra'];
    expect(ruleset.everywhere.rules.map(({ name }) => name)).to.deep.equal(names);
  });

  it('leaves out what is off, and denies by default', () => {
    const { rules } = rulesetOf({ 'empty-tag': { action: 'off' }, 'blocked-tags': { action: 'warn' } }).everywhere;
    expect(rules.map(({ name, action }) => `${name} ${action}`)).to.deep.equal([
      'registry-allowlist deny',
      'blocked-tags warn',
    ]);
  });

  it('calls check on its own module', () => {
    const own = {
      ...rule('own'),
      secret: 'x',
      check(this: { secret: string }) {
        return [{ problem: this.secret, remedy: 'y' }];
      },
    };
    const { rules } = createRuleset([own], undefined, DEFAULT_POLICY).everywhere;
    expect(rules[0]?.check({} as never, undefined, {} as never)).to.deep.equal([{ problem: 'x', remedy: 'y' }]);
  });

  it('tells every mistake at once, also of rules that are off', () => {
    const build = (): unknown =>
      rulesetOf({
        'empty-tag': { options: { strict: true } },
        'registry-allowlist': { action: 'off', options: { registries: ['http://x'] } },
        'blocked-tag': {},
      });
    expect(build)
      .to.throw(MistakesError)
      .with.property('message')
      .that.satisfies((message: string) => message.split('\n').length === 3)
      .and.includes('policy, rule "blocked-tag": expected the name of a rule that is loaded')
      .and.includes('Did you mean blocked-tags? [rule-unknown]')
      .and.includes('rule empty-tag, option strict: expected an option that the rule has, found true.')
      .and.includes('rule registry-allowlist, option registries, entry 1:');
  });
});
