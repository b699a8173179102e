import { expect } from 'chai';
import { completed, evaluate as evaluateInPieces, ruleContexts } from '../../src/engine/evaluate.ts';
import type { RequestContext } from '../../src/rule/rule.ts';
import type { Finding } from '../../src/engine/finding.ts';
import { type ActiveAction, DEFAULT_POLICY, VALID_REFERENCE } from '../../src/engine/policy.ts';
import { createRuleset, type Selection } from '../../src/engine/ruleset.ts';
import type { AnyRule } from '../../src/rule/rule.ts';
import { parseReference } from '../../src/image/reference.ts';
import { imagesToJudge } from '../../src/workload/images.ts';
import { podSpecs } from '../../src/workload/pod-spec.ts';
import { admissionRequest, podCreate } from '../admission-request.ts';
import { rulesetOf, settingsOf } from '../ruleset.ts';
import { requestContext } from '../../src/admission/request-context.ts';

const CONTEXT: RequestContext = {
  operation: 'CREATE',
  namespace: 'default',
  profile: undefined,
  now: '2026-01-01T00:00:00.000Z',
  userInfo: { username: 'jane', groups: [] },
  workload: { apiVersion: 'v1', kind: 'Pod', name: 'x', labels: {}, annotations: {} },
};

const imagesOf = (images: Readonly<Record<string, string>>) => imagesToJudge(podSpecs(podCreate(images)) ?? []);

type Rules = Pick<Selection, 'rules' | 'validReference'>;

const evaluate = (...given: Parameters<typeof evaluateInPieces>): readonly Finding[] =>
  completed(evaluateInPieces(...given));

function only(check: AnyRule['check'], action: ActiveAction = 'deny'): Rules {
  const rule: AnyRule = { meta: { name: 'custom', description: 'X.' }, prepare: () => ({ an: 'option' }), check };
  const rules = settingsOf({ custom: { action } });
  return createRuleset([rule], [], { ...DEFAULT_POLICY, rules }).everywhere;
}

