import { expect } from 'chai';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { review } from '../../src/admission/review.ts';
import { DEFAULT_POLICY } from '../../src/engine/policy.ts';
import { createRuleset } from '../../src/engine/ruleset.ts';
import { flatKeys } from '../../src/policy/flat-keys.ts';
import { loadPolicy } from '../../src/policy/load-policy.ts';
import { policySchema } from '../../src/policy/policy-schema.ts';
import { projectRoot } from '../project-root.ts';
import { admissionRequest, podTemplate, WORKLOAD_KINDS } from '../admission-request.ts';
import { at } from '../mistakes.ts';
import { BUILT_IN } from '../ruleset.ts';

describe('docs/policy.md', () => {
  let page: string;

  before(async () => {
    page = await readFile(join(projectRoot, 'docs/policy.md'), 'utf8');
  });

  const policies = () =>
    [...page.matchAll(/```yaml\n(.*?)```/gs)].map(([, text = '']) => {
      const keys = new Map([['policy.yaml', { text, ...at('policy.yaml (docs)') }]]);
      const { policy, mistakes } = loadPolicy({}, { keys, mistakes: [] }, BUILT_IN);
      expect(mistakes).to.deep.equal([]);
      return policy;
    });

  it('shows policies that are ones', () => {
    const [whole, several, profiles, ...others] = policies();
    expect(others).to.deep.equal([]);
    expect(whole?.exemptions.map(({ name }) => name)).to.deep.equal(['legacy-billing']);
    expect(whole?.podSpecPaths.size).to.equal(1);
    expect([...(several?.rules.values() ?? [])].map((entry) => [entry].flat().length)).to.deep.equal([2, 2]);
    expect([...(profiles?.profiles.keys() ?? [])]).to.deep.equal(['prod', 'lab']);
    for (const policy of policies()) expect(() => createRuleset(BUILT_IN, [], policy)).to.not.throw();
  });

  it('shows a denial, to the letter', () => {
    const [, text = ''] = /```text\n(.*?)\n```/s.exec(page) ?? [];
    const { wrap, ...kind } = WORKLOAD_KINDS.find((one) => one.kind === 'Deployment')!;
    const template = podTemplate({ containers: [{ name: 'app', image: 'quay.io/acme/api' }] });
    const request = admissionRequest({ kind, namespace: 'shop', name: 'api', object: wrap(template) });
    const ruleset = createRuleset(BUILT_IN, [], { ...DEFAULT_POLICY, contact: policies()[0]?.contact });
    expect(review(request, ruleset, { now: 0 }).response.status?.message).to.equal(text);
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
