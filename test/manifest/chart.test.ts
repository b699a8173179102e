import { expect } from 'chai';
import * as fc from 'fast-check';
import { review } from '../../src/admission/review.ts';
import { admissionRequestOf } from '../../src/manifest/admission-request.ts';
import { documentTexts } from '../../src/manifest/document-texts.ts';
import { manifestItems } from '../../src/manifest/manifest-items.ts';
import { rulesetOf } from '../ruleset.ts';
import { chart } from './chart.ts';
import { chunks, collected } from './chunks.ts';

const { text, images, objects } = chart();
const ruleset = rulesetOf();

/** The places of what is denied, and how many objects there are. */
async function denied(stream: string) {
  const items = await collected(manifestItems(chunks(stream), 'x.yaml'));
  const places = items.flatMap((item) => {
    if (!('object' in item)) return ['no object'];
    const { findings } = review(admissionRequestOf(item.object, {}), ruleset, { now: 0 });
    return findings.map(({ image }) => {
      const { line, column } = item.where(image.container.fieldPath).source;
      return `${line}:${column}`;
    });
  });
  return { places, objects: items.length };
}

describe('a manifest as large charts render them', () => {
  for (const [what, stream] of [
    ['as it is', text],
    ['with the ends of lines of Windows', text.replaceAll('\n', '\r\n')],
    ['with a byte order mark', `\uFEFF${text}`],
    ['without its last end of line', text.trimEnd()],
  ] as const) {
    it(`is read ${what}`, async () => {
      expect(await denied(stream)).to.deep.equal({ places: images, objects });
    });
  }
});

const SMALL = `apiVersion: v1
kind: Pod
metadata: { name: a, labels: &l { b: 'c' } }
spec:
  containers:
    - name: "x"
      image: quay.io/a:1
      args: [--a, "b: c"]
      env:
        - <<: *l
          name: |
            text
`;

describe('manifests that are broken anywhere', () => {
  /** A place, what is taken away there, and what is put there. */
  const breaks = fc.array(
    fc.tuple(
      fc.nat(SMALL.length),
      fc.nat(8),
      fc.constantFrom(
        '',
        '\n',
        '\t',
        ' ',
        '"',
        "'",
        '{',
        '}',
        '[',
        ']',
        ':',
        ': ',
        '- ',
        '#',
        '&a ',
        '*a',
        '*l',
        '<<: ',
        '|',
        '>',
        '!!x ',
        '%',
        '@',
        '`',
        '\0',
        '\uFEFF',
        '---\n',
        '...\n',
        '\r',
        '😀',
        '\uD800',
        '? ',
      ),
    ),
    { minLength: 1, maxLength: 4 },
  );

  it('are told, each document at least once, and leave the others as they are', async () => {
    await fc.assert(
      fc.asyncProperty(breaks, async (places) => {
        const broken = places.reduce(
          (all, [at, length, put]) => all.slice(0, at) + put + all.slice(at + length),
          SMALL,
        );
        const stream = `${SMALL}---\n${broken}\n---\n${SMALL}`;
        const items = await collected(manifestItems(chunks(stream), 'x.yaml'));
        const texts = await collected(documentTexts(chunks(stream)));
        const withContent = texts.filter((one) => /^[^#%.\s-]/m.test(one.text));
        expect(items.length).to.be.at.least(withContent.length);
        for (const item of [items[0], items.at(-1)])
          expect(item && 'object' in item && item.object['spec'], JSON.stringify(broken)).to.have.property(
            'containers',
          );
      }),
      { numRuns: 1000 },
    );
  });
});
