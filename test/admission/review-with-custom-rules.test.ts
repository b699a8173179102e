import { expect } from 'chai';
import type { AdmissionRequest } from '../../src/admission/admission-review.ts';
import { review, type Review } from '../../src/admission/review.ts';
import { requestContext } from '../../src/admission/request-context.ts';
import type { CustomJudgement, CustomRules, CustomTask } from '../../src/engine/evaluate-custom.ts';
import type { Policy } from '../../src/engine/policy.ts';
import { admissionRequest, podCreate, podTemplate, WORKLOAD_KINDS } from '../admission-request.ts';
import { fakeCustomRules } from '../custom-rules.ts';
import { exemptionOf } from '../exemption.ts';
import { rulesetUnder, settingsOf } from '../ruleset.ts';

const MOMENT = { now: 1000, deadline: 2000 };
const CONTACT = 'Ask #images.';
const BAD = { problem: 'is bad', remedy: 'Mend it.' };
const GOOD_IMAGES = podCreate({ web: 'gcr.io/web:1', side: 'gcr.io/side:1' });

const bad = (task: CustomTask): readonly CustomJudgement[] =>
  task.images.flatMap((_, image) => task.rules.map((rule) => ({ rule, image, violations: [BAD] })));

async function judged(request: AdmissionRequest, custom: CustomRules, policy: Partial<Policy> = {}): Promise<Review> {
  return review(request, rulesetUnder({ contact: CONTACT, ...policy }, custom), MOMENT);
}