describe('evaluate', () => {
  it('finds every violation of every image, in the order of images, then of rules', () => {
    const findings = evaluate(
      imagesOf({ a: 'nginx', b: 'docker.io/b:1', c: 'quay.io/c:latest', d: 'X' }),
      rulesetOf().everywhere,
      CONTEXT,
    );
    expect(findings.map(({ rule, image }) => `${image.container.name} ${rule}`)).to.deep.equal([
      'a empty-tag',
      'a registry-allowlist',
      'c registry-allowlist',
      'c blocked-tags',
      'd valid-reference',
    ]);
  });

  it('asks no rule about what is no reference', () => {
    const ruleset = only(() => {
      throw new Error('asked');
    });
    const [finding, ...more] = evaluate(imagesOf({ a: 'docker.io/NGINX:1' }), ruleset, CONTEXT);
    expect(more).to.deep.equal([]);
    expect(finding).to.deep.include({
      rule: VALID_REFERENCE,
      action: 'deny',
      failed: false,
      problem: 'is not a valid reference',
      remedy: 'A repository must be in lower case.',
    });
  });

  it('gives a rule the image, what it prepared, and the frozen context', () => {
    const seen: unknown[] = [];
    const ruleset = only((...given) => void seen.push(...given));
    expect(evaluate(imagesOf({ a: 'gcr.io/x:1' }), ruleset, CONTEXT)).to.deep.equal([]);
    const container = {
      name: 'a',
      type: 'container',
      fieldPath: 'spec.containers[0].image',
      imagePullPolicy: undefined,
      oldImage: undefined,
    };
    const workload = { ...CONTEXT.workload, serviceAccountName: undefined };
    expect(seen).to.deep.equal([parseReference('gcr.io/x:1'), { an: 'option' }, { ...CONTEXT, workload, container }]);
    for (const given of [seen[0], seen[2], (seen[2] as { container: unknown }).container]) expect(given).to.be.frozen;
  });

  it('takes a list of violations, an empty one, or nothing', () => {
    const violations = [
      { problem: 'is bad', remedy: 'Mend it.' },
      { problem: 'is worse', remedy: 'Leave it.' },
    ];
    expect(
      evaluate(
        imagesOf({ a: 'x' }),
        only(() => violations),
        CONTEXT,
      ).map(({ problem }) => problem),
    ).to.deep.equal(['is bad', 'is worse']);
    expect(
      evaluate(
        imagesOf({ a: 'x' }),
        only(() => []),
        CONTEXT,
      ),
    ).to.deep.equal([]);
    expect(
      evaluate(
        imagesOf({ a: 'x' }),
        only(() => undefined),
        CONTEXT,
      ),
    ).to.deep.equal([]);
  });

  const nonsense: readonly (readonly [string, () => unknown, string])[] = [
    [
      'throws an error',
      () => {
        throw new RangeError('out of range');
      },
      'out of range',
    ],
    [
      'throws a text',
      () => {
        throw 'no';
      },
      'no',
    ], // oxlint-disable-line no-throw-literal
    [
      'throws what has no words',
      () => {
        throw null;
      },
      'a thrown null',
    ], // oxlint-disable-line no-throw-literal
    ['returns a promise', async () => Promise.reject(new Error('late')), 'it returned a promise'],
    ['returns a thenable', () => ({ then: () => undefined }), 'it returned a promise'],
    ['returns a text', () => 'bad', 'it returned a string'],
    ['returns true', () => true, 'it returned a boolean'],
    ['returns null', () => null, 'it returned null'],
    ['returns one violation', () => ({ problem: 'x', remedy: 'y' }), 'it returned an object'],
    ['returns a list of texts', () => ['bad'], 'an item that is not { problem, remedy }'],
    ['returns a list with a hole', () => [null], 'an item that is not { problem, remedy }'],
    ['returns a violation without a remedy', () => [{ problem: 'x' }], 'an item that is not { problem, remedy }'],
    [
      'returns a violation without a problem',
      () => [{ problem: '', remedy: 'y' }],
      'an item that is not { problem, remedy }',
    ],
    [
      'returns a violation with an empty remedy',
      () => [{ problem: 'x', remedy: '' }],
      'an item that is not { problem, remedy }',
    ],
    [
      'returns a violation with a blank problem',
      () => [{ problem: ' ', remedy: 'y' }],
      'an item that is not { problem, remedy }',
    ],
    [
      'returns a violation with a blank remedy',
      () => [{ problem: 'x', remedy: ' \t' }],
      'an item that is not { problem, remedy }',
    ],
    [
      'returns a violation that throws',
      () => [
        {
          get problem() {
            throw new Error('gotcha');
          },
        },
      ],
      'gotcha',
    ],
  ];
  for (const [name, check, message] of nonsense) {
    for (const action of ['deny', 'warn', 'audit'] as const) {
      it(`a rule that ${name} is a finding of its own (${action})`, () => {
        const findings = evaluate(imagesOf({ a: 'x' }), only(check as AnyRule['check'], action), CONTEXT);
        expect(findings).to.have.lengthOf(1);
        expect(findings[0]).to.deep.include({ rule: 'custom', action, failed: true, problem: 'could not be judged' });
        expect(findings[0]?.remedy).to.match(
          action === 'deny'
            ? /^The rule custom failed: .*\. Until it is mended or switched off, it lets nothing pass\.$/
            : /^The rule custom failed: .*\. Until it is mended, it judges nothing\.$/,
        );
        expect(findings[0]?.remedy).to.include(message);
      });
    }
  }

  it('does not let one rule change what the next one sees', () => {
    const tamper = only((image) => {
      (image as { tag: string }).tag = 'fine';
    });
    const [bound] = tamper.rules;
    const ruleset: Rules = { ...tamper, rules: [...(bound ? [bound] : []), ...rulesetOf().everywhere.rules] };
    const findings = evaluate(imagesOf({ a: 'docker.io/x:latest' }), ruleset, CONTEXT);
    expect(findings.map(({ rule, failed }) => ({ rule, failed }))).to.deep.equal([
      { rule: 'custom', failed: true },
      { rule: 'blocked-tags', failed: false },
    ]);
  });

  it('turns a denial of what was there before into a warning', () => {
    const unchanged = imagesOf({ a: 'nginx', b: 'X' }).map((image) => ({ ...image, unchanged: true }));
    const actions = (ruleset: Rules) => evaluate(unchanged, ruleset, CONTEXT).map(({ action }) => action);
    expect(actions(rulesetOf().everywhere)).to.deep.equal(['warn', 'warn', 'warn']);
    expect(actions(only(() => [{ problem: 'x', remedy: 'y' }], 'audit'))).to.deep.equal(['audit', 'warn']);
  });
});

const BATCH = { group: 'example.com', version: 'v1', kind: 'Batch' };
const PATHS = new Map([['example.com/Batch', ['pods', '*', 'spec']]]);

/** The contexts of all images of an object with several pod specs. */
function contextsOf(...specs: readonly object[]) {
  const request = admissionRequest({ kind: BATCH, object: { pods: specs.map((spec) => ({ spec })) } });
  const contextOf = ruleContexts(requestContext(request, 0));
  return imagesToJudge(podSpecs(request, PATHS) ?? []).map((image) => contextOf(image));
}

describe('ruleContexts', () => {
  it('has the service account of the pod spec in which the image stands', () => {
    const containers = [{ name: 'a', image: 'a:1' }];
    const contexts = contextsOf(
      { containers, serviceAccountName: 'builder' },
      { containers },
      { containers: [...containers, { name: 'b', image: 'b:1' }], serviceAccountName: 'runner' },
    );
    expect(contexts.map(({ workload, container }) => [container.fieldPath, workload.serviceAccountName])).to.deep.equal(
      [
        ['pods[0].spec.containers[0].image', 'builder'],
        ['pods[1].spec.containers[0].image', undefined],
        ['pods[2].spec.containers[0].image', 'runner'],
        ['pods[2].spec.containers[1].image', 'runner'],
      ],
    );
  });

  it('is frozen, and has a key for what is absent', () => {
    const [context] = contextsOf({ containers: [{ name: 'a', image: 'a:1' }] });
    for (const part of [context, context?.workload, context?.container]) expect(part).to.be.frozen;
    expect(context?.workload).to.have.property('serviceAccountName', undefined);
    expect(context?.container).to.have.property('imagePullPolicy', undefined);
    expect(context?.container).to.have.property('oldImage', undefined);
  });
});
