import { expect } from 'chai';
import type { Finding } from '../../src/engine/finding.ts';
import { mergeFindings } from '../../src/engine/merge-findings.ts';
import { findingOf } from '../finding.ts';
import { imagesOf } from '../images-of.ts';

const IMAGES = imagesOf({ a: 'nginx', b: 'nginx', c: 'X' });
const [A, B, C] = IMAGES as [(typeof IMAGES)[0], (typeof IMAGES)[0], (typeof IMAGES)[0]];

const at = (image: Finding['image'], rule: string, problem = ''): Finding => ({ ...findingOf(), image, rule, problem });
const told = (...parts: (readonly Finding[])[]): readonly string[] =>
  mergeFindings(IMAGES, ...parts).map(({ image, rule, problem }) =>
    `${image.container.name} ${rule} ${problem}`.trim(),
  );

describe('mergeFindings', () => {
  it('orders by image, then the rules of the seed, then all others by name, custom ones among them', () => {
    const engine = [
      at(A, 'empty-tag'),
      at(A, 'registry-allowlist'),
      at(A, 'blocked-tags'),
      at(A, 'require-digest'),
      at(B, 'require-digest'),
      at(C, 'valid-reference'),
    ];
    const custom = [at(B, 'zebra'), at(B, 'my-rule'), at(A, 'zebra'), at(A, 'a-rule'), at(A, 'sign')];
    const order = [
      'a empty-tag',
      'a registry-allowlist',
      'a blocked-tags',
      'a a-rule',
      'a require-digest',
      'a sign',
      'a zebra',
      'b my-rule',
      'b require-digest',
      'b zebra',
      'c valid-reference',
    ];
    expect(told(engine, custom)).to.deep.equal(order);
    expect(told(custom, engine)).to.deep.equal(order);
    expect(told([...custom, ...engine].toReversed())).to.deep.equal(order);
  });

  it('keeps the order of what one rule says of one image', () => {
    const custom = [at(B, 'x', '2'), at(A, 'x', '3'), at(B, 'x', '1'), at(A, 'x', '1')];
    expect(told([], custom)).to.deep.equal(['a x 3', 'a x 1', 'b x 2', 'b x 1']);
  });

  it('tells two images of the same text apart, and changes nothing that it was given', () => {
    const findings = [at(B, 'x'), at(A, 'x')];
    expect(mergeFindings(IMAGES, findings)).to.deep.equal([findings[1], findings[0]]);
    expect(findings.map(({ image }) => image)).to.deep.equal([B, A]);
    expect(mergeFindings(IMAGES, [], [])).to.deep.equal([]);
  });
});
