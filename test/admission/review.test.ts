import { expect } from 'chai';
import type { AdmissionRequest } from '../../src/admission/admission-review.ts';
import { review } from '../../src/admission/review.ts';
import { MAX_FINDINGS } from '../../src/engine/evaluate.ts';
import type { Ruleset } from '../../src/engine/ruleset.ts';
import type { AnyRule } from '../../src/rule/rule.ts';
import { UnreadableWorkloadError } from '../../src/workload/json-object.ts';
import { admissionRequest, podCreate, podTemplate, WORKLOAD_KINDS } from '../admission-request.ts';
import { rulesetOf, rulesetUnder, settingsOf } from '../ruleset.ts';
import { reviewNow } from '../review-now.ts';

const RULESET = rulesetOf();
const kindOf = (name: string) => WORKLOAD_KINDS.find(({ kind }) => kind === name)!;

describe('review', () => {
  it('allows what violates nothing, and says nothing', () => {
    const request = podCreate({ nginx: 'docker.io/nginx:1.20', pinned: `gcr.io/a/b@sha256:${'a'.repeat(64)}` });
    expect(reviewNow(request, RULESET)).to.deep.equal({
      verdict: 'allowed',
      response: { uid: request.uid, allowed: true },
      findings: [],
      unknownKind: false,
    });
  });

  it('denies with every violation of every image in one message', () => {
    const { verdict, response } = reviewNow(
      podCreate({ web: 'nginx', side: 'quay.io/x:latest', ok: 'gcr.io/y:1' }),
      RULESET,
    );
    expect(verdict).to.equal('denied');
    expect(response.allowed).to.equal(false);
    expect(response.status?.message).to.equal(
      [
        'web image has no tag! (nginx). Only images with tags are allowed.',
        'web image comes from an untrusted registry! (nginx). Only images from docker.io,gcr.io are allowed.',
        'side image comes from an untrusted registry! (quay.io/x:latest). Only images from docker.io,gcr.io are allowed.',
        'side image has a non-allowed tag! (quay.io/x:latest). These tags "staging,latest" are prohibited.',
        'Pod default/x, by empty-tag, registry-allowlist and blocked-tags.',
      ].join('\n'),
    );
    expect(response.status?.details?.causes.map(({ field }) => field)).to.deep.equal([
      'spec.containers[0].image',
      'spec.containers[0].image',
      'spec.containers[1].image',
      'spec.containers[1].image',
    ]);
    expect(Object.keys(response.auditAnnotations ?? {})).to.deep.equal([
      'empty-tag',
      'registry-allowlist',
      'blocked-tags',
    ]);
  });

  it('admits with a warning what a rule only warns of, and prints warnings beside a denial', () => {
    const ruleset = rulesetOf({ 'empty-tag': { action: 'warn' }, 'registry-allowlist': { action: 'warn' } });
    const warned = reviewNow(podCreate({ nginx: 'nginx' }), ruleset);
    expect(warned.verdict).to.equal('allowed');
    expect(warned.response).to.deep.include({ allowed: true });
    expect(warned.response.warnings).to.have.lengthOf(2);
    expect(warned.response.warnings?.[0]).to.equal(
      'nginx image has no tag! (nginx). Only images with tags are allowed. [imagegate: empty-tag]',
    );
    const both = reviewNow(podCreate({ x: 'nginx:latest' }), ruleset);
    expect(both.verdict).to.equal('denied');
    expect(both.response.status?.message.split('\n')).to.have.lengthOf(1);
    expect(both.response.warnings).to.have.lengthOf(1);
  });

  describe('of what the policy rewrites', () => {
    const mirrors = [{ registry: 'docker.io', mirror: 'm.io/hub' }];
    const options = { mirrors };
    const ruleset = rulesetOf({
      'registry-mirror': { action: 'rewrite', options },
      'registry-allowlist': { options: { registries: ['m.io'] } },
    });
    const deployment = (image: string) => {
      const { wrap, ...kind } = kindOf('Deployment');
      return admissionRequest({ kind, object: wrap(podTemplate({ containers: [{ name: 'web', image }] })) });
    };

    it('judges a workload as its pods will be', () => {
      const { verdict, response, rewritten } = reviewNow(deployment('nginx:1'), ruleset);
      expect(verdict).to.equal('allowed');
      expect(response).to.have.keys('uid', 'allowed');
      expect(rewritten?.map(({ raw, written }) => [written, raw])).to.deep.equal([
        ['nginx:1', 'm.io/hub/library/nginx:1'],
      ]);
    });

    it('names both references', () => {
      const { response } = reviewNow(deployment('nginx'), ruleset);
      expect(response.status?.message.split('\n')[0]).to.equal(
        'web image has no tag! (nginx, rewritten to m.io/hub/library/nginx). Only images with tags are allowed.',
      );
    });

    for (const [name, moment, verdict] of [
      ['as it will be', {}, 'allowed'],
      ['as it is, where it was to be rewritten before', { podsAsTheyAre: true }, 'denied'],
    ] as const) {
      it(`judges a Pod ${name}`, () => {
        const pod = podCreate({ web: 'nginx:1' });
        expect(review(pod, ruleset, { now: 0, ...moment }).verdict).to.equal(verdict);
        const unknown = review(pod, ruleset, { now: 0, profile: 'unknown', ...moment });
        expect([unknown.verdict, unknown.unknownProfile]).to.deep.equal([verdict, true]);
        expect(review(deployment('nginx:1'), ruleset, { now: 0, ...moment }).verdict).to.equal('allowed');
      });
    }
  });

  it('admits and annotates what a rule only audits', () => {
    const { verdict, response } = reviewNow(
      podCreate({ nginx: 'gcr.io/nginx' }),
      rulesetOf({ 'empty-tag': { action: 'audit' } }),
    );
    expect(verdict).to.equal('allowed');
    expect(response).to.have.keys('uid', 'allowed', 'auditAnnotations');
  });

  for (const operation of ['DELETE', 'CONNECT'] as const) {
    it(`allows ${operation} at once`, () => {
      for (const object of [null, podCreate({ nginx: 'nginx' }).object]) {
        expect(reviewNow(admissionRequest({ operation, object }), RULESET).verdict).to.equal('allowed');
      }
    });
  }

  it('allows an unknown kind with a warning, whatever it holds', () => {
    const rollout = { group: 'argoproj.io', version: 'v1alpha1', kind: 'Rollout' };
    const { verdict, response, unknownKind } = reviewNow(podCreate({ nginx: 'nginx' }, { kind: rollout }), RULESET);
    expect({ verdict, unknownKind }).to.deep.equal({ verdict: 'allowed', unknownKind: true });
    expect(response.warnings).to.deep.equal([
      'ImageGate does not know Rollout.argoproj.io: its images are judged when it makes pods. [imagegate]',
    ]);
    const strange = reviewNow(
      podCreate({}, { kind: { group: '', version: 'v1', kind: `a\n${'x'.repeat(500)}` } }),
      RULESET,
    );
    expect(strange.response.warnings?.[0]).to.match(/^[\x20-\x7e]{1,256}$/);
  });

  it('judges a kind that the operator added, and denies one that cannot be read', () => {
    const kind = { group: 'argoproj.io', version: 'v1alpha1', kind: 'Rollout' };
    const ruleset = rulesetUnder({ podSpecPaths: new Map([['argoproj.io/Rollout', ['spec', 'template', 'spec']]]) });
    const rolledOut = (template: unknown) =>
      reviewNow(admissionRequest({ kind, object: { spec: { template } } }), ruleset);
    const containers = [{ name: 'web', image: 'gcr.io/web' }];
    const { verdict, response, unknownKind } = rolledOut(podTemplate({ containers }));
    expect({ verdict, unknownKind }).to.deep.equal({ verdict: 'denied', unknownKind: false });
    expect(response.status?.details?.causes.map(({ field }) => field)).to.deep.equal([
      'spec.template.spec.containers[0].image',
    ]);
    expect(rolledOut(undefined).response).to.deep.equal({ uid: admissionRequest().uid, allowed: true });
    expect(rolledOut('x').response.status?.message).to.equal(
      'ImageGate cannot read the object, so it is denied: object.spec.template of a Rollout must be an object, found a string.',
    );
  });

  it('judges an object without a namespace as everywhere, whatever overrides name', () => {
    const namespaces = [{ names: ['*'], rules: settingsOf({ 'empty-tag': { action: 'off' } }) }];
    const ruleset = rulesetUnder({ namespaces });
    const { namespace: _, ...without } = podCreate({ web: 'gcr.io/web' });
    for (const [request, verdict] of [
      [without, 'denied'],
      [{ ...without, namespace: '' }, 'denied'],
      [{ ...without, namespace: 'x' }, 'allowed'],
    ] as const) {
      expect(reviewNow(request, ruleset).verdict).to.equal(verdict);
    }
  });

  it('denies a known kind that cannot be read, and names the field', () => {
    for (const [object, field] of [
      [null, 'object of a Pod must be an object, found null'],
      [{}, 'object.spec of a Pod must be an object, found nothing'],
      [{ spec: {} }, 'object.spec.containers must be a list, found nothing'],
      [
        { spec: { containers: [{ name: 'a', image: 7 }] } },
        'object.spec.containers[0].image must be a string, found a number',
      ],
    ] as const) {
      const { verdict, response } = reviewNow(admissionRequest({ object }), RULESET);
      expect(verdict).to.equal('denied');
      expect(response).to.deep.equal({
        uid: admissionRequest().uid,
        allowed: false,
        status: { code: 403, message: `ImageGate cannot read the object, so it is denied: ${field}.` },
      });
    }
  });

  it('lets a label, a finalizer and a status pass on a pod that was bad before', () => {
    const old = podCreate({ nginx: 'nginx' }).object as { metadata: object; spec: object };
    for (const object of [
      { ...old, metadata: { labels: { a: 'b' } } },
      { ...old, metadata: { finalizers: ['a/b'] } },
      { ...old, status: { phase: 'Failed' } },
      { ...old, spec: { ...old.spec, activeDeadlineSeconds: 1 } },
    ]) {
      const request = admissionRequest({ operation: 'UPDATE', object, oldObject: old });
      expect(reviewNow(request, RULESET).response).to.deep.equal({ uid: request.uid, allowed: true });
    }
  });

  it('warns of an unchanged bad image in a changed template, and lets the update through', () => {
    const { wrap, ...kind } = kindOf('Deployment');
    const containers = [{ name: 'web', image: 'nginx:latest' }];
    const template = podTemplate({ containers });
    const update = (object: object): AdmissionRequest =>
      admissionRequest({ kind, operation: 'UPDATE', object, oldObject: wrap(template) });
    const changed = reviewNow(update(wrap({ ...template, metadata: { annotations: { restarted: 'now' } } })), RULESET);
    expect(changed.verdict).to.equal('allowed');
    expect(changed.response.warnings).to.deep.equal([
      'web image comes from an untrusted registry! (nginx:latest). Only images from docker.io,gcr.io are allowed. Its new pods will be denied. [imagegate: registry-allowlist]',
      'web image has a non-allowed tag! (nginx:latest). These tags "staging,latest" are prohibited. Its new pods will be denied. [imagegate: blocked-tags]',
    ]);
    const more = podTemplate({ containers: [...containers, { name: 'new', image: 'gcr.io/x' }] });
    const mixed = reviewNow(update(wrap(more)), RULESET);
    expect(mixed.verdict).to.equal('denied');
    expect(mixed.response.status?.message).to.equal(
      'new image has no tag! (gcr.io/x). Only images with tags are allowed.\nDeployment default/x, by empty-tag.',
    );
    expect(mixed.response.warnings).to.have.lengthOf(2);
    expect(reviewNow(update({ ...wrap(template), metadata: { labels: {} } }), RULESET).response).to.have.keys(
      'uid',
      'allowed',
    );
  });

  it('says that new pods will be denied only where they will', () => {
    const { wrap, ...kind } = kindOf('Deployment');
    const template = podTemplate({ containers: [{ name: 'web', image: 'gcr.io/web' }] });
    const restarted = { ...template, metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': 'now' } } };
    const update = admissionRequest({ kind, operation: 'UPDATE', object: wrap(restarted), oldObject: wrap(template) });
    const told = (setting: Parameters<typeof rulesetOf>[0]) =>
      reviewNow(update, rulesetOf(setting)).response.warnings?.[0];
    const sentence = 'web image has no tag! (gcr.io/web). Only images with tags are allowed.';
    expect(told({})).to.equal(`${sentence} Its new pods will be denied. [imagegate: empty-tag]`);
    expect(told({ 'empty-tag': { message: 'Ask.' } })).to.equal(
      `${sentence} Ask. Its new pods will be denied. [imagegate: empty-tag]`,
    );
    expect(told({ 'empty-tag': { action: 'warn' } })).to.equal(`${sentence} [imagegate: empty-tag]`);
    expect(told({ 'empty-tag': { action: 'audit' } })).to.equal(undefined);
  });

  describe('under a profile', () => {
    const profiles = new Map([['lab', settingsOf({ 'empty-tag': { action: 'off' } })]]);
    const namespaces = [{ names: ['strict'], rules: settingsOf({ 'empty-tag': { action: 'warn' } }) }];
    const ruleset = rulesetUnder({ profiles, namespaces });
    const judged = (profile: string | undefined, namespace = 'default', image = 'gcr.io/x') => {
      const { verdict, unknownProfile, response, findings } = reviewNow(
        podCreate({ x: image }, { namespace }),
        ruleset,
        { profile },
      );
      return { verdict, unknownProfile, warnings: response.warnings, actions: findings.map(({ action }) => action) };
    };
    const known = { unknownProfile: undefined, warnings: undefined };

    it('judges as it says, and a namespace over it', () => {
      expect(judged(undefined)).to.deep.equal({ ...known, verdict: 'denied', actions: ['deny'] });
      expect(judged('lab')).to.deep.equal({ ...known, verdict: 'allowed', actions: [] });
      expect(judged('lab', 'strict')).to.deep.include({ verdict: 'allowed', actions: ['warn'] });
    });

    const WITHOUT = 'so its images are judged as those of a namespace without one. [imagegate]';
    for (const [profile, warning] of [
      ['prod', `ImageGate has no profile prod, ${WITHOUT}`],
      ['unknown', `The namespace's label imagegate/profile names no profile that the policy has, ${WITHOUT}`],
      ['constructor', `ImageGate has no profile constructor, ${WITHOUT}`],
      ['\n'.repeat(300), `ImageGate has no profile ${'\\u{A}'.repeat(12)}..., ${WITHOUT}`],
    ] as const) {
      it(`judges as without one, and warns, where it is ${JSON.stringify(profile).slice(0, 20)}`, () => {
        expect(judged(profile)).to.deep.equal({
          verdict: 'denied',
          unknownProfile: true,
          warnings: [warning],
          actions: ['deny'],
        });
        expect(judged(profile, 'default', 'gcr.io/x:1')).to.deep.equal({
          verdict: 'allowed',
          unknownProfile: true,
          warnings: [warning],
          actions: [],
        });
        expect(warning.length).to.be.at.most(256);
      });
    }
  });

  it('says of every request under a profile that there is not that it was, whatever becomes of it', () => {
    const requests = [
      podCreate({ x: 'gcr.io/x' }, { operation: 'DELETE' }),
      admissionRequest({ kind: { group: 'x.io', version: 'v1', kind: 'X' } }),
      admissionRequest({ object: null }),
    ];
    const verdicts = ['allowed', 'allowed', 'denied'];
    for (const [profile, unknownProfile] of [
      ['gone', true],
      [undefined, undefined],
    ] as const) {
      const reviews = requests.map((request) => reviewNow(request, RULESET, { profile }));
      expect(reviews.map(({ verdict }) => verdict)).to.deep.equal(verdicts);
      expect(reviews.map((one) => one.unknownProfile)).to.deep.equal(verdicts.map(() => unknownProfile));
    }
  });

  it('denies an object with more violations than there is memory for, whatever the rules do', () => {
    const violations = Array.from({ length: MAX_FINDINGS / 2 }, () => ({ problem: 'is bad', remedy: 'Mend it.' }));
    const bad: AnyRule = { meta: { name: 'bad', description: 'X.' }, check: () => violations };
    const ruleset = rulesetOf({ bad: { action: 'audit' } }, [bad]);
    const judged = (...names: readonly string[]) =>
      reviewNow(podCreate(Object.fromEntries(names.map((name) => [name, 'gcr.io/x:1']))), ruleset);
    expect(judged('a', 'b').verdict).to.equal('allowed');
    const { verdict, response } = judged('a', 'b', 'c');
    expect([verdict, response.status?.message]).to.deep.equal([
      'denied',
      'ImageGate cannot read the object, so it is denied: it has more than 1,000,000 violations.',
    ]);
  });

  it('has the uid in each denial where the policy says so', () => {
    const request = podCreate({ x: 'gcr.io/x' });
    const message = (decisionId: boolean) => reviewNow(request, rulesetUnder({ decisionId })).response.status?.message;
    expect(message(true)).to.equal(`${message(false)}\nPod default/x, by empty-tag. ${request.uid}`);
  });

  it('exempts nothing for what the requester writes', () => {
    for (const metadata of [
      { ownerReferences: [{ kind: 'ReplicaSet', name: 'x', controller: true }] },
      { deletionTimestamp: '2026-01-01T00:00:00Z' },
      { labels: { 'imagegate/disable-filtering': 'true' } },
      { annotations: { 'kubernetes.io/config.mirror': 'x', 'imagegate/disable-filtering': 'true' } },
    ]) {
      const object = { metadata, spec: { containers: [{ name: 'a', image: 'nginx' }] } };
      expect(reviewNow(admissionRequest({ object }), RULESET).verdict, JSON.stringify(metadata)).to.equal('denied');
    }
  });

  it('lets a mirror pod of a node pass', () => {
    const metadata = { annotations: { 'kubernetes.io/config.mirror': 'x' } };
    const object = { metadata, spec: { containers: [{ name: 'a', image: 'nginx' }] } };
    const userInfo = { username: 'system:node:n', groups: ['system:nodes'] };
    expect(reviewNow(admissionRequest({ object, userInfo }), RULESET).verdict).to.equal('allowed');
  });

  it('judges a dry run as any other', () => {
    for (const dryRun of [true, false, null]) {
      expect(reviewNow(podCreate({ nginx: 'nginx' }, { dryRun }), RULESET)).to.deep.equal(
        reviewNow(podCreate({ nginx: 'nginx' }), RULESET),
      );
    }
  });

  it('denies when it fails itself, and keeps what was thrown', () => {
    const thrown = new Error('broken ruleset');
    const ruleset: Ruleset = {
      ...RULESET,
      get everywhere(): never {
        throw thrown;
      },
    };
    const { verdict, response, error } = reviewNow(podCreate({ nginx: 'gcr.io/nginx:1' }), ruleset);
    expect(verdict).to.equal('errored');
    expect(error).to.equal(thrown);
    expect(response.allowed).to.equal(false);
    expect(response.status).to.deep.equal({
      code: 500,
      message:
        'ImageGate failed to judge this request, so it is denied: broken ruleset. Its administrator finds more in its log.',
    });
  });

  it('denies what cannot be read, and keeps why', () => {
    const request = admissionRequest({ object: { spec: { containers: 'nginx' } } });
    const { verdict, response, error } = reviewNow(request, RULESET);
    expect(verdict).to.equal('denied');
    expect(error)
      .to.be.instanceOf(UnreadableWorkloadError)
      .with.property('message', 'object.spec.containers must be a list, found a string');
    expect(response.status).to.deep.equal({
      code: 403,
      message: `ImageGate cannot read the object, so it is denied: ${(error as Error).message}.`,
    });
  });

  it('denies an object too deep to compare', () => {
    let deep: object = {};
    for (let depth = 0; depth < 100_000; depth += 1) deep = { deep };
    const { wrap, ...kind } = kindOf('Deployment');
    const template = { ...podTemplate({ containers: [] }), deep };
    const request = admissionRequest({
      kind,
      operation: 'UPDATE',
      object: wrap(template),
      oldObject: wrap({
        ...template,
        deep: JSON.parse('{"deep":'.repeat(100_000) + '{}' + '}'.repeat(100_000)) as object,
      }),
    });
    expect(reviewNow(request, RULESET).response.allowed).to.equal(false);
  });
});
