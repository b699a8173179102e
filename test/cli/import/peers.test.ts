import { expect } from 'chai';
import { createTrialLoader } from '../../../src/cli/create-loader.ts';
import { policyOfText } from '../../../src/config-map/policy-of-text.ts';
import { admissionRequest, IMAGE_PLACES, podTemplate } from '../../admission-request.ts';
import { OTHER_ENGINES } from '../../docs/other-engines.ts';
import { whole } from '../../docs/tables.ts';
import { reviewNow } from '../../review-now.ts';
import { DIFFERING, PEER_POLICIES } from './peer-policies.ts';
import { rulesOn, tryImport } from './try-import.ts';

describe('policies of peers, imported', () => {
  for (const [engine, policies] of Object.entries(PEER_POLICIES))
    for (const [name, manifest] of Object.entries(policies)) {
      it(`${engine}, ${name}`, async () => {
        const { stdout, stderr, leftOut, policy, code } = await tryImport(manifest);
        expect(leftOut).to.deep.equal([]);
        expect(code).to.equal(0);
        const loader = await createTrialLoader(undefined, { writeError: () => {} });
        const ruleset = await loader.load({ ...(await loader.read()), ...policyOfText(stdout, 'policy.yaml') });
        expect(ruleset.everywhere.rules.map((rule) => rule.name)).to.have.members(Object.keys(rulesOn(policy)));

        const { allowed, denied } = OTHER_ENGINES[engine]![name]!;
        const differing = new Map((DIFFERING[name] ?? []).map(([image, here, said]) => [image, { here, said }]));
        for (const [image, there] of [...allowed.map((a) => [a, 'allowed']), ...denied.map((d) => [d, 'denied'])]) {
          const { here = there, said = '' } = differing.get(image!) ?? {};
          const verdicts = IMAGE_PLACES.map(({ list, item }) => {
            const object = podTemplate({ [list]: [item('app', whole(image))] });
            return reviewNow(admissionRequest({ object }), ruleset).verdict;
          });
          expect(verdicts, image).to.deep.equal(IMAGE_PLACES.map(() => here));
          expect(here !== there).to.equal(differing.delete(image!));
          expect(stderr).to.include(said);
          expect(stdout).to.include(said);
        }
        expect([...differing.keys()], 'in no list').to.deep.equal([]);
      });
    }
});
