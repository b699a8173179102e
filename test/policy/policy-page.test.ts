import { expect } from 'chai';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { flatKeys } from '../../src/policy/flat-keys.ts';
import { loadPolicy } from '../../src/policy/load-policy.ts';
import { policySchema } from '../../src/policy/policy-schema.ts';
import { projectRoot } from '../project-root.ts';
import { at } from '../mistakes.ts';
import { BUILT_IN } from '../ruleset.ts';

describe('docs/policy.md', () => {
  let page: string;

  before(async () => {
    page = await readFile(join(projectRoot, 'docs/policy.md'), 'utf8');
  });

  it('shows a policy.yaml that is one', () => {
    const [, text = ''] = /```yaml\n(.*?)```/s.exec(page) ?? [];
    const { policy, mistakes } = loadPolicy(
      {},
      { keys: new Map([['policy.yaml', { text, ...at('policy.yaml (docs)') }]]), mistakes: [] },
      BUILT_IN,
    );
    expect(mistakes).to.deep.equal([]);
    expect(policy.exemptions.map(({ name }) => name)).to.deep.equal(['legacy-billing']);
    expect(policy.podSpecPaths.size).to.equal(1);
  });

  it('has every key, and a section for every key of policy.yaml', () => {
    for (const key of [...flatKeys(BUILT_IN).keys(), 'RULE_<NAME>', 'ENFORCEMENT', 'policy.yaml']) {
      expect(page).to.include(`\n| \`${key}\` `);
    }
    const { properties } = policySchema([]) as { readonly properties: object };
    expect(
      [...page.slice(page.indexOf('\n## policy.yaml')).matchAll(/^### (.*)$/gm)].map(([, name]) => name),
    ).to.deep.equal(Object.keys(properties));
  });

  it('has every key of an exemption', () => {
    const { exemptions } = (policySchema([]) as { properties: { exemptions: { items: { properties: object } } } })
      .properties;
    for (const key of Object.keys(exemptions.items.properties))
      expect(page).to.match(new RegExp(`^\\| .*\`${key}\`.*\\|`, 'm'));
  });
});
