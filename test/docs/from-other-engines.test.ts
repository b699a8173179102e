import { expect } from 'chai';
import { parse, stringify } from 'yaml';
import type { Ruleset } from '../../src/engine/ruleset.ts';
import { createTrialLoader } from '../../src/cli/create-loader.ts';
import { policyOfText } from '../../src/config-map/policy-of-text.ts';
import { MistakesError } from '../../src/mistake/mistake.ts';
import { isObject, type JsonObject } from '../../src/workload/json-object.ts';
import { admissionRequest, IMAGE_PLACES, podTemplate } from '../admission-request.ts';
import { blocksOf } from '../e2e/readme.ts';
import { reviewNow } from '../review-now.ts';
import { OTHER_ENGINES } from './other-engines.ts';
import { codesIn, plain, readPage, rowsUnder, whole } from './tables.ts';

const loader = await createTrialLoader(undefined, { writeError: () => {} });
const mounted = await loader.read();

const loaded = new Map<string, Promise<Ruleset>>();

/** The ruleset that a gate would have with this policy.yaml, loaded once. */
async function rulesetOf(policyYaml: string): Promise<Ruleset> {
  const ruleset = loaded.get(policyYaml) ?? loader.load({ ...mounted, ...policyOfText(policyYaml, 'policy.yaml') });
  loaded.set(policyYaml, ruleset);
  return ruleset;
}

/** A policy of another engine, as the page has it. */
interface PageSection {
  readonly engine: string;
  readonly policy: string;
  readonly policyYaml: string;
  /** The entries that stand for a pattern of the other engine, for a section that has a table of them. */
  readonly entries: ReadonlyMap<string, readonly string[]>;
  /** The images of which the verdict here is another one than there. */
  readonly differing: ReadonlyMap<string, { readonly there: string; readonly here: string }>;
}

function sectionsOf(page: string): readonly PageSection[] {
  return partsOf(page, '## ').flatMap(([engine, text]) =>
    partsOf(text, '### ').map(([policy, section]) => sectionOf(engine, policy, section)),
  );
}

function partsOf(text: string, mark: string): readonly (readonly [title: string, text: string])[] {
  const parts = text.split(new RegExp(`^${mark}`, 'm')).slice(1);
  return parts.map((part) => [part.slice(0, part.indexOf('\n')), part]);
}

function sectionOf(engine: string, policy: string, section: string): PageSection {
  const blocks = blocksOf(section);
  expect(
    blocks.map(({ language }) => language),
    policy,
  ).to.deep.equal(['yaml']);
  const rows = (column: string) => (section.includes(`\n| ${column} `) ? rowsUnder(section, column) : []);
  const patterns = [...rows('Glob'), ...rows('Name')];
  return {
    engine,
    policy,
    policyYaml: blocks[0]!.lines.join('\n'),
    entries: new Map(patterns.map(([theirs, ours]) => [plain(theirs), codesIn(ours)])),
    differing: new Map(rows('Image').map(([image, there = '', here = '']) => [plain(image), { there, here }])),
  };
}

/** The policy of a section with other entries in its list. */
function withEntries(policyYaml: string, entries: readonly string[]): string {
  const policy = parse(policyYaml);
  policy.rules['allowed-repositories'].options.repositories = entries;
  return stringify(policy);
}

/** The policy that a case is judged by, and the verdicts for pods that have its image in one of their four places. */
async function verdicts({ policyYaml, entries }: PageSection, item: string): Promise<readonly string[]> {
  const [, image = '', word = '', value = ''] = /^(.*?)(?:, (by|in|under|with) (.*))?$/.exec(item) ?? [];
  const { by, in: namespace = 'default', under: profile, with: pullPolicy } = { [word]: value } as ByWord;
  const ruleset = await rulesetOf(by === undefined ? policyYaml : withEntries(policyYaml, entries.get(by) ?? []));
  return IMAGE_PLACES.map((place) => {
    const object = podTemplate({ [place.list]: [withPullPolicy(place.item('app', whole(image)), pullPolicy)] });
    return reviewNow(admissionRequest({ namespace, object }), ruleset, { profile }).verdict;
  });
}

