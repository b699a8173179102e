import { expect } from 'chai';
import { review } from '../../src/admission/review.ts';
import { CHECK_REPORTS } from '../../src/check-report/check-reports.ts';
import { type CheckedObject, NO_COUNTS } from '../../src/check-report/report.ts';
import { admissionRequestOf } from '../../src/manifest/admission-request.ts';
import { manifestItems } from '../../src/manifest/manifest-items.ts';
import { judgedBy } from '../fix/judged.ts';
import { chunks, collected } from '../manifest/chunks.ts';
import { rulesetUnder, settingsOf } from '../ruleset.ts';
import { isSarif } from './sarif-schema.ts';

const IMAGES = [
  'docker.io/a:1', // from the mirror, as its rule says
  '"nginx"', // the same, but for the tag
  'mirorr.example.com/b:1', // misspelt
  '"quay.io/\\x61:1"', // nothing that is known
  '&one docker.io/a:1', // used twice
  '*one',
];

const FULL = 'mirror.example.com/hub/library';

/** What is said of each image by rule, and what SARIF would put in its place. */
const SAID: readonly (readonly [advice: string, fix?: string])[] = [
  [`registry-allowlist: Write ${FULL}/a:1.`, `12-25 ${FULL}/a:1`],
  [`registry-mirror: `, `12-25 ${FULL}/a:1`],
  ['empty-tag: '],
  [`registry-allowlist: Write ${FULL}/nginx.`, `12-19 "${FULL}/nginx"`],
  ['registry-mirror: ', `12-19 "${FULL}/nginx"`],
  ['registry-allowlist: Did you mean mirror.example.com/b:1?', '12-34 mirror.example.com/b:1'],
  ['registry-allowlist: '],
  ...['', ''].flatMap(() => [[`registry-allowlist: Write ${FULL}/a:1.`], ['registry-mirror: ']] as const),
];

async function checkedPod(): Promise<CheckedObject> {
  const mirrors = [{ registry: 'docker.io', mirror: 'mirror.example.com/hub' }];
  const ruleset = rulesetUnder({
    rules: settingsOf({
      'registry-allowlist': { options: { registries: ['mirror.example.com'] } },
      'registry-mirror': { action: 'deny', options: { mirrors } },
    }),
  });
  const text = `apiVersion: v1\nkind: Pod\nspec:\n  containers:\n${IMAGES.map((image) => `  - image: ${image}\n`).join('')}`;
  const [item] = await collected(manifestItems(chunks(text), 'x.yaml'));
  if (item === undefined || !('object' in item)) throw new Error('no object');
  const { replacements } = judgedBy(ruleset)(item);
  const request = admissionRequestOf(item.object, {});
  const { kind, namespace, name } = request;
  return { ...item, ...kind, namespace, name, review: review(request, ruleset, { now: 0 }), replacements };
}

const OPTIONS = { colors: false, version: '1.2.3', rules: [] };

const saidBy = async (format: keyof typeof CHECK_REPORTS): Promise<string> => {
  const report = CHECK_REPORTS[format](OPTIONS);
  return report.begin() + report.checked(await checkedPod()) + report.end({ ...NO_COUNTS, denied: 1 });
};

interface SarifResult {
  readonly ruleId: string;
  readonly message: { readonly text: string };
  readonly fixes?: readonly [{ readonly artifactChanges: readonly [{ readonly replacements: readonly [Change] }] }];
}

interface Change {
  readonly deletedRegion: Readonly<Record<'startLine' | 'startColumn' | 'endColumn', number>>;
  readonly insertedContent: { readonly text: string };
}

describe('a report', () => {
  it('says what to write, where the sentence does not', async () => {
    const advice = SAID.map(([said]) => said);
    for (const format of ['text', 'github'] as const) {
      // oxlint-disable-next-line no-await-in-loop -- few
      const lines = (await saidBy(format)).split('\n').slice(0, -2);
      const said = lines.map((line) => {
        const rule = / \[(.*)\]$/.exec(line)?.[1] ?? /title=(.*?)::/.exec(line)?.[1];
        return `${rule}: ${/(?:allowed|:1|nginx)\. ((?:Write|Did) .*?[.?])(?: \[|$)/.exec(line)?.[1] ?? ''}`;
      });
      expect(said, format).to.deep.equal(advice);
    }
    const failures = [...(await saidBy('junit')).matchAll(/<failure type="(.*?)" message="(.*?)"/g)];
    expect(failures.map(([, rule, text]) => `${rule} ${text!.includes('Write mirror')}`)).to.deep.equal(
      SAID.map(([said]) => said.split(':')[0]!).map(
        (rule, index) => `${rule} ${rule === 'registry-mirror' || SAID[index]![0].includes('Write')}`,
      ),
    );
  });

  it('has it as data, and leaves the sentence as it is', async () => {
    const { results } = JSON.parse(await saidBy('json')) as {
      readonly results: readonly [{ readonly findings: readonly Readonly<Record<string, unknown>>[] }];
    };
    const [, , , , , guess, none] = results[0].findings;
    expect(results[0].findings[0]).to.deep.include({
      replacement: { reference: `${FULL}/a:1`, guessed: false },
      message:
        'containers[0] image comes from an untrusted registry! (docker.io/a:1). Only images from mirror.example.com are allowed.',
    });
    expect(guess!['replacement']).to.deep.equal({ reference: 'mirror.example.com/b:1', guessed: true });
    expect(none).to.not.have.property('replacement');
  });

  it('has it as a fix for code scanning, where it is in one piece', async () => {
    const { runs } = JSON.parse(await saidBy('sarif')) as {
      readonly runs: readonly [{ readonly results: readonly SarifResult[] }];
    };
    isSarif({ version: '2.1.0', runs });
    expect(isSarif.errors).to.equal(null);
    const fixes = runs[0].results.map(({ fixes: found }) => {
      const change = found?.[0].artifactChanges[0].replacements[0];
      if (change === undefined) return undefined;
      const { startColumn, endColumn } = change.deletedRegion;
      return `${startColumn}-${endColumn} ${change.insertedContent.text}`;
    });
    expect(fixes).to.deep.equal(SAID.map(([, fix]) => fix));
  });
});
