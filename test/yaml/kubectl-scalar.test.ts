import { expect } from 'chai';
import { kubectlScalar } from '../../src/yaml/kubectl-scalar.ts';
import { STRICT_YAML, yamlDocuments } from '../../src/yaml/yaml-document.ts';
import { fastest } from '../fastest.ts';

const DIALECT = { ...STRICT_YAML, readScalar: kubectlScalar };

const read = (text: string): unknown => [...yamlDocuments(text, { name: 'x.yaml' }, DIALECT)][0]?.value;

/** By sigs.k8s.io/yaml, which makes JSON of it. */
const READINGS: readonly (readonly [text: string, value: unknown])[] = [
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'on', 'On', 'ON', 'true', 'True', 'TRUE'].map((text) => [text, true] as const),
  ...['n', 'N', 'no', 'No', 'NO', 'off', 'Off', 'OFF', 'false', 'False', 'FALSE'].map((text) => [text, false] as const),
  ['1', 1],
  ['1_000', 1000],
  ['-1_0', -10],
  ['+1_0', 10],
  ['1_0.5e+2', 1050],
  ['.5_0', 0.5],
  ['0o17', 15],
  ['-0x1F', -31],
  ['+0b1_1', 3],
  ['089', 89],
];

// Base 60 it has never read, and dates are left as they are.
const TEXTS =
  'yEs oFF offf yes! no,yes 1:20 190:20:30 2027-03-31 2001-12-14t21:59:43.10-05:00 12:30:45.5 _1 0x 0xg 0b2 0o8 1.2.3 1e v1 -- 1-2 latest << = a,b'.split(
    ' ',
  );

describe('kubectlScalar', () => {
  for (const [text, value] of READINGS) {
    it(`reads ${text} as ${String(value)}`, () => {
      expect(read(text)).to.equal(value);
      expect(read(`a: [${text}]`)).to.deep.equal({ a: [value] });
    });
  }

  it('reads all else as text', () => {
    for (const text of TEXTS) expect(read(text), text).to.equal(text);
  });

  it('reads as text what is quoted, in a block or tagged as text', () => {
    for (const text of ['off', '1_000', 'yes'])
      for (const written of [`"${text}"`, `'${text}'`, `|-\n  ${text}`, `>-\n  ${text}`, `!!str ${text}`])
        expect(read(written), written).to.equal(text);
  });

  it('leaves keys alone', () => {
    expect(read('on: a\n1_0: b\n<<: { c: d }')).to.deep.equal({ on: 'a', '1_0': 'b', '<<': { c: 'd' } });
  });

  it('takes ten times as long for ten times as long a text, about', () => {
    const time = (length: number): number =>
      fastest(() => {
        for (const text of ['1'.repeat(length), `${'1_'.repeat(length / 2)}x`, `${'1'.repeat(length)}e`]) read(text);
      });
    expect(time(100_000)).to.be.below(40 * time(10_000));
  });
});
