import { expect } from 'chai';
import { parse } from 'yaml';
import { review } from '../../src/admission/review.ts';
import { DEFAULT_POLICY } from '../../src/engine/policy.ts';
import { createRuleset } from '../../src/engine/ruleset.ts';
import { flatKeys } from '../../src/policy/flat-keys.ts';
import { loadPolicy } from '../../src/policy/load-policy.ts';
import { policySchema } from '../../src/policy/policy-schema.ts';
import { admissionRequest, podTemplate, WORKLOAD_KINDS } from '../admission-request.ts';
import { policySteps, STEPS } from '../docs/policy-steps.ts';
import { readPage } from '../docs/tables.ts';
import { blocksOf } from '../e2e/readme.ts';
import { at } from '../mistakes.ts';
import { BUILT_IN } from '../ruleset.ts';

describe('docs/policy.md', () => {
  const page = readPage('docs/policy.md');

  const loaded = (policyYaml: string) => {
    const keys = new Map([['policy.yaml', { text: policyYaml, ...at('policy.yaml (docs)') }]]);
    const { policy, mistakes } = loadPolicy({}, { keys, mistakes: [] }, BUILT_IN);
    expect(mistakes).to.deep.equal([]);
    return { policy, ruleset: createRuleset(BUILT_IN, [], policy) };
  };

  it('leads from the shipped keys to a policy, by steps that load each', () => {
    const [begun, ...steps] = policySteps().map(({ configMap }) => loaded(parse(configMap).data['policy.yaml']));
    const shipped = parse(readPage('deploy/policy/configmap.yaml')).data;
    const { policy } = loadPolicy(shipped, { keys: new Map(), mistakes: [] }, BUILT_IN);
    for (const image of ['nginx', 'docker.io/nginx:latest', 'gcr.io/x:staging', 'quay.io/x:1', 'docker.io/x:1']) {
      const object = podTemplate({ containers: [{ name: 'x', image }] });
      const [before, now] = [createRuleset(BUILT_IN, [], policy), begun!.ruleset].map((ruleset) =>
        review(admissionRequest({ object }), ruleset, { now: 0 }),
      );
      expect(now!.response).to.deep.equal(before!.response);
    }
    const last = steps.at(-1)!.policy;
    expect(last.exemptions.map(({ name }) => name)).to.deep.equal(['legacy-billing']);
    expect([...last.profiles.keys()]).to.deep.equal(['prod']);
  });

  it('shows policies that are ones', () => {
    const blocks = blocksOf(page).filter(({ language, section }) => language === 'yaml' && section !== STEPS);
    const [several, profiles, kinds, ...others] = blocks.map(({ lines }) => loaded(lines.join('\n')).policy);
    expect(others).to.deep.equal([]);
    expect([...(several?.rules.values() ?? [])].map((entry) => [entry].flat().length)).to.deep.equal([2, 2]);
    expect([...(profiles?.profiles.keys() ?? [])]).to.deep.equal(['prod', 'lab']);
    expect(kinds?.podSpecPaths.size).to.equal(1);
  });

  it('shows a denial, to the letter', () => {
    const [, text = ''] = /```text\n(.*?)\n```/s.exec(page) ?? [];
    const { wrap, ...kind } = WORKLOAD_KINDS.find((one) => one.kind === 'Deployment')!;
    const template = podTemplate({ containers: [{ name: 'app', image: 'quay.io/acme/api' }] });
    const request = admissionRequest({ kind, namespace: 'shop', name: 'api', object: wrap(template) });
    const ruleset = createRuleset(BUILT_IN, [], { ...DEFAULT_POLICY, contact: 'Ask #platform.' });
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
