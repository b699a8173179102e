import { expect } from 'chai';
import type { AdmissionRequest } from '../../src/admission/admission-review.ts';
import { review, reviewing } from '../../src/admission/review.ts';
import type { Review } from '../../src/admission/respond.ts';
import { requestContext } from '../../src/admission/request-context.ts';
import type { Answer, CustomRule, Policy } from '../../src/engine/policy.ts';
import { admissionRequest, podCreate, podTemplate, WORKLOAD_KINDS } from '../admission-request.ts';
import { type Asked, fakeCustomRules } from '../custom-rules.ts';
import { exemptionOf } from '../exemption.ts';
import { rulesetUnder, settingsOf } from '../ruleset.ts';

const MOMENT = { now: 61_000 };
const CONTACT = 'Ask #images.';
const BAD = { problem: 'is bad', remedy: 'Mend it.' };
const GOOD_IMAGES = podCreate({ web: 'gcr.io/web:1', side: 'gcr.io/side:1' });

const bad = (): Answer => ({ violations: [BAD] });
const ofSide = (answer: Answer) => (asked: Asked) =>
  asked.context.container.name === 'side' ? answer : { violations: [] };

function judged(request: AdmissionRequest, custom: readonly CustomRule[], policy: Partial<Policy> = {}): Review {
  return review(request, rulesetUnder({ contact: CONTACT, ...policy }, custom), MOMENT);
}

describe('review with custom rules', () => {
  it('asks each about each image, with the context and the selection of the namespace', () => {
    const namespaces = [
      { names: ['other'], rules: settingsOf({ mine: { options: { a: 1 } }, yours: { options: { a: 1 } } }) },
      { names: ['team-*'], rules: settingsOf({ mine: { options: { a: 2 } }, yours: { action: 'off' } }) },
    ];
    for (const [namespace, place, rules] of [
      ['default', 0, ['mine', 'yours']],
      ['other', 1, ['mine', 'yours']],
      ['team-a', 2, ['mine']],
      ['', 0, ['mine', 'yours']],
    ] as const) {
      const custom = fakeCustomRules(['yours', 'mine']);
      const request = { ...GOOD_IMAGES, namespace };
      judged(request, custom, { namespaces });
      const images = ['gcr.io/web:1', 'gcr.io/side:1'];
      expect(custom.asked.map((asked) => [asked.rule, asked.place, asked.image])).to.deep.equal(
        images.flatMap((image) => rules.map((rule) => [rule, place, image])),
      );
      const { container, ...context } = custom.asked[0]!.context;
      const { workload } = requestContext(request, 60_000);
      expect(context).to.deep.equal({
        ...requestContext(request, 60_000),
        now: '1970-01-01T00:01:00.000Z',
        workload: { ...workload, serviceAccountName: undefined },
      });
      expect(container.name).to.equal('web');
    }
  });

  it('denies what comes after the steps that there are for one request, and says so', () => {
    const images = Object.fromEntries(Array.from({ length: 4 }, (_, index) => [`c${index}`, `gcr.io/x:${index}`]));
    const { findings } = judged(podCreate(images), fakeCustomRules(['mine'], undefined, 6_000_000));
    expect(
      findings.map(({ image, failed, remedy }) => [image.container.name, failed, remedy.slice(0, 113)]),
    ).to.deep.equal(
      ['c2', 'c3'].map((name) => [
        name,
        true,
        'The rule mine failed: the object would take custom rules more than the 10,000,000 steps that there are for one. U',
      ]),
    );
  });

  it('stops behind each check that a rule was asked for now, and behind each image', () => {
    const pieces = reviewing(GOOD_IMAGES, rulesetUnder({}, fakeCustomRules(['mine'], undefined, 7)), MOMENT);
    const steps = Array.from({ length: 5 }, () => pieces.next());
    expect(steps.map(({ done, value }) => (done === true ? 'done' : value))).to.deep.equal([7, 160, 7, 160, 'done']);
  });

  it('tells what they find among the findings of the built-in rules, by image, then by rule', () => {
    const request = podCreate({ web: 'nginx', bad: 'X', side: 'gcr.io/side:latest' });
    const custom = fakeCustomRules(['zebra', 'a-rule'], bad);
    const { verdict, response, findings } = judged(request, custom);
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
    expect(lines).to.have.lengthOf(10);
    expect(lines[2]).to.equal('web image is bad! (nginx). Mend it.');
    expect(lines.slice(-2)).to.deep.equal([
      'Pod default/x, by empty-tag, registry-allowlist, a-rule, zebra, valid-reference and blocked-tags.',
      CONTACT,
    ]);
  });

  const FAILED =
    'side image could not be judged! (gcr.io/side:1). The rule mine failed: no steps are left. Until it is mended';
  for (const [what, judge, saidOf] of [
    ['finds a violation', ofSide({ violations: [BAD] }), () => 'side image is bad! (gcr.io/side:1). Mend it.'],
    [
      'fails',
      ofSide({ failure: 'no steps are left' }),
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
      it(`has ${followed} follow from a rule that ${what}, under its action ${action} and ENFORCEMENT ${enforcement}`, () => {
        const said = saidOf(followed);
        const rules = settingsOf({ mine: action === undefined ? {} : { action } });
        const { verdict, response } = judged(GOOD_IMAGES, fakeCustomRules(['mine'], judge), {
          rules,
          enforcement,
        });
        expect(verdict).to.equal(followed === 'deny' ? 'denied' : 'allowed');
        expect(response.status?.message).to.equal(
          followed === 'deny' ? `${said}\nPod default/x, by mine.\n${CONTACT}` : undefined,
        );
        expect(response.warnings?.length ?? 0).to.equal(followed === 'warn' ? 1 : 0);
        expect(response.auditAnnotations).to.deep.equal({ mine: said });
      });
    }
  }

  it('has exemptions cover what they find, at the moment of judging', () => {
    const exemption = { rules: ['mine'], images: ['gcr.io/**'] };
    for (const [expires, verdict] of [
      [MOMENT.now + 1, 'allowed'],
      [MOMENT.now, 'denied'],
    ] as const) {
      const exemptions = [exemptionOf({ ...exemption, expires })];
      const { verdict: found } = judged(GOOD_IMAGES, fakeCustomRules(['mine'], bad), { exemptions });
      expect(found).to.equal(verdict);
    }
  });

  const thrown = new Error('the sandbox is gone');
  const broken = fakeCustomRules(['mine'], () => {
    throw thrown;
  });
  for (const enforcement of ['deny', 'warn', 'audit'] as const) {
    it(`denies for its own failure when they throw (ENFORCEMENT ${enforcement})`, () => {
      for (const request of [GOOD_IMAGES, podCreate({ web: 'nginx' })]) {
        expect(judged(request, broken, { enforcement })).to.deep.equal({
          verdict: 'errored',
          response: {
            uid: request.uid,
            allowed: false,
            status: {
              code: 500,
              message:
                'ImageGate failed to judge this request, so it is denied: the sandbox is gone. Its administrator finds more in its log.\n' +
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

  it('denies what cannot be read with the contact, also in rehearsal', () => {
    for (const enforcement of ['deny', 'warn', 'audit'] as const) {
      const { verdict, response } = judged(admissionRequest({ object: {} }), fakeCustomRules(['mine']), {
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
    it(`never asks them of ${what}`, () => {
      const custom = fakeCustomRules(['mine'], bad);
      const { findings } = judged(request, custom, policy);
      expect(custom.asked).to.deep.equal([]);
      expect(findings.filter(({ rule }) => rule === 'mine')).to.deep.equal([]);
    });
  }
});
