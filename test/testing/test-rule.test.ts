import { expect } from 'chai';
import emptyTag from '../../rules/empty-tag.ts';
import blockedTags from '../../rules/blocked-tags.ts';
import { defineRule } from 'imagegate/rule';
import { RuleTestError, testRule, type RuleCases, type TestRunner } from 'imagegate/testing';
import type { AnyRule, Violation } from '../../src/rule/rule.ts';
import { ruleSentences } from '../rule-sentences.ts';

/** Runs testRule on a runner of our own: what each test threw, by its title, below the title of them all. */
function outcomesOf(rule: unknown, cases: unknown): ReadonlyMap<string, RuleTestError | undefined> {
  const outcomes = new Map<string, RuleTestError | undefined>();
  const runner: TestRunner = {
    describe: (name, body) => {
      outcomes.set(name, undefined);
      body();
    },
    it: (name, body) => {
      try {
        void body();
        outcomes.set(name, undefined);
      } catch (error) {
        expect(error).to.be.instanceOf(RuleTestError);
        outcomes.set(name, error as RuleTestError);
      }
    },
  };
  testRule(rule as AnyRule, cases as RuleCases, runner);
  return outcomes;
}

/** The messages of the tests that failed, by title. */
function failuresOf(rule: unknown, cases: unknown): Readonly<Record<string, string>> {
  const failed = [...outcomesOf(rule, cases)].filter(([, error]) => error !== undefined);
  return Object.fromEntries(failed.map(([title, error]) => [title, error?.message ?? '']));
}

const WHOLE = 'is a rule, with cases of both kinds, each of them once';
const NO_TAG = 'app image has no tag! (nginx). Only images with tags are allowed.';
const GOOD = { allowed: ['nginx:1'], denied: [{ image: 'nginx', sentence: NO_TAG }] };

/** A rule without options. */
function ruleOf(check: (...given: Parameters<AnyRule['check']>) => unknown): AnyRule {
  return { meta: { name: 'some-rule', description: 'Some rule.' }, check: check as AnyRule['check'] };
}

const violation = (problem: string): Violation => ({ problem, remedy: 'Do something else.' });

