import { expect } from 'chai';
import { requestContext } from '../../src/admission/request-context.ts';
import type { CustomJudgement, CustomTask } from '../../src/engine/evaluate-custom.ts';
import { evaluateCustom, MAX_CHECKS, MAX_TEXTS } from '../../src/engine/evaluate-custom.ts';
import type { ActiveRule } from '../../src/engine/ruleset.ts';
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
  context = CONTEXT,
) {
  const rules = fakeCustomRules(['mine', 'yours', 'off'], judge);
  const findings = await evaluateCustom(images, { custom, index: 3 }, rules, context, 1234);
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

  describe('of too much', () => {
    const [image] = imagesOf({ a: 'nginx' }) as [ContainerImage];
    const custom: readonly ActiveRule[] = [MINE, { name: 'yours', action: 'audit' }];
    const judged = async (images: readonly ContainerImage[], context = CONTEXT) => {
      const { findings, tasks } = await evaluated(images, () => [], custom, context);
      const told = findings.map(({ rule, action, failed, image: { container }, remedy }) =>
        [rule, action, failed, container.name, remedy].join(' '),
      );
      return { told, asked: tasks.length };
    };
    const many = (count: number, one = image): readonly ContainerImage[] => Array.from({ length: count }, () => one);
    const failures = (failure: string, name = 'a', action = 'deny'): readonly string[] => [
      `mine ${action} true ${name} The rule mine failed: ${failure}. Until it is mended or switched off, it lets nothing pass.`,
      `yours audit true ${name} The rule yours failed: ${failure}. Until it is mended, it judges nothing.`,
    ];

    it('asks nobody: of more images than rules can judge, each fails at the first new one', async () => {
      expect(await judged(many(MAX_CHECKS / 2))).to.deep.equal({ told: [], asked: 1 });
      const failure = 'the object has 4097 images, and custom rules are asked about at most 4096';
      expect(await judged(many(MAX_CHECKS / 2 + 1))).to.deep.equal({ told: failures(failure), asked: 0 });
      const unchanged = many(MAX_CHECKS / 2, { ...image, unchanged: true });
      const [added] = imagesOf({ b: 'nginx' }) as [ContainerImage];
      expect((await judged([...unchanged, added])).told).to.deep.equal(failures(failure, 'b'));
      expect((await judged([...unchanged, ...unchanged.slice(0, 1)])).told).to.deep.equal(
        failures(failure, 'a', 'warn'),
      );
    });

    it('asks nobody about an object of more labels and annotations than can be told', async () => {
      const texts = (count: number) =>
        Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, '']));
      const half = texts(MAX_TEXTS / 2);
      const workload = { ...CONTEXT.workload, labels: half, annotations: half };
      expect(await judged([image], { ...CONTEXT, workload })).to.deep.equal({ told: [], asked: 1 });
      const annotations = texts(MAX_TEXTS / 2 + 1);
      expect(await judged([image], { ...CONTEXT, workload: { ...workload, annotations } })).to.deep.equal({
        told: failures('the object has 8193 labels and annotations, and custom rules are told of at most 8192'),
        asked: 0,
      });
    });
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
