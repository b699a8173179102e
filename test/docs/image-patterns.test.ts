import { expect } from 'chai';
import { parseReference } from '../../src/image/reference.ts';
import { imagePatterns } from '../../src/rule/image-patterns.ts';
import type { Purpose } from '../../src/rule/registry-reading.ts';
import { codesIn, readPage, rowsUnder, whole } from './tables.ts';

const page = readPage('docs/policy.md');

function matches(entry: string, image: string, purpose: Purpose): boolean {
  return imagePatterns([whole(entry)], { purpose }).matches(parseReference(whole(image)));
}

describe('docs/policy.md, of patterns of images', () => {
  for (const [pattern, matching, others] of rowsUnder(page, 'pattern')) {
    const [entry = ''] = codesIn(pattern);
    for (const [images, expected] of [
      [codesIn(matching), true],
      [codesIn(others), false],
    ] as const) {
      for (const image of images) {
        it(`${entry} ${expected ? 'matches' : 'does not match'} ${image}`, () => {
          expect(matches(entry, image, 'allow')).to.equal(expected);
        });
      }
    }
  }

  for (const [entry, image, narrowly, widely] of rowsUnder(page, 'entry')) {
    const [[code = ''], [reference = '']] = [codesIn(entry), codesIn(image)];
    it(`${code} allows, exempts or denies ${reference} as it says`, () => {
      const said = (['allow', 'exempt', 'deny'] as const).map((purpose) =>
        matches(code, reference, purpose) ? 'yes' : 'no',
      );
      expect(said).to.deep.equal([narrowly, narrowly, widely]);
    });
  }

  it('has rows in both tables', () => {
    expect(rowsUnder(page, 'pattern').length).to.be.above(10);
    expect(rowsUnder(page, 'entry').length).to.be.above(4);
  });
});
