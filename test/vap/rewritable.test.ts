import { expect } from 'chai';
import type { Check } from '../../src/vap/checks.ts';
import { isNamed, namedVariable } from '../../src/vap/rewritable.ts';
import { exemptionOf } from '../exemption.ts';

const MIRRORS = [{ registry: 'a.io', mirror: 'b.io', except: ['a.io/c:^1', 'a.io/d'], digests: 'refuse' }];
const OPTIONS = { mirrors: MIRRORS, unqualified: 'docker.io' };

function checkOf(rule: string, check: Partial<Check> = {}): Check {
  return {
    rule,
    action: 'deny',
    message: undefined,
    isCustom: false,
    unqualified: undefined,
    selections: [0],
    ...check,
  };
}

describe('images that are rewritten, in CEL', () => {
  it('are none where no rule rewrites', () => {
    expect(
      namedVariable(
        [checkOf('registry-mirror')],
        () => OPTIONS,
        () => 'true',
      ),
    ).to.equal(undefined);
  });

  it('are those that the rule would not refuse then: without digest, and of a range in except all tags', () => {
    const check = checkOf('registry-mirror', { rewrites: true });
    const { expression } = namedVariable(
      [check],
      () => OPTIONS,
      () => 'variables.selection in [1]',
    )!;
    expect(expression).to.contain('request.kind.kind == "Pod" ? variables.references :');
    expect(expression).to.contain('(variables.selection in [1] && (i.deny.startsWith("a.io/") ? !(');
    expect(expression).to.contain('i.digest != ""').and.contain('a.io/d ').and.not.contain('a.io/c');
  });

  const rows: readonly (readonly [what: string, named: boolean, check: Check, exemption?: object])[] = [
    ['a rule about tags', false, checkOf('empty-tag')],
    ['a rule about names', true, checkOf('blocked-images')],
    ['the rule that rewrites, which refuses what stays', true, checkOf('registry-mirror')],
    ['a rule about tags of some images', true, checkOf('empty-tag', { setting: { images: ['a.io/**'] } as never })],
    ['a rule that an exemption leaves in some namespaces', false, checkOf('empty-tag'), { namespaces: ['a'] }],
    ['a rule that an exemption leaves for some images', true, checkOf('empty-tag'), { images: ['a.io/**'] }],
    ['another one than that', false, checkOf('empty-tag'), { rules: ['require-digest'], images: ['a.io/**'] }],
  ];
  for (const [what, named, check, exemption] of rows) {
    it(`${named ? 'matter' : 'do not matter'} to ${what}`, () => {
      expect(isNamed(check, exemption === undefined ? [] : [exemptionOf(exemption)])).to.equal(named);
    });
  }
});
