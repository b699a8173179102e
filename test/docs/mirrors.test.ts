import { expect } from 'chai';
import { policyOfText } from '../../src/config-map/policy-of-text.ts';
import { createTrialLoader } from '../../src/cli/create-loader.ts';
import { MistakesError } from '../../src/mistake/mistake.ts';
import type { Review } from '../../src/admission/respond.ts';
import type { Ruleset } from '../../src/engine/ruleset.ts';
import { admissionRequest, IMAGE_PLACES, type ImagePlace, podTemplate, WORKLOAD_KINDS } from '../admission-request.ts';
import { blocksOf } from '../e2e/readme.ts';
import { applyPatch, operationsOf } from '../json-patch.ts';
import { mutateNow } from '../mutate-now.ts';
import { reviewNow } from '../review-now.ts';
import { codesIn, plain, readPage, rowsUnder, whole } from './tables.ts';

const page = readPage('docs/mirrors.md');
const loader = await createTrialLoader(undefined, { writeError: () => {} });
const mounted = await loader.read();

async function rulesetOf(policyYaml: string): Promise<Ruleset> {
  return loader.load({ ...mounted, ...policyOfText(policyYaml, 'policy.yaml') });
}

/** A policy of the page, and the rows of the table below it. */
interface Section {
  readonly title: string;
  readonly policyYaml: string;
  readonly rows: readonly (readonly string[])[];
}

const sections: readonly Section[] = page
  .split(/^## /m)
  .slice(1)
  .flatMap((text) => {
    const policies = blocksOf(text).filter(({ language }) => language === 'yaml');
    const title = text.slice(0, text.indexOf('\n'));
    return policies.map(({ lines }) => ({ title, policyYaml: lines.join('\n'), rows: rowsUnder(text, 'Written') }));
  });

/** An image, and where it is written: `nginx:1, in shop` or `nginx:1, under prod`. */
function placed(written: string): { readonly image: string; readonly namespace: string; readonly profile?: string } {
  const [, image = '', word, name] = /^(\S+?)(?:, (in|under) (\S+))?$/.exec(whole(codesIn(written)[0])) ?? [];
  const namespace = word === 'in' ? name! : 'default';
  return { image, namespace, ...(word === 'under' && { profile: name! }) };
}

/** What becomes of an image in a place of a pod, by both halves, and of a Deployment with it by the one. */
function judged(place: ImagePlace, written: string, ruleset: Ruleset): readonly Judged[] {
  const { image, namespace, profile } = placed(written);
  const moment = { profile };
  const request = (kind: string, object: unknown) => {
    const { group, version } = WORKLOAD_KINDS.find((one) => one.kind === kind)!;
    return admissionRequest({ kind: { group, version, kind }, namespace, object });
  };
  const template = podTemplate({ [place.list]: [place.item('web', image)] });
  const [pod, deployment] = ['Pod', 'Deployment'].map((kind) =>
    request(kind, WORKLOAD_KINDS.find((one) => one.kind === kind)!.wrap(template)),
  ) as [ReturnType<typeof request>, ReturnType<typeof request>];
  const mutation = mutateNow(pod, ruleset, moment);
  const object = applyPatch(pod.object, operationsOf(mutation.response));
  const becomes = mutation.rewritten[0]?.raw ?? image;
  return [
    { becomes, review: reviewNow({ ...pod, object }, ruleset, { ...moment, podsAsTheyAre: true }) },
    { becomes, review: reviewNow(deployment, ruleset, moment) },
  ];
}

interface Judged {
  readonly becomes: string;
  readonly review: Review;
}

/** As the page says it. */
function outcome(written: string, { becomes, review }: Judged): string {
  const denying = review.findings.filter(({ action, exemption }) => action === 'deny' && exemption === undefined);
  if (review.verdict === 'denied') return `denied by ${[...new Set(denying.map(({ rule }) => rule))].join(' and ')}`;
  return becomes === placed(written).image ? 'as it is' : becomes;
}

describe('docs/mirrors.md', () => {
  it('has sections with policies, and a table for each', () => {
    expect(sections.length).to.be.above(4);
    expect(sections.flatMap(({ rows }) => rows)).to.have.lengthOf(rowsUnder(page, 'Written').length);
  });

  for (const { title, policyYaml, rows } of sections) {
    describe(title, () => {
      for (const [written = '', becomes = ''] of rows) {
        it(`${plain(written)}: ${plain(becomes)}`, async () => {
          const ruleset = await rulesetOf(policyYaml);
          for (const place of IMAGE_PLACES) {
            const found = judged(place, written, ruleset).map((one) => outcome(written, one));
            expect(found, place.list).to.deep.equal(found.map(() => whole(plain(becomes))));
          }
        });
      }
    });
  }

  describe('What is told', () => {
    const [{ policyYaml }] = sections as [Section];
    const told = blocksOf(page)
      .filter(({ language }) => language === 'text')
      .map(({ lines }) => lines.join('\n'));
    const pod = (image: string) =>
      admissionRequest({ object: { ...podTemplate({ containers: [{ name: 'web', image }] }), metadata: {} } });

    it('is the sentence about an image that is rewritten', async () => {
      expect(told[0]).to.equal(
        reviewNow(pod('nginx'), await rulesetOf(policyYaml)).response.status?.message.split('\n')[0],
      );
    });

    it('is the sentence about one that was not', async () => {
      const review = reviewNow(pod('nginx:1.29'), await rulesetOf(policyYaml), { podsAsTheyAre: true });
      expect(review.response.status?.message.split('\n')).to.include(told[1]);
    });

    it('is the warning, and the annotation', async () => {
      const ruleset = await rulesetOf(`rewriteWarnings: true\n${policyYaml}`);
      const { response } = mutateNow(pod('nginx:1.29'), ruleset);
      expect(response.warnings).to.deep.equal([told[2]]);
      const after = applyPatch(pod('nginx:1.29').object, operationsOf(response)) as {
        readonly metadata: { readonly annotations: Readonly<Record<string, string>> };
      };
      const annotation = blocksOf(page).find(({ language }) => language === 'json');
      expect(JSON.parse(after.metadata.annotations['imagegate/rewritten']!)).to.deep.equal(
        JSON.parse(annotation!.lines.join('\n')),
      );
    });
  });
});

describe('docs/rules/registry-mirror.md, of mistakes', () => {
  for (const [mirrors, remedy] of rowsUnder(readPage('docs/rules/registry-mirror.md'), 'Mirrors')) {
    it(`${codesIn(mirrors).join(', ')}: ${plain(remedy)}`, async () => {
      const options = codesIn(mirrors).map((one) => {
        const [, registry, mirror, except] = /^(\S+) -> (\S+?)(?:, except (\S+))?$/.exec(one) ?? [];
        return { registry, mirror, ...(except !== undefined && { except: [except] }) };
      });
      const rules = { 'registry-mirror': { action: 'rewrite', options: { mirrors: options } } };
      const thrown: unknown = await rulesetOf(JSON.stringify({ rules })).catch((error: unknown) => error);
      if (plain(remedy) === 'none') expect(thrown).to.not.be.instanceOf(Error);
      else {
        expect(thrown).to.be.instanceOf(MistakesError);
        expect((thrown as MistakesError).mistakes.map((mistake) => mistake.remedy)).to.include(plain(remedy));
      }
    });
  }
});
