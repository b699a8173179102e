import { expect } from 'chai';
import { sentence } from '../../../src/admission/response.ts';
import { policyOfText } from '../../../src/config-map/policy-of-text.ts';
import { builtInRules, createTrialLoader } from '../../../src/cli/create-loader.ts';
import { explanation } from '../../../src/cli/explain/explanation.ts';
import { podReview } from '../../../src/cli/pod-review.ts';
import { InvalidReferenceError } from '../../../src/image/reference.ts';
import { readReference } from '../../../src/image/read-reference.ts';
import { candidate } from '../../image/candidates.ts';
import { randomFrom, seedOfRun } from '../../random.ts';
import { NOW } from '../try-policy.ts';

const POLICY = `rules:
  registry-allowlist: { options: { registries: [docker.io, mirror.example.com] } }
  registry-mirror: { action: deny, options: { mirrors: [{ registry: docker.io, mirror: mirror.example.com/hub }] } }
  require-digest: { action: warn }
  blocked-tags:
    - { action: audit, images: [docker.io/**], options: { tags: ['1*'] } }
    - { namespaces: [shop], options: { tags: [latest, '*-rc*'] } }
exemptions:
  - { name: e, reason: r, owner: o, expires: never, rules: [empty-tag], namespaces: [shop] }
`;

describe('explanation', () => {
  const seed = seedOfRun();

  it(`says of 1,000 images what the gate says, and proposes only what passes, by the seed ${seed}`, async () => {
    const loader = await createTrialLoader(undefined, { writeError: () => {} });
    const ruleset = await loader.load({ ...(await loader.read()), ...policyOfText(POLICY, 'policy.yaml') });
    const rules = (await builtInRules()).map(({ meta }) => meta);
    const random = randomFrom(seed);
    const counts = { proposed: 0, invalid: 0 };
    for (let count = 0; count < 1000; count += 1) {
      const placed = { image: candidate(random), namespace: count % 2 === 0 ? 'shop' : 'other' };
      const explained = explanation({ ruleset, rules }, placed, NOW);
      const { verdict, findings } = podReview(ruleset, placed, NOW);
      expect(explained.verdict, placed.image).to.equal(verdict);
      const sentences = explained.rules.flatMap((answer) => answer.sentences);
      expect(sentences, placed.image).to.deep.equal(findings.map(sentence));
      const isInvalid = readReference(placed.image) instanceof InvalidReferenceError;
      expect('reason' in explained.reference, placed.image).to.equal(isInvalid);
      if (isInvalid) counts.invalid += 1;
      if (explained.nearest === undefined) continue;
      counts.proposed += 1;
      expect(podReview(ruleset, { ...placed, image: explained.nearest }, NOW).verdict).to.equal('allowed');
    }
    expect(counts.proposed).to.be.above(20);
    expect(counts.invalid).to.be.above(20);
  });
});
