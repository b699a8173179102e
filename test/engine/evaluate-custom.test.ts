import { expect } from 'chai';
import { requestContext } from '../../src/admission/request-context.ts';
import type { CustomJudgement, CustomTask } from '../../src/engine/evaluate-custom.ts';
import { evaluateCustom, MAX_CHECKS } from '../../src/engine/evaluate-custom.ts';
import type { ActiveRule } from '../../src/engine/ruleset.ts';
import { UnreadableWorkloadError } from '../../src/workload/json-object.ts';
import type { ContainerImage } from '../../src/workload/images.ts';
import { podCreate } from '../admission-request.ts';
import { fakeCustomRules } from '../custom-rules.ts';
import { imagesOf } from '../images-of.ts';

const CONTEXT = requestContext(podCreate({}));
const BAD = { problem: 'is bad', remedy: 'Mend it.' };
const MINE: ActiveRule = { name: 'mine', action: 'deny' };

async function evaluated(
  images: readonly ContainerImage[],
  judge: (task: CustomTask) => readonly CustomJudgement[],
  custom: readonly ActiveRule[] = [MINE],
) {
  const rules = fakeCustomRules(['mine', 'yours', 'off'], judge);
  const findings = await evaluateCustom(images, { custom, index: 3 }, rules, CONTEXT, 1234);
  return { findings, tasks: rules.tasks };
}

describe('evaluateCustom', () => {
  it('asks the rules that are on, with the selection and the deadline, of references and places alone', async () => {
    const images = imagesOf({ a: 'nginx', b: 'gcr.io/x:1' });
    const { tasks } = await evaluated(images, () => [], [MINE, { name: 'yours', action: 'audit' }]);
    expect(tasks).to.deep.equal([
      {
        images: images.map(({ reference, container }) => ({ reference, container })),
        request: CONTEXT,
        rules: ['mine', 'yours'],
        selection: 3,
        deadline: 1234,
      },
    ]);
  });

  it('has those asked first that deny, then those that warn', async () => {
    const actions = ['audit', 'warn', 'deny', 'audit', 'warn', 'deny'] as const;
    const custom = actions.map((action, index) => ({ name: `${action}-${index}`, action }));
    const { tasks } = await evaluated(imagesOf({ a: 'nginx' }), () => [], custom);
    expect(tasks[0]?.rules).to.deep.equal(['deny-2', 'deny-5', 'warn-1', 'warn-4', 'audit-0', 'audit-3']);
  });

  it('places a judgement at the image that it is of, also where some could not be read', async () => {
    const images = imagesOf({ a: 'X', b: 'nginx', c: '', d: 'gcr.io/x:1' });
    const { findings, tasks } = await evaluated(images, () => [
      { rule: 'mine', image: 1, violations: [BAD] },
      { rule: 'mine', image: 0, violations: [BAD] },
    ]);
    expect(tasks[0]?.images.map(({ container }) => container.name)).to.deep.equal(['b', 'd']);
    expect(findings.map(({ image }) => image)).to.deep.equal([images[3], images[1]]);
  });

  it('asks nobody of images that could not be read', async () => {
    const { findings, tasks } = await evaluated(imagesOf({ a: 'X', b: '' }), () => [
      { rule: 'mine', image: 0, violations: [BAD] },
    ]);
    expect({ findings, tasks }).to.deep.equal({ findings: [], tasks: [] });
  });

  it('refuses more images than its rules can judge, and judges as many as that', async () => {
    const [image] = imagesOf({ a: 'nginx' }) as [ContainerImage];
    const custom = ['mine', 'yours'].map((name): ActiveRule => ({ name, action: 'audit' }));
    const judgedOf = async (count: number) =>
      evaluated(
        Array.from({ length: count }, () => image),
        () => [],
        custom,
      );
    const { tasks } = await judgedOf(MAX_CHECKS / 2);
    expect(tasks[0]?.images).to.have.lengthOf(65_536);
    const error: unknown = await judgedOf(MAX_CHECKS / 2 + 1).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(UnreadableWorkloadError);
    expect((error as Error).message).to.equal(
      'object must have at most 65536 images, so that the 2 custom rules can judge them, found 65537',
    );
  });

  for (const action of ['deny', 'warn', 'audit'] as const) {
    const [image] = imagesOf({ a: 'nginx' }) as [ContainerImage];
    const rules: readonly ActiveRule[] = [{ name: 'mine', action }];

    it(`makes findings of violations and failures, with the rule's action (${action})`, async () => {
      const { findings } = await evaluated(
        [image],
        () => [
          { rule: 'mine', image: 0, violations: [BAD, { problem: 'is worse', remedy: 'Leave it.' }] },
          { rule: 'mine', image: 0, violations: [] },
          { rule: 'mine', image: 0, failure: 'it did not answer in time' },
        ],
        rules,
      );
      const placed = { rule: 'mine', action, image };
      expect(findings).to.deep.equal([
        { ...placed, failed: false, ...BAD },
        { ...placed, failed: false, problem: 'is worse', remedy: 'Leave it.' },
        {
          ...placed,
          failed: true,
          problem: 'could not be judged',
          remedy: `The rule mine failed: it did not answer in time. ${
            action === 'deny'
              ? 'Until it is mended or switched off, it lets nothing pass.'
              : 'Until it is mended, it judges nothing.'
          }`,
        },
      ]);
    });

    it(`turns a denial of what was there before into a warning (${action})`, async () => {
      const { findings } = await evaluated(
        [{ ...image, unchanged: true }],
        () => [
          { rule: 'mine', image: 0, violations: [BAD] },
          { rule: 'mine', image: 0, failure: 'it threw' },
        ],
        rules,
      );
      const lesser = action === 'deny' ? 'warn' : action;
      expect(findings.map((finding) => finding.action)).to.deep.equal([lesser, lesser]);
    });
  }
});
