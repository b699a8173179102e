import { expect } from 'chai';
import { pod, podSpec } from './objects.ts';
import { IMAGE_PATTERN_CASES, IMAGE_PATTERN_POLICY } from './image-pattern-cases.ts';
import { behindRules } from './rules-gate.ts';
import { about, done, notCreated } from './sentences.ts';

describe('patterns of images in policy.yaml', () => {
  const gate = behindRules('image-patterns', { config: { 'policy.yaml': IMAGE_PATTERN_POLICY } });

  for (const [image, ...sentences] of IMAGE_PATTERN_CASES) {
    it(`${sentences.length === 0 ? 'let pass' : 'refuse'} ${image.replace(/(?<=sha256:\w)\w+/, '…')}`, async () => {
      const expected =
        sentences.length === 0
          ? done('pod/x created (server dry run)')
          : notCreated(
              about(
                'Pod image-patterns/x',
                sentences.map((sentence) => sentence(image)),
              ),
            );
      expect(await gate().dryRun(pod('x', podSpec(image)))).to.deep.equal(expected);
    });
  }
});