describe('review with custom rules', () => {
  it('waits for them, and for nothing where there are none', async () => {
    expect(review(GOOD_IMAGES, rulesetUnder({}), MOMENT)).to.not.be.instanceOf(Promise);
    const waited = review(GOOD_IMAGES, rulesetUnder({}, fakeCustomRules(['mine'])), MOMENT);
    expect(waited).to.be.instanceOf(Promise);
    expect(await waited).to.deep.equal(review(GOOD_IMAGES, rulesetUnder({}), MOMENT));
  });

  it('asks them once, of all images, with the context, the deadline and the selection of the namespace', async () => {
    const namespaces = [
      { names: ['other'], rules: new Map() },
      { names: ['team-*'], rules: settingsOf({ yours: { action: 'off' } }) },
    ];
    for (const [namespace, selection, rules] of [
      ['default', 0, ['mine', 'yours']],
      ['other', 1, ['mine', 'yours']],
      ['team-a', 2, ['mine']],
      ['', 0, ['mine', 'yours']],
    ] as const) {
      const custom = fakeCustomRules(['mine', 'yours']);
      const request = { ...GOOD_IMAGES, namespace };
      await judged(request, custom, { namespaces });
      expect(custom.tasks).to.have.lengthOf(1);
      expect(custom.tasks[0]).to.deep.include({
        request: requestContext(request),
        rules,
        selection,
        deadline: MOMENT.deadline,
      });
      expect(custom.tasks[0]?.images.map(({ container }) => container.name)).to.deep.equal(['web', 'side']);
    }
  });

  it('tells what they find among the findings of the built-in rules, by image, then by rule', async () => {
    const request = podCreate({ web: 'nginx', bad: 'X', side: 'gcr.io/side:latest' });
    const custom = fakeCustomRules(['zebra', 'a-rule'], bad);
    const { verdict, response, findings } = await judged(request, custom);
    expect(verdict).to.equal('denied');
    expect(findings.map(({ rule, image }) => `${image.container.name} ${rule}`)).to.deep.equal([
      'web empty-tag',
      'web registry-allowlist',
      'web a-rule',
      'web zebra',
      'bad valid-reference',
      'side blocked-tags',
      'side a-rule',
      'side zebra',
    ]);
    const lines = response.status?.message.split('\n') ?? [];
    expect(lines).to.have.lengthOf(9);
    expect(lines[2]).to.equal('web image is bad! (nginx). Mend it.');
    expect(lines.at(-1)).to.equal(CONTACT);
  });

  const failure = (): readonly CustomJudgement[] => [{ rule: 'mine', image: 1, failure: 'it did not answer in time' }];
  const FAILED =
    'side image could not be judged! (gcr.io/side:1). The rule mine failed: it did not answer in time. Until it is mended';
  for (const [what, judge, saidOf] of [
    [
      'finds a violation',
      () => [{ rule: 'mine', image: 1, violations: [BAD] }],
      () => 'side image is bad! (gcr.io/side:1). Mend it.',
    ],
    [
      'fails',
      failure,
      (followed: string) =>
        `${FAILED}${followed === 'deny' ? ' or switched off, it lets nothing pass.' : ', it judges nothing.'}`,
    ],
  ] as const) {
    for (const [action, enforcement, followed] of [
      [undefined, 'deny', 'deny'],
      ['deny', 'deny', 'deny'],
      ['warn', 'deny', 'warn'],
      ['audit', 'deny', 'audit'],
      ['deny', 'warn', 'warn'],
      ['deny', 'audit', 'audit'],
    ] as const) {
      it(`has ${followed} follow from a rule that ${what}, under its action ${action} and ENFORCEMENT ${enforcement}`, async () => {
        const said = saidOf(followed);
        const rules = settingsOf({ mine: action === undefined ? {} : { action } });
        const { verdict, response } = await judged(GOOD_IMAGES, fakeCustomRules(['mine'], judge), {
          rules,
          enforcement,
        });
        expect(verdict).to.equal(followed === 'deny' ? 'denied' : 'allowed');
        expect(response.status?.message).to.equal(followed === 'deny' ? `${said}\n${CONTACT}` : undefined);
        expect(response.warnings?.length ?? 0).to.equal(followed === 'warn' ? 1 : 0);
        expect(response.auditAnnotations).to.deep.equal({ mine: said });
      });
    }
  }

  it('has exemptions cover what they find, at the moment of judging', async () => {
    const exemption = { rules: ['mine'], images: ['gcr.io/**'] };
    for (const [expires, verdict] of [
      [MOMENT.now + 1, 'allowed'],
      [MOMENT.now, 'denied'],
    ] as const) {
      const exemptions = [exemptionOf({ ...exemption, expires })];
      const { verdict: found } = await judged(GOOD_IMAGES, fakeCustomRules(['mine'], bad), { exemptions });
      expect(found).to.equal(verdict);
    }
  });

  const thrown = new Error('the workers are gone');
  const broken: Readonly<Record<string, CustomRules>> = {
    'are asked in vain': fakeCustomRules(['mine'], async () => Promise.reject(thrown)),
    'throw at once': {
      ...fakeCustomRules(['mine']),
      judge: () => {
        throw thrown;
      },
    },
  };
  for (const [what, custom] of Object.entries(broken)) {
    for (const enforcement of ['deny', 'warn', 'audit'] as const) {
      it(`denies for its own failure when they ${what} (ENFORCEMENT ${enforcement})`, async () => {
        for (const request of [GOOD_IMAGES, podCreate({ web: 'nginx' })]) {
          expect(await judged(request, custom, { enforcement })).to.deep.equal({
            verdict: 'errored',
            response: {
              uid: request.uid,
              allowed: false,
              status: {
                code: 500,
                message:
                  'ImageGate failed to judge this request, so it is denied: the workers are gone. Its administrator finds more in its log.\n' +
                  CONTACT,
              },
            },
            findings: [],
            unknownKind: false,
            error: thrown,
          });
        }
      });
    }
  }

  for (const [what, judgements] of [
    ['of no list', undefined],
    ['of an image that nobody asked about', [{ rule: 'mine', image: 7, violations: [BAD] }]],
    ['of a rule that nobody asked', [{ rule: 'other', image: 0, violations: [BAD] }]],
    ['without a word', [{ rule: 'mine', image: 0 }]],
  ] as const) {
    it(`denies for its own failure after an answer ${what}`, async () => {
      const { verdict, response } = await judged(
        GOOD_IMAGES,
        fakeCustomRules(['mine'], () => judgements as never),
      );
      expect({ verdict, allowed: response.allowed }).to.deep.equal({ verdict: 'errored', allowed: false });
    });
  }

  it('denies what cannot be read with the contact, also in rehearsal', async () => {
    for (const enforcement of ['deny', 'warn', 'audit'] as const) {
      const { verdict, response } = await judged(admissionRequest({ object: {} }), fakeCustomRules(['mine']), {
        enforcement,
      });
      expect(verdict).to.equal('denied');
      expect(response.status).to.deep.equal({
        code: 403,
        message: `ImageGate cannot read the object, so it is denied: object.spec of a Pod must be an object, found nothing.\n${CONTACT}`,
      });
    }
  });

  const { wrap, ...deployment } = WORKLOAD_KINDS.find(({ kind }) => kind === 'Deployment')!;
  const bare = wrap(podTemplate({ containers: [] }));
  const metadata = { annotations: { 'kubernetes.io/config.mirror': 'x' } };
  const off: Partial<Policy> = { rules: settingsOf({ mine: { action: 'off' } }) };
  const never: readonly (readonly [string, AdmissionRequest, Partial<Policy>?])[] = [
    ['DELETE', { ...GOOD_IMAGES, operation: 'DELETE', oldObject: GOOD_IMAGES.object }],
    ['CONNECT', { ...GOOD_IMAGES, operation: 'CONNECT' }],
    [
      'mirror pods',
      {
        ...GOOD_IMAGES,
        object: { ...(GOOD_IMAGES.object as object), metadata },
        userInfo: { username: 'system:node:n', groups: ['system:nodes'] },
      },
    ],
    ['kinds that are not known', { ...GOOD_IMAGES, kind: { group: 'example.com', version: 'v1', kind: 'Thing' } }],
    ['objects without images', admissionRequest({ kind: deployment, object: bare })],
    ['objects whose images did not change', { ...GOOD_IMAGES, operation: 'UPDATE', oldObject: GOOD_IMAGES.object }],
    ['images that could not be read', podCreate({ a: 'X', b: '' })],
    ['objects that could not be read', admissionRequest({ object: { spec: {} } })],
    ['anything where all of them are off', GOOD_IMAGES, off],
    [
      'anything where all of them are off in its namespace',
      GOOD_IMAGES,
      { namespaces: [{ names: ['default'], rules: settingsOf({ mine: { action: 'off' } }) }] },
    ],
  ];
  for (const [what, request, policy] of never) {
    it(`never asks them of ${what}`, async () => {
      const custom = fakeCustomRules(['mine'], bad);
      const { findings } = await judged(request, custom, policy);
      expect(custom.tasks).to.deep.equal([]);
      expect(findings.filter(({ rule }) => rule === 'mine')).to.deep.equal([]);
    });
  }

  it('judges at once where all of them are off, or where there is no image', () => {
    const none = admissionRequest({ kind: deployment, object: bare });
    expect(review(none, rulesetUnder({}, fakeCustomRules(['mine'])), MOMENT)).to.not.be.instanceOf(Promise);
    expect(review(GOOD_IMAGES, rulesetUnder(off, fakeCustomRules(['mine'])), MOMENT)).to.not.be.instanceOf(Promise);
  });
});