describe('testRule', () => {
  // As a rule's author would: on the globals of the runner, which is mocha here.
  testRule(emptyTag, GOOD);
  testRule(blockedTags, {
    allowed: ['nginx:1', { image: 'nginx:latest', options: { tags: ['dev'] }, name: 'the option replaces the list' }],
    denied: [
      {
        image: 'nginx:latest',
        context: { container: { name: 'web' } },
        sentence: 'web image has a non-allowed tag! (nginx:latest). These tags "staging,latest" are prohibited.',
      },
    ],
  });

  it('is a test a case, named by what it is about, below the name of the rule', () => {
    const sentence = 'app image has a non-allowed tag! (x:dev). These tags "dev" are prohibited.';
    const outcomes = outcomesOf(blockedTags, {
      allowed: [
        'x:1',
        { image: 'x:1', options: { tags: ['dev'] } },
        { image: 'x:1', context: { namespace: 'prod' } },
        { image: 'x:1', options: { tags: ['no'] }, name: 'numbers are not on the list' },
      ],
      denied: [{ image: 'x:dev', options: { tags: ['dev'] }, sentences: [sentence] }],
    });
    expect([...outcomes]).to.deep.equal(
      [
        'blocked-tags',
        WHOLE,
        'allows x:1',
        'allows x:1, with {"tags":["dev"]}',
        'allows x:1, in {"namespace":"prod"}',
        'allows x:1: numbers are not on the list',
        'denies x:dev, with {"tags":["dev"]}',
      ].map((title) => [title, undefined]),
    );
  });

  it('has the sentence of the gate, to the letter', () => {
    const sentence = ruleSentences('blocked-tags')('nginx:latest', 'app');
    const cases = { allowed: ['nginx:1'], denied: [{ image: 'nginx:latest', sentence }] };
    expect(failuresOf(blockedTags, cases)).to.deep.equal({});
  });

  describe('fails', () => {
    it('where the sentence is another, and shows both', () => {
      const expected = NO_TAG.replace('no tag', 'No tag');
      const outcomes = outcomesOf(emptyTag, { ...GOOD, denied: [{ image: 'nginx', sentence: expected }] });
      expect(outcomes.get('denies nginx')).to.deep.include({
        message: `The rule should say\n  ${expected}\nbut it says\n  ${NO_TAG}`,
        expected,
        actual: NO_TAG,
      });
    });

    it('where what should be allowed is denied, and the other way round', () => {
      const cases = { allowed: ['nginx'], denied: [{ image: 'nginx:1', sentence: NO_TAG }] };
      expect(failuresOf(emptyTag, cases)).to.deep.equal({
        'allows nginx': `The rule should say\n  (nothing: the image is allowed)\nbut it says\n  ${NO_TAG}`,
        'denies nginx:1': `The rule should say\n  ${NO_TAG}\nbut it says\n  (nothing: the image is allowed)`,
      });
    });

    it('where one of several sentences is missing, or in another place', () => {
      const rule = ruleOf(({ tag }) => (tag === '1' ? [] : [violation('is bad'), violation('is ugly')]));
      const [bad, ugly] = ['bad', 'ugly'].map((word) => `app image is ${word}! (x). Do something else.`);
      const casesWith = (sentences: unknown) => ({ allowed: ['x:1'], denied: [{ image: 'x', sentences }] });
      expect(failuresOf(rule, casesWith([bad, ugly]))).to.deep.equal({});
      expect(failuresOf(rule, casesWith([ugly, bad]))).to.have.keys(['denies x']);
      expect(failuresOf(rule, casesWith([bad]))).to.have.keys(['denies x']);
    });
  });

  describe('has the context of a new Pod, but for what the case says', () => {
    const told = (context: object): unknown => {
      let given: unknown;
      const rule = ruleOf((_image, _options, passed: unknown) => {
        given = passed;
      });
      expect(failuresOf(rule, { allowed: [{ image: 'x', context }], denied: [] })).to.have.keys([WHOLE]);
      return given;
    };
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      name: 'app',
      labels: {},
      annotations: {},
      serviceAccountName: 'default',
    };
    const container = {
      name: 'app',
      type: 'container',
      fieldPath: 'spec.containers[0].image',
      imagePullPolicy: 'IfNotPresent',
      oldImage: undefined,
    };
    const now = '2026-01-01T00:00:00.000Z';

    it('by default', () => {
      expect(told({})).to.deep.equal({
        operation: 'CREATE',
        now,
        namespace: 'default',
        profile: undefined,
        userInfo: { username: 'jane', groups: ['system:authenticated'] },
        workload: pod,
        container,
      });
    });

    it('with parts of parts', () => {
      const context = {
        operation: 'UPDATE',
        namespace: undefined,
        profile: 'lab',
        userInfo: { username: 'joe' },
        workload: { labels: { tier: 'web' } },
        container: { type: 'imageVolume', name: 'model' },
      };
      expect(told(context)).to.deep.equal({
        operation: 'UPDATE',
        now,
        namespace: undefined,
        profile: 'lab',
        userInfo: { username: 'joe', groups: ['system:authenticated'] },
        workload: { ...pod, labels: { tier: 'web' } },
        container: {
          ...container,
          name: 'model',
          type: 'imageVolume',
          fieldPath: 'spec.volumes[0].image.reference',
        },
      });
    });

    it('with what an object may be without, there and absent', () => {
      for (const [serviceAccountName, imagePullPolicy, oldImage] of [
        ['builder', 'Always', 'x:0'],
        [undefined, undefined, undefined],
        ['', '', ''],
      ]) {
        const context = {
          operation: 'UPDATE',
          workload: { serviceAccountName },
          container: { imagePullPolicy, oldImage },
        };
        expect(told(context)).to.deep.include({
          workload: { ...pod, serviceAccountName },
          container: { ...container, imagePullPolicy, oldImage },
        });
      }
    });

    it('at a moment of its own', () => {
      for (const moment of ['2026-11-29T06:50:00.000Z', '1970-01-01T00:00:00.000Z', '1969-12-31T23:59:00.000Z'])
        expect(told({ now: moment })).to.have.property('now', moment);
    });

    it('with a place of its own', () => {
      const context = { container: { fieldPath: 'spec.template.spec.containers[3].image' } };
      expect(told(context)).to.deep.include({ container: { ...container, ...context.container } });
    });

    for (const [context, message] of [
      [
        { namspace: 'x' },
        '`context` cannot be `namspace`: known are operation, now, namespace, profile, userInfo, workload, container.',
      ],
      [{ userInfo: { name: 'x' } }, '`context.userInfo` cannot be `name`: known are username, groups.'],
      [
        { workload: { group: 'x' } },
        '`context.workload` cannot be `group`: known are apiVersion, kind, name, labels, annotations, serviceAccountName.',
      ],
      [
        { container: { image: 'x' } },
        '`context.container` cannot be `image`: known are name, type, fieldPath, imagePullPolicy, oldImage.',
      ],
      [
        { container: { type: 'sidecar' } },
        '`container.type` cannot be `sidecar`: known are initContainer, container, ephemeralContainer, imageVolume.',
      ],
      [{ operation: 'DELETE' }, '`context.operation` cannot be `DELETE`: known are CREATE, UPDATE.'],
      [{ namespace: 1 }, '`context.namespace` must be a text, found 1.'],
      [{ userInfo: null }, '`context.userInfo` must be an object, found null.'],
      [{ userInfo: { username: 1 } }, '`context.userInfo.username` must be a text, found 1.'],
      // Of a text `includes` asks for a part of it.
      [
        { userInfo: { groups: 'system:masters' } },
        '`context.userInfo.groups` must be a list of texts, found "system:masters".',
      ],
      [{ userInfo: { groups: [1] } }, '`context.userInfo.groups` must be a list of texts, found [1].'],
      [{ workload: { labels: { a: 1 } } }, '`context.workload.labels` must be an object of texts, found {"a":1}.'],
      [{ workload: { annotations: ['a'] } }, '`context.workload.annotations` must be an object of texts, found ["a"].'],
      [{ workload: { serviceAccountName: 1 } }, '`context.workload.serviceAccountName` must be a text, found 1.'],
      [{ container: { imagePullPolicy: true } }, '`context.container.imagePullPolicy` must be a text, found true.'],
      [
        { operation: 'UPDATE', container: { oldImage: null } },
        '`context.container.oldImage` must be a text, found null.',
      ],
      [
        { container: { oldImage: 'x:0' } },
        '`context.container.oldImage` is there on UPDATE only: add `operation: "UPDATE"`.',
      ],
      [{ now: 0 }, '`context.now` must be a text, found 0.'],
      [{ now: undefined }, '`context.now` must be a text, found nothing.'],
      // None of these is what the gate tells.
      ...['2026-01-01', '2026-01-01T00:00:00Z', '2026-01-01T00:00:01.000Z', '2026-01-01T00:00:00.001Z', 'x', ''].map(
        (moment) =>
          [
            { now: moment },
            `\`context.now\` must be a minute, such as ${now}, found ${JSON.stringify(moment)}.`,
          ] as const,
      ),
      [{ container: { name: 5 } }, '`context.container.name` must be a text, found 5.'],
    ] as const) {
      it(`but not with ${JSON.stringify(context)}`, () => {
        const failures = failuresOf(emptyTag, { ...GOOD, allowed: [{ image: 'x:1', context, name: 'it' }] });
        expect(failures).to.deep.equal({ 'allows x:1: it': message });
      });
    }
  });

  describe('refuses', () => {
    for (const [what, cases, expected] of [
      ['no denied case', { ...GOOD, denied: [] }, /^There is no denied case, so that a rule that does nothing would/],
      ['no list of denied cases', { allowed: GOOD.allowed }, /^There is no denied case/],
      ['no allowed case', { ...GOOD, allowed: [] }, /^There is no allowed case, so that a rule that denies everything/],
      ['no cases at all', undefined, /^There is no allowed case.*\nThere is no denied case/],
      [
        'the same case twice',
        { ...GOOD, allowed: ['a:1', { image: 'a:1', options: {} }] },
        /^The case "allows a:1" has the same image, options and context as "allows a:1": remove one of them\.$/,
      ],
    ] as const) {
      it(what, () => {
        const { [WHOLE]: message, ...others } = failuresOf(emptyTag, cases);
        expect(message).to.match(expected);
        expect(others).to.deep.equal({});
      });
    }

    const twoOptions = defineRule({
      meta: {
        name: 'some-rule',
        description: 'Some rule.',
        schema: {
          type: 'object',
          additionalProperties: false,
          properties: {
            a: { type: 'integer', default: 1, description: 'A.' },
            b: {
              type: 'array',
              description: 'B.',
              items: { type: 'object', properties: { c: { type: 'integer', default: 2 } } },
            },
          },
        },
      },
      check: () => undefined,
    });
    for (const [what, one, other, isSame] of [
      ['options in another order', { options: { a: 2, b: [] } }, { options: { b: [], a: 2 } }, true],
      ['a default that is written out', { options: { a: 1 } }, {}, true],
      ['a default within an option', { options: { b: [{}] } }, { options: { b: [{ c: 2 }] } }, true],
      ['a context by default that is written out', { context: { namespace: 'default' } }, {}, true],
      ['a part of it', { context: { userInfo: { groups: ['system:authenticated'] } } }, {}, true],
      [
        'labels in another order',
        { context: { workload: { labels: { a: 'x', b: 'y' } } } },
        { context: { workload: { labels: { b: 'y', a: 'x' } } } },
        true,
      ],
      ['another option', { options: { a: 2 } }, {}, false],
      ['a list in another order', { options: { b: [{ c: 1 }, {}] } }, { options: { b: [{}, { c: 1 }] } }, false],
      ['no namespace', { context: { namespace: undefined } }, {}, false],
      ['the moment by default', { context: { now: '2026-01-01T00:00:00.000Z' } }, {}, true],
      ['another moment', { context: { now: '2026-01-02T00:00:00.000Z' } }, {}, false],
      ['no old image that is written out', { context: { container: { oldImage: undefined } } }, {}, true],
      ['no pull policy', { context: { container: { imagePullPolicy: undefined } } }, {}, false],
      ['no service account', { context: { workload: { serviceAccountName: undefined } } }, {}, false],
    ] as const) {
      it(`${isSame ? '' : 'not '}the same case with ${what}`, () => {
        const allowed = [one, other].map((more, index) => ({ image: 'x', name: `${index}`, ...more }));
        const { [WHOLE]: message = '' } = failuresOf(twoOptions, { allowed, denied: [] });
        expect(message.includes('"allows x: 1" has the same image, options and context as "allows x: 0"')).to.equal(
          isSame,
        );
      });
    }

    const circle: Record<string, unknown> = {};
    circle['circle'] = circle;
    for (const [what, value] of [
      ['a circle', circle],
      ['a bigint', { a: [1n] }],
      ['a function', { a: () => 1 }],
      ['a symbol', { a: Symbol('x') }],
      ['a date', { a: new Date() }],
      ['a map', new Map()],
    ] as const) {
      it(`options with ${what}, in a test of its own`, () => {
        const failures = Object.entries(failuresOf(emptyTag, { ...GOOD, allowed: [{ image: 'x:1', options: value }] }));
        expect(failures.map(([, message]) => message)).to.deep.equal([
          '`options` must be what policy.yaml can say: texts, numbers, lists and objects.',
        ]);
        expect(failures[0]?.[0]).to.match(/^allows x:1/);
      });

      it(`a context with ${what}, in a test of its own`, () => {
        const context = { workload: { labels: { a: value } } };
        const failures = Object.values(failuresOf(emptyTag, { ...GOOD, allowed: [{ image: 'x:1', context }] }));
        expect(failures).to.have.length(1);
        expect(failures[0]).to.match(/^`context.workload.labels` must be an object of texts, found /);
      });
    }

    it('the same case as allowed and denied', () => {
      const { [WHOLE]: message } = failuresOf(emptyTag, { ...GOOD, allowed: ['nginx'] });
      expect(message).to.equal(
        'The case "denies nginx" has the same image, options and context as "allows nginx": remove one of them.',
      );
    });

    for (const [what, denied, expected] of [
      ['a denied case without a sentence', {}, 'A denied case has either `sentence` or `sentences`: '],
      ['one with both', { sentence: 'x', sentences: ['x'] }, 'A denied case has either `sentence` or `sentences`: '],
      ['an empty sentence', { sentence: ' ' }, 'A sentence is empty, or no text: '],
      ['an empty one of several', { sentences: [NO_TAG, ''] }, 'A sentence is empty, or no text: '],
      ['a sentence that is no text', { sentence: 1 }, 'A sentence is empty, or no text: '],
      ['two sentences in one', { sentence: `${NO_TAG}\n${NO_TAG}` }, 'A sentence is one line: '],
      ['two sentences in one of several', { sentences: [`${NO_TAG}\n${NO_TAG}`] }, 'A sentence is one line: '],
      ['no sentences', { sentences: [] }, '`sentences` must be a list of at least one sentence.'],
      ['sentences that are no list', { sentences: NO_TAG }, '`sentences` must be a list of at least one sentence.'],
      ['an unknown key', { sentence: NO_TAG, option: {} }, 'A case has no `option`: it has image, options, context, '],
    ] as const) {
      it(what, () => {
        const failures = failuresOf(emptyTag, { ...GOOD, denied: [{ image: 'nginx', ...denied }] });
        expect(Object.keys(failures)).to.deep.equal(['denies nginx']);
        expect(failures['denies nginx']).to.include(expected);
      });
    }

    for (const [what, allowed, expected] of [
      ['an image that is no text', { image: 1 }, '`image` must be a text, found 1.'],
      ['no image', {}, '`image` must be a text, found nothing.'],
      ['a case that is none', null, '`image` must be a text, found nothing.'],
      ['a sentence of what is allowed', { image: 'x:1', sentence: NO_TAG }, 'A case has no `sentence`: it has image, '],
      ['options that are no object', { image: 'x:1', options: null }, '`options` must be an object, found null.'],
      ['a context that is no object', { image: 'x:1', context: 'x' }, '`context` must be an object, found "x".'],
      [
        'options that the schema refuses',
        { image: 'x:1', options: { tags: ['a'] } },
        'With these options the gate would not load the rule:\noptions.tags: expected an option that the rule has, found',
      ],
      [
        'an image that is no valid reference',
        { image: 'X' },
        'X is no valid reference, so that the gate itself denies it and asks no rule: A repository must be in lower case. Write an image that can be read.',
      ],
    ] as const) {
      it(what, () => {
        const [message = '', ...others] = Object.values(failuresOf(emptyTag, { ...GOOD, allowed: [allowed] }));
        expect(message).to.include(expected);
        expect(others).to.deep.equal([]);
      });
    }

    for (const [what, check, expected] of [
      ['a promise', async () => [], 'it returned a promise, where check must return violations at once'],
      [
        'what is no list',
        () => violation('is bad'),
        'it returned an object, where check must return a list or nothing',
      ],
      ['an empty problem', () => [violation('')], 'it returned a list with an item that is not { problem, remedy }'],
      ['what it throws', () => 1n + (1 as never), 'It threw:\n  Cannot mix BigInt'],
      ['a changed image', (image: { tag: string }) => void (image.tag = 'x'), 'must stay as they are: copy before'],
      [
        'a changed context',
        (_image: unknown, _options: unknown, context: { workload: { labels: Record<string, string> } }) => {
          context.workload.labels['seen'] = 'yes';
        },
        'must stay as they are: copy before',
      ],
      [
        'a changed list of groups',
        (_image: unknown, _options: unknown, context: { userInfo: { groups: string[] } }) => {
          context.userInfo.groups.push('x');
        },
        'must stay as they are: copy before',
      ],
      ['a blank problem', () => [violation(' ')], 'an item that is not { problem, remedy }, two texts'],
      ['a blank remedy', () => [{ problem: 'is bad', remedy: ' ' }], 'an item that is not { problem, remedy }, two'],
    ] as const) {
      it(`${what} from check`, () => {
        const failures = failuresOf(ruleOf(check as never), { allowed: ['nginx:1'], denied: [] });
        expect(failures['allows nginx:1']).to.include('`check` failed').and.to.include(expected);
      });
    }

    it('a check that answers otherwise the second time', () => {
      const latest = /latest/g;
      const rule = ruleOf(({ tag }) => (latest.test(tag ?? '') ? [violation('is bad')] : undefined));
      const sentence = 'app image is bad! (x:latest). Do something else.';
      const failures = failuresOf(rule, { allowed: ['x:1'], denied: [{ image: 'x:latest', sentence }] });
      expect(failures['denies x:latest']).to.match(/^Asked twice about the same image, `check` has two answers/);
    });

    const schema = {
      type: 'object',
      additionalProperties: false,
      properties: { list: { type: 'array', items: { type: 'string' }, default: ['b', 'a'], description: 'A list.' } },
    } as const;
    const meta = { name: 'some-rule', description: 'Some rule.', schema };

    it('changed options', () => {
      const adds = (list: readonly string[]) => void (list as string[]).push('c');
      const inCheck = defineRule({ meta, check: (_image, { list }) => adds(list) });
      const inPrepare = defineRule({ meta, prepare: ({ list }) => adds(list), check: () => undefined });
      for (const [rule, start] of [
        [inCheck, '`check` failed'],
        [inPrepare, 'With these options the gate would not load the rule:'],
      ] as const) {
        const failures = failuresOf(rule, { allowed: ['x'], denied: [] });
        expect(failures['allows x']).to.include(start).and.to.include('must stay as they are: copy before');
      }
    });

    it('a prepare that returns a promise', () => {
      const rule = defineRule({ meta, prepare: async ({ list }) => list, check: () => undefined });
      const failures = failuresOf(rule, { allowed: ['x'], denied: [] });
      expect(failures['allows x']).to.equal(
        'With these options the gate would not load the rule:\nrule some-rule, prepare: expected a function that ' +
          'returns at once what check needs, found one that returns a promise. Nobody waits for it: write prepare ' +
          'without async and await. [rule-file-invalid]',
      );
    });

    it('a schema that is none', () => {
      const rule = { ...ruleOf(() => undefined), meta: { ...meta, schema: { ...schema, minimum: 'x' } } };
      const failures = failuresOf(rule, { allowed: ['x'], denied: [] });
      expect(failures['allows x']).to.match(/rule some-rule, meta\.schema: expected a JSON Schema \(draft-07\)/);
    });

    for (const [what, rule, expected] of [
      [
        'nothing',
        undefined,
        /^the rule, default export: expected a rule: an object with meta and check, found nothing/,
      ],
      ['a rule without meta', { check: () => undefined }, /^the rule, meta: expected an object with name and/],
      [
        'a rule without a name',
        { meta: { description: 'X.' }, check: () => undefined },
        /^the rule, meta\.name: expected "name-of-the-file", the name of the file, found nothing/,
      ],
      [
        'a rule with a bad name',
        { meta: { name: 'Bad', description: 'X.' }, check: () => undefined },
        /^the rule, file name: expected kebab-case/,
      ],
      ['a rule without check', { meta: emptyTag.meta }, /^the rule, check: expected a function, found nothing/],
    ] as const) {
      it(`${what}, and asks no such rule`, () => {
        const outcomes = outcomesOf(rule, GOOD);
        expect([...outcomes.keys()]).to.deep.equal(['a rule', WHOLE]);
        expect(outcomes.get(WHOLE)?.message).to.match(expected);
      });
    }
  });

  it('keeps the error of the rule as the cause, with its stack', () => {
    const thrown = new Error('Out of order.');
    const rule = ruleOf(() => {
      throw thrown;
    });
    const error = outcomesOf(rule, { allowed: ['x'], denied: [] }).get('allows x');
    expect(error?.cause).to.equal(thrown);
    expect(error?.message).to.equal(
      '`check` failed, and the gate denies what a rule could not judge. It threw:\n  Out of order.',
    );
  });

  it('has the rule prepare the same options once, as the gate does', () => {
    const prepared: unknown[] = [];
    const rule = { ...blockedTags, prepare: (options: object) => prepared.push(structuredClone(options)) };
    const allowed = [
      'a:1',
      'a:2',
      { image: 'a:1', options: { tags: ['b'] } },
      { image: 'a:2', options: { tags: ['b'] } },
    ];
    expect(failuresOf({ ...rule, check: () => undefined }, { allowed, denied: [] })).to.have.keys([WHOLE]);
    const rest = { implicitLatest: false, digest: 'judge' };
    expect(prepared).to.deep.equal([
      { tags: ['staging', 'latest'], ...rest },
      { tags: ['b'], ...rest },
    ]);
  });

  it('gives each case the options as they were written', () => {
    const options = { tags: ['dev'] };
    const cases = { allowed: [{ image: 'x:1', options }], denied: [] };
    expect(failuresOf(blockedTags, cases)).to.have.keys([WHOLE]);
    expect(Object.isFrozen(options) || Object.isFrozen(options.tags)).to.equal(false);
    expect(options).to.deep.equal({ tags: ['dev'] });
  });

  it('says what to do where the runner has no globals', () => {
    const { describe: own } = globalThis;
    try {
      Reflect.deleteProperty(globalThis, 'describe');
      expect(() => testRule(emptyTag, GOOD)).to.throw(
        RuleTestError,
        /no global describe and it\. .*import \{ describe, it \} from 'node:test'/,
      );
    } finally {
      globalThis.describe = own;
    }
  });
});