type ByWord = Readonly<Partial<Record<'by' | 'in' | 'under' | 'with', string>>>;

/** A container or an image volume with a pull policy of its own. */
function withPullPolicy(item: JsonObject, pullPolicy: string | undefined): JsonObject {
  if (pullPolicy === undefined) return item;
  const { image } = item;
  return isObject(image) ? { ...item, image: { ...image, pullPolicy } } : { ...item, imagePullPolicy: pullPolicy };
}

const sections = sectionsOf(readPage('docs/from-other-engines.md'));

describe('docs/from-other-engines.md', () => {
  for (const section of sections) {
    const { engine, policy, policyYaml, entries, differing } = section;
    const { allowed, denied } = OTHER_ENGINES[engine]?.[policy] ?? { allowed: [], denied: [] };
    const there = new Map([
      ...allowed.map((item) => [item, 'allowed'] as const),
      ...denied.map((item) => [item, 'denied'] as const),
    ]);

    describe(`${engine}, ${policy}`, () => {
      for (const [item, verdict] of there) {
        const here = differing.get(item)?.here ?? verdict;
        it(`${here}: ${item}`, async () => {
          expect(await verdicts(section, item)).to.deep.equal(IMAGE_PLACES.map(() => here));
        });
      }

      it('tells of differences alone, and of each as it is there', () => {
        for (const [item, verdict] of differing) {
          expect(there.get(item), item).to.equal(verdict.there);
          expect(verdict.here, item).to.equal(verdict.there === 'allowed' ? 'denied' : 'allowed');
        }
      });

      if (policyYaml.includes(', digest: pass')) {
        it('denies a tag beside a digest without digest: pass', async () => {
          const judging = { ...section, policyYaml: policyYaml.replace(', digest: pass', '') };
          expect(await verdicts(judging, 'nginx:latest@sha256:9b2c…')).to.deep.equal(IMAGE_PLACES.map(() => 'denied'));
        });
      }

      it('has cases, allowed and denied, of each pattern too, but for those of all images', () => {
        const cases = new Set([...there].map(([item, verdict]) => `${verdict} by ${item.split(', by ')[1] ?? policy}`));
        const patterns: PageSection['entries'] = entries.size === 0 ? new Map([[policy, []]]) : entries;
        for (const [pattern, ours] of patterns) {
          expect(cases).to.include(`allowed by ${pattern}`);
          if (!ours.includes('**')) expect(cases).to.include(`denied by ${pattern}`);
        }
      });

      it('has only the rules on that it is about', async () => {
        const { rules } = parse(policyYaml) as { rules: Readonly<Record<string, { readonly action?: string }>> };
        const about = Object.keys(rules).filter((name) => rules[name]?.action !== 'off');
        const on = (await rulesetOf(policyYaml)).everywhere.rules.map(({ name }) => name);
        expect(on).to.have.members(about);
      });
    });
  }

  it('has all policies that there are cases of', () => {
    const told = sections.map(({ engine, policy }) => `${engine}, ${policy}`);
    const known = Object.entries(OTHER_ENGINES).flatMap(([engine, policies]) =>
      Object.keys(policies).map((policy) => `${engine}, ${policy}`),
    );
    expect(told).to.deep.equal(known);
  });

  // sigstore/policy-controller, pkg/apis/glob/glob_test.go
  for (const glob of ['.+', '[a-z]*']) {
    it(`refuses ${glob}, as policy-controller does`, async () => {
      const { policyYaml } = sections.find(({ policy }) => policy === 'images[].glob')!;
      const refused = await rulesetOf(withEntries(policyYaml, [glob])).catch((error: unknown) => error);
      expect(refused).to.be.instanceOf(MistakesError);
    });
  }
});
