import { expect } from 'chai';
import { MistakesError } from '../../src/mistake/mistake.ts';
import { createConfigMapJudge } from '../../src/config-map/judge.ts';
import { sourceOf } from '../../src/rule-file/rule-mistakes.ts';
import type { RuleFile } from '../../src/rule-file/rule-files.ts';
import { createRulesetLoader } from '../../src/ruleset/load-ruleset.ts';
import { admissionRequest } from '../admission-request.ts';
import { mountConfigMap } from '../mounted-config-map.ts';
import { BUILT_IN } from '../ruleset.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { fakeCustomRules } from '../custom-rules.ts';
import { customRulesStarter, type OptionsByRule } from '../ruleset/custom-rules-starter.ts';
import { at } from '../mistakes.ts';

const POLICY = 'imagegate-webhook-config';
const RULES = 'imagegate-webhook-rules';
const KIND = { group: '', version: 'v1', kind: 'ConfigMap' };

type Data = Readonly<Record<string, string>>;

describe('createConfigMapJudge', () => {
  const folder = temporaryFolder();
  let custom: ReturnType<typeof customRulesStarter>;
  let judge: ReturnType<typeof createConfigMapJudge>;

  const judgeWith = (loadCustomRules: Parameters<typeof createRulesetLoader>[0]['loadCustomRules']) =>
    createConfigMapJudge(
      createRulesetLoader({
        builtIn: BUILT_IN,
        environment: {},
        policyDir: folder.path,
        rulesDir: folder.path,
        loadCustomRules,
      }),
    );

  beforeEach(() => {
    custom = customRulesStarter();
    judge = judgeWith(custom.start);
  });

  const write = (name: string, data: unknown, old?: Data) =>
    admissionRequest({
      kind: KIND,
      operation: old === undefined ? 'CREATE' : 'UPDATE',
      name,
      namespace: 'imagegate',
      object: { data },
      ...(old && { oldObject: { data: old } }),
    });

  it('allows a policy that would be used', async () => {
    const { uid, allowed } = await judge(write(POLICY, { BLOCKED_TAGS: 'dev', RULE_EMPTY_TAG: 'warn' }));
    expect(allowed).to.equal(true);
    expect(uid).to.equal(write(POLICY, {}).uid);
  });

  it('denies one that would not be, with all that is wrong', async () => {
    const { allowed, status, warnings } = await judge(
      write(POLICY, { BLOCKED_TAGS: '', RULE_EMPTY_TAG: 'sometimes', 'policy.yaml': 'contcat: x', RULE_MINE: 'warn' }),
    );
    expect({ allowed, code: status?.code, warnings }).to.deep.equal({ allowed: false, code: 403, warnings: undefined });
    const [head, ...lines] = status?.message.split('\n') ?? [];
    expect(head).to.equal('The gate would not use this ConfigMap: 4 mistakes.');
    expect(lines.map((line) => /\[(.*)\]$/.exec(line)?.[1])).to.have.members([
      'policy-list-empty',
      'policy-action-invalid',
      'policy-yaml-invalid',
      'rule-unknown',
    ]);
  });

  it('warns of a rule that may come with the other ConfigMap, and denies what looks like a slip', async () => {
    const later = await judge(write(POLICY, { RULE_NO_DEBUG_IMAGES: 'warn' }));
    expect(later.allowed).to.equal(true);
    expect(later.warnings).to.deep.equal([
      'RULE_NO_DEBUG_IMAGES (ConfigMap): no rule "no-debug-images" is loaded. Until it is, the gate goes on with the policy that it has. [imagegate]',
    ]);
    const slip = await judge(write(POLICY, { RULE_BLOCKED_TAG: 'warn' }));
    expect(slip.allowed).to.equal(false);
    expect(slip.status?.message).to.include('Did you mean blocked-tags?');
  });

  for (const [rules, mistake] of [
    ['{ blocked-tags: { options: { tags: [a] } } }', undefined],
    ['{ blocked-tags: { options: { tags: [] } } }', /profiles\.lab\.rules\.blocked-tags\.options\.tags: /],
    ['{ blocked-tag: {} }', /profiles\.lab\.rules\.blocked-tag: .* Did you mean blocked-tags\?/],
    ['{ empty-tag: { images: [x.io/a] } }', /profiles\.lab\.rules\.empty-tag .*found images\./],
  ] as const) {
    it(`judges the profiles of a policy, too: ${rules}`, async () => {
      const text = `rules: { empty-tag: [{}] }\nprofiles: { lab: { rules: ${rules} } }`;
      const { allowed, status } = await judge(write(POLICY, { 'policy.yaml': text }));
      expect(allowed).to.equal(mistake === undefined);
      if (mistake !== undefined) expect(status?.message).to.match(mistake);
    });
  }

  it('tells of a version that is newer what is wrong with it, or may come later', async () => {
    const policy = (rest: string): Data => ({ 'policy.yaml': `version: 999.0.0\n${rest}` });
    const version =
      /^policy\.yaml:1:1 version: expected a policy for ImageGate \S+, which this is, or older, found "999\.0\.0"\./;
    expect(await judge(write(POLICY, policy('')))).to.not.have.property('warnings');
    const unknown = await judge(write(POLICY, policy('later: 1\n')));
    expect(unknown.allowed).to.equal(false);
    const [, first, second, ...others] = unknown.status?.message.split('\n') ?? [];
    expect(first).to.match(version);
    expect(second).to.match(/^policy\.yaml:2:1 later: /);
    expect(others).to.deep.equal([]);
    const later = await judge(write(POLICY, policy('rules: { no-debug-images: { action: warn } }\n')));
    expect([later.allowed, later.warnings?.length]).to.deep.equal([true, 2]);
    expect(later.warnings?.[0])
      .to.match(version)
      .and.to.match(/ \[imagegate\]$/);
    expect(later.warnings?.[1]).to.match(/no rule "no-debug-images" is loaded/);
  });

  it('warns at most fifteen times, and then says of how many more', async () => {
    const names = Array.from({ length: 40 }, (_, index) => [`RULE_WHOLLY_UNLIKE_N${index}`, 'warn']);
    const { allowed, warnings } = await judge(write(POLICY, Object.fromEntries(names)));
    expect([allowed, warnings?.length, warnings?.at(-1)]).to.deep.equal([true, 15, '… and 26 more']);
  });

  it('tries the rules of a ConfigMap also where another rule may come later', async () => {
    const failing = customRulesStarter(({ rule }) => (rule === 'mine' ? { failure: 'it threw' } : { violations: [] }));
    judge = judgeWith(failing.start);
    const data = { 'mine.js': '1', RULE_NO_DEBUG_IMAGES: 'warn' };
    const { allowed, status } = await judge(write(RULES, data));
    expect(allowed).to.equal(false);
    expect(status?.message).to.match(/^The gate would not use this ConfigMap: 2 mistakes\.\nrule mine: .*it threw/);
    const { 'mine.js': _, ...others } = { ...data, 'yours.js': '1' };
    expect((await judge(write(RULES, others))).allowed).to.equal(true);
    expect((await judge(write(POLICY, { RULE_NO_DEBUG_IMAGES: 'warn' }))).allowed).to.equal(true);
  });

  it('knows the rules that are mounted, and takes those of the other ConfigMap as it is written', async () => {
    await mountConfigMap(folder.path, { 'mine.js': 'export default 1;', RULE_MINE: 'audit', BLOCKED_TAGS: 'dev' });
    expect(await judge(write(POLICY, { BLOCKED_TAGS: 'old' }, { BLOCKED_TAGS: 'dev' }))).to.not.have.property(
      'warnings',
    );
    await judge(
      write(RULES, { 'yours.js': '1', '_part.js': '2', RULE_YOURS: 'warn' }, { 'mine.js': '', RULE_MINE: '' }),
    );
    const files = custom.started.map((rules) => rules.files.map(({ path }) => path));
    expect(files).to.deep.equal([[`${folder.path}/mine.js`], [`ConfigMap ${RULES}/yours.js`]]);
    expect(custom.started[1]?.files[0]?.siblings).to.deep.equal({
      'yours.js': '1',
      '_part.js': '2',
      RULE_YOURS: 'warn',
    });
  });

  it('takes a key that moves within a ConfigMap for moved', async () => {
    await mountConfigMap(folder.path, { BLOCKED_TAGS: 'dev' });
    const yaml = 'rules: { blocked-tags: { options: { tags: [dev] } } }';
    const { allowed } = await judge(write(POLICY, { 'policy.yaml': yaml }, { BLOCKED_TAGS: 'dev' }));
    expect(allowed).to.equal(true);
  });

  describe('where the other ConfigMap may have a key too', () => {
    const twice = (key: string): string =>
      `${key} is mounted already: the other ConfigMap has it too, or it was removed here a moment ago. Where both have it, that of imagegate-webhook-rules counts. [imagegate]`;
    const LONG = `${'x'.repeat(249)}.mjs`;

    beforeEach(async () => mountConfigMap(folder.path, { RULE_MINE: 'off', BLOCKED_TAGS: 'dev', 'mine.js': '' }));

    for (const [what, request, keys] of [
      ['a key that is added', write(POLICY, { RULE_MINE: 'deny' }, { BLOCKED_TAGS: 'dev' }), ['RULE_MINE']],
      ['one that is added to the ConfigMap that counts', write(RULES, { RULE_MINE: 'deny' }, {}), ['RULE_MINE']],
      ['a rule file', write(POLICY, { 'mine.js': '1' }, {}), ['mine.js']],
      ['a ConfigMap that is made', write(RULES, { BLOCKED_TAGS: 'dev', 'mine.js': '1' }), ['BLOCKED_TAGS', 'mine.js']],
    ] as const) {
      it(`warns of ${what}`, async () => {
        const { allowed, warnings } = await judge(request);
        expect({ allowed, warnings }).to.deep.equal({ allowed: true, warnings: keys.map(twice) });
      });
    }

    it('warns beside other warnings', async () => {
      const { warnings } = await judge(write(POLICY, { BLOCKED_TAGS: 'a', RULE_NO_DEBUG_IMAGES: 'warn' }, {}));
      expect(warnings).to.have.length(2);
      expect(warnings?.[0]).to.equal(twice('BLOCKED_TAGS'));
    });

    it('does not where the key was there before, or is mounted nowhere', async () => {
      for (const request of [
        write(POLICY, { RULE_MINE: 'deny', RULE_EMPTY_TAG: 'warn' }, { RULE_MINE: 'off' }),
        write(POLICY, { RULE_EMPTY_TAG: 'warn' }, { RULE_MINE: 'off' }),
      ]) {
        // oxlint-disable-next-line no-await-in-loop -- two of them
        expect(await judge(request)).to.deep.equal({ uid: request.uid, allowed: true });
      }
    });

    it('tells of no more than ten, each in what the API server passes on', async () => {
      const names = [LONG, ...Array.from({ length: 11 }, (_, index) => `m${index}.mjs`)];
      const files = Object.fromEntries(names.map((name) => [name, '']));
      await mountConfigMap(folder.path, files);
      const { warnings = [] } = await judge(write(RULES, files));
      expect(warnings).to.have.length(10);
      for (const warning of warnings) expect(warning).to.match(/^[ -~]{1,244} \[imagegate\]$/);
    });
  });

  describe('while what else is mounted is bad', () => {
    const elsewhere = { RULE_EMPTY_TAG: 'wran', 'mine.js': '' };
    const warning = 'Not in use before this is mended too: RULE_EMPTY_TAG (FOLDER/RULE_EMPTY_TAG)';

    beforeEach(async () => mountConfigMap(folder.path, elsewhere));

    it('lets a good one be written, and tells what keeps it from being used', async () => {
      const { allowed, warnings } = await judge(write(POLICY, { BLOCKED_TAGS: 'dev' }));
      expect(allowed).to.equal(true);
      expect(warnings).to.have.length(1);
      expect(warnings?.[0]?.replace(folder.path, 'FOLDER')).to.satisfy((text: string) => text.startsWith(warning));
    });

    it('tells it beside a rule that may come later', async () => {
      const { allowed, warnings } = await judge(write(POLICY, { RULE_NO_DEBUG_IMAGES: 'warn' }));
      expect({ allowed, count: warnings?.length }).to.deep.equal({ allowed: true, count: 2 });
    });

    it('denies a bad one with all that is wrong, there and elsewhere', async () => {
      for (const data of [{ BLOCKED_TAGS: '' }, { 'policy.yaml': 'contcat: x' }]) {
        // oxlint-disable-next-line no-await-in-loop -- two of them
        const { allowed, status } = await judge(write(POLICY, data));
        expect(allowed).to.equal(false);
        expect(status?.message).to.match(/^The gate would not use this ConfigMap: 2 mistakes\.\n/);
      }
    });

    it('lets it be removed from what is no text', async () => {
      const change = { kind: KIND, name: RULES, object: {}, oldObject: { binaryData: elsewhere } } as const;
      const request = admissionRequest({ ...change, operation: 'UPDATE', namespace: 'imagegate' });
      expect(await judge(request)).to.deep.equal({ uid: request.uid, allowed: true });
    });

    it('lets it be mended there', async () => {
      expect(await judge(write(RULES, { RULE_EMPTY_TAG: 'warn', 'mine.js': '' }, elsewhere))).to.deep.equal({
        uid: write(RULES, {}).uid,
        allowed: true,
      });
    });
  });

  describe('where a rule needs an option that only this ConfigMap gives', () => {
    const given = { 'policy.yaml': 'rules: { mine: { action: warn, options: { words: [x] } } }' };
    const dropped = { 'policy.yaml': 'rules: { mine: { action: warn } }' };
    const missing = {
      code: 'option-invalid',
      ...at('rule mine'),
      expected: 'a value',
      found: 'nothing',
      remedy: 'Give it.',
    } as const;
    const isGiven = (options: OptionsByRule): boolean =>
      options.get('mine')?.every(({ options: { words } }) => words !== undefined) === true;
    const refuses: typeof custom.start = async (files, settings) => {
      if (!isGiven(settings)) return { rules: [], mistakes: [missing] };
      return custom.start(files, settings);
    };
    const fails: typeof custom.start = async (files, settings) =>
      customRulesStarter(() => (isGiven(settings) ? { violations: [] } : { failure: 'no words' })).start(
        files,
        settings,
      );

    for (const [what, start, code] of [
      ['refuses to load without it', refuses, 'option-invalid'],
      ['fails without it', fails, 'rule-fails-on-sample'],
    ] as const) {
      describe(`and ${what}`, () => {
        beforeEach(async () => {
          await mountConfigMap(folder.path, { ...given, 'mine.js': '' });
          judge = judgeWith(start);
        });

        for (const [how, data] of [
          ['dropped', dropped],
          ['dropped with all there is', {}],
          ['dropped beside another change', { ...dropped, BLOCKED_TAGS: 'dev' }],
        ] as const) {
          it(`denies that it is ${how}`, async () => {
            const { allowed, status } = await judge(write(POLICY, data, given));
            expect(allowed).to.equal(false);
            expect(status?.message).to.include(`[${code}]`);
          });
        }

        it('allows what keeps it', async () => {
          const { allowed, warnings } = await judge(write(POLICY, { ...given, BLOCKED_TAGS: 'dev' }, given));
          expect({ allowed, warnings }).to.deep.equal({ allowed: true, warnings: undefined });
        });

        it('allows what does not give it either, where it was not there before', async () => {
          await mountConfigMap(folder.path, { ...dropped, 'mine.js': '' });
          const { allowed, warnings } = await judge(write(POLICY, { ...dropped, BLOCKED_TAGS: 'dev' }, dropped));
          expect({ allowed, count: warnings?.length }).to.deep.equal({ allowed: true, count: 1 });
          expect((await judge(write(POLICY, { BLOCKED_TAGS: 'dev' }))).allowed).to.equal(true);
        });
      });
    }

    it('denies that it is dropped while a rule is still to come', async () => {
      const before = { 'policy.yaml': given['policy.yaml'], RULE_NO_DEBUG_IMAGES: 'warn' };
      await mountConfigMap(folder.path, { ...before, 'mine.js': '' });
      judge = judgeWith(async (files, settings) => {
        if (isGiven(settings)) return custom.start(files, settings);
        // Its mistake hides that the other rule is not there.
        return { rules: [], mistakes: [missing] };
      });
      expect((await judge(write(POLICY, { ...before, ...dropped }, before))).allowed).to.equal(false);
    });

    it('denies that it is dropped while something else is wrong elsewhere', async () => {
      await mountConfigMap(folder.path, { ...given, 'mine.js': '', RULE_EMPTY_TAG: 'wran' });
      judge = judgeWith(refuses);
      const { allowed, status } = await judge(write(POLICY, dropped, given));
      expect(allowed).to.equal(false);
      expect(status?.message).to.match(/2 mistakes\.\n.*\[policy-action-invalid\]\n.*\[option-invalid\]$/);
    });
  });

  describe('while both ConfigMaps are bad', () => {
    const bad = { RULE_EMPTY_TAG: 'wran' };
    const isMended = (files: readonly RuleFile[]): boolean => files[0]?.siblings?.['mine.js'] === 'mended';

    for (const [what, start] of [
      [
        'by a rule file that does not load, which hides what is behind it',
        async (files, settings) => {
          const words = { expected: 'a rule', found: 'none', remedy: 'Mend it.' };
          if (isMended(files)) return custom.start(files, settings);
          return { rules: [], mistakes: [{ code: 'rule-file-invalid', ...at('mine.js'), ...words }] };
        },
      ],
      [
        'by a rule that fails, which a mistake in a key hides',
        async (files, settings) =>
          customRulesStarter(() => (isMended(files) ? { violations: [] } : { failure: 'never' })).start(
            files,
            settings,
          ),
      ],
    ] as const satisfies readonly (readonly [string, typeof custom.start])[]) {
      it(`lets each be mended before the other one: ${what}`, async () => {
        judge = judgeWith(start);
        await mountConfigMap(folder.path, { ...bad, 'mine.js': '' });
        for (const request of [
          write(POLICY, { RULE_EMPTY_TAG: 'warn' }, bad),
          write(RULES, { 'mine.js': 'mended' }, { 'mine.js': '' }),
        ]) {
          // oxlint-disable-next-line no-await-in-loop -- two of them
          const { allowed, warnings } = await judge(request);
          expect({ allowed, count: warnings?.length }).to.deep.equal({ allowed: true, count: 1 });
        }
      });
    }

    it('lets the rule be mended behind which an option of the policy was not looked at', async () => {
      const option = { 'policy.yaml': 'rules: { blocked-tags: { options: { tags: [.x] } } }' };
      judge = judgeWith(async (files, settings) => {
        if (isMended(files)) return custom.start(files, settings);
        const words = { expected: 'a rule', found: 'none', remedy: 'Mend it.' };
        return { rules: [], mistakes: [{ code: 'rule-file-invalid', ...at('mine.js'), ...words }] };
      });
      await mountConfigMap(folder.path, { ...option, 'mine.js': '' });
      const { allowed, warnings } = await judge(write(RULES, { 'mine.js': 'mended' }, { 'mine.js': '' }));
      expect(allowed).to.equal(true);
      expect(warnings).to.have.length(1);
      expect(warnings?.[0]).to.match(/^Not in use before this is mended too: policy\.yaml:1:\d+ rules\.blocked-tags/);
    });
  });

  describe('loads', () => {
    const broken = { code: 'rule-file-invalid', ...at('mine.js'), expected: 'x', found: 'y', remedy: 'Z.' } as const;
    const bad = { RULE_EMPTY_TAG: 'wran', 'mine.js': '' };

    for (const [what, request, times] of [
      ['what would be used', write(RULES, { 'mine.js': '1' }), 1],
      ['what is bad itself', write(POLICY, { BLOCKED_TAGS: '' }, { BLOCKED_TAGS: '' }), 1],
      ['what names a rule that may come', write(POLICY, { RULE_NO_DEBUG_IMAGES: 'warn' }, {}), 1],
      ['what is beside something bad', write(RULES, { 'yours.js': '1', RULE_NO_DEBUG_IMAGES: 'warn' }, {}), 2],
      ['what is bad elsewhere too', write(POLICY, { RULE_YOURS: 'wran' }, { BLOCKED_TAGS: 'dev' }), 1],
    ] as const) {
      it(`${what} ${times === 1 ? 'once' : 'twice'}`, async () => {
        const isBeside = times === 2 || what.endsWith('too');
        await mountConfigMap(folder.path, isBeside ? bad : { 'mine.js': '' });
        let loads = 0;
        judge = judgeWith(async (files) => {
          loads += 1;
          return { rules: fakeCustomRules(files.slice(1).map(({ name }) => name)), mistakes: isBeside ? [broken] : [] };
        });
        await judge(request);
        expect(loads).to.equal(times);
      });
    }
  });

  it('denies what contradicts the other ConfigMap, though it did before', async () => {
    const yaml = { 'policy.yaml': 'rules: { blocked-tags: { options: { tags: [dev] } } }' };
    await mountConfigMap(folder.path, { BLOCKED_TAGS: 'dev', ...yaml });
    for (const request of [
      write(POLICY, { BLOCKED_TAGS: 'dev', RULE_EMPTY_TAG: 'warn' }, { BLOCKED_TAGS: 'dev' }),
      write(RULES, { ...yaml, RULE_EMPTY_TAG: 'warn' }, yaml),
    ]) {
      const { allowed, status } = await judge(request);
      expect(allowed).to.equal(false);
      expect(status?.message).to.include('[policy-key-conflict]');
    }
  });

  it('denies a rule file that does not load, though it did not before', async () => {
    const files = { 'mine.js': 'bad', RULE_MINE: 'warn' };
    await mountConfigMap(folder.path, files);
    judge = judgeWith(async ([file]) => ({
      rules: [],
      mistakes: [
        { code: 'rule-file-invalid', source: sourceOf(file!), expected: 'a rule', found: 'none', remedy: 'Mend it.' },
      ],
    }));
    expect((await judge(write(RULES, { ...files, BLOCKED_TAGS: 'dev' }, files))).allowed).to.equal(false);
    expect((await judge(write(POLICY, { BLOCKED_TAGS: 'dev' }, {}))).allowed).to.equal(true);
  });

  for (const [what, place] of [
    ['another rule', (name: string) => `/rules/${name}.js, prepare`],
    ['another option', (name: string) => `/rules/mine.js, option ${name}`],
  ] as const) {
    it(`denies what makes ${what} fail as the first one does elsewhere`, async () => {
      await mountConfigMap(folder.path, { 'mine.js': '', 'yours.js': '' });
      judge = judgeWith(async (_, settings) => ({
        rules: [],
        mistakes: ['mine', ...(settings.has('yours') ? ['yours'] : [])].map((name) => ({
          code: 'option-invalid',
          ...at(place(name)),
          expected: 'x',
          found: 'y',
          remedy: 'Z.',
        })),
      }));
      expect((await judge(write(POLICY, { RULE_YOURS: 'warn' }, {}))).allowed).to.equal(false);
      expect((await judge(write(POLICY, { RULE_MINE: 'warn' }, {}))).allowed).to.equal(true);
    });
  }

  it('lets a rule be mended that fails beside another one that does not load', async () => {
    const files = { 'mine.js': 'bad', 'yours.js': 'broken' };
    await mountConfigMap(folder.path, files);
    judge = judgeWith(async (ruleFiles) => ({
      rules: fakeCustomRules(['yours'], () => ({ failure: 'never' })),
      mistakes: ruleFiles.some(({ siblings }) => siblings?.['mine.js'] === 'mended')
        ? []
        : [{ code: 'rule-file-invalid', ...at('mine.js'), expected: 'a rule', found: 'none', remedy: 'Mend it.' }],
    }));
    const { allowed, warnings } = await judge(write(RULES, { 'mine.js': 'mended' }, { 'mine.js': 'bad' }));
    expect({ allowed, count: warnings?.length }).to.deep.equal({ allowed: true, count: 1 });
  });

  it('sees that both ConfigMaps say the same', async () => {
    await mountConfigMap(folder.path, { BLOCKED_TAGS: 'dev' });
    const yaml = 'rules: { blocked-tags: { options: { tags: [dev] } } }';
    const { allowed, status } = await judge(write(RULES, { 'policy.yaml': yaml }));
    expect(allowed).to.equal(false);
    expect(status?.message).to.include('[policy-key-conflict]');
  });

  for (const [what, request] of Object.entries({
    'another ConfigMap': write('other', { RULE_EMPTY_TAG: 'x' }),
    'another kind of that name': { ...write(POLICY, { RULE_EMPTY_TAG: 'x' }), kind: { ...KIND, kind: 'Secret' } },
    'its end': { ...write(POLICY, { RULE_EMPTY_TAG: 'x' }), operation: 'DELETE' as const },
  })) {
    it(`has no say in ${what}`, async () => {
      expect(await judge(request)).to.deep.equal({ uid: request.uid, allowed: true });
    });
  }

  for (const [object, found] of [
    [undefined, 'object of a ConfigMap must be an object, found nothing'],
    [{ data: [] }, 'object.data of a ConfigMap must hold texts by their keys'],
    [{ data: { a: 1 } }, 'object.data of a ConfigMap must hold texts by their keys'],
    [{ binaryData: 'x' }, 'object.binaryData of a ConfigMap must hold texts by their keys'],
  ] as const) {
    it(`denies ${JSON.stringify(object)}`, async () => {
      const { allowed, status } = await judge({ ...write(POLICY, {}), object });
      expect(allowed).to.equal(false);
      expect(status?.message).to.equal(`The gate would not use this ConfigMap: one mistake.\n${found}`);
    });
  }

  it('denies text that is no text', async () => {
    for (const key of ['BLOCKED_TAGS', 'a-b.mjs', '_shared.ts']) {
      // oxlint-disable-next-line no-await-in-loop -- three of them
      const { allowed, status } = await judge({ ...write(RULES, {}), object: { binaryData: { [key]: '/w==' } } });
      expect(allowed).to.equal(false);
      expect(status?.message).to.include(`binaryData, ${key} (ConfigMap)`).and.to.include('[policy-key-binary]');
    }
  });

  it('tries one at a time', async () => {
    let running = 0;
    let most = 0;
    judge = judgeWith(async (files) => {
      most = Math.max(most, (running += 1));
      await Promise.resolve();
      running -= 1;
      return { rules: fakeCustomRules(files.map(({ name }) => name)), mistakes: [] };
    });
    await Promise.all(Array.from({ length: 5 }, async () => judge(write(RULES, { 'mine.js': '' }))));
    expect(most).to.equal(1);
  });

  it('passes on what is no mistake, and judges the next all the same', async () => {
    judge = judgeWith(async () => Promise.reject(new RangeError('broken')));
    let thrown: unknown;
    await judge(write(RULES, { 'mine.js': '' })).catch((error: unknown) => (thrown = error));
    expect(thrown).to.be.instanceOf(RangeError).and.not.instanceOf(MistakesError);
    expect((await judge(write(POLICY, {}))).allowed).to.equal(true);
  });
});
