import { expect } from 'chai';
import { readViolations } from '../../src/engine/read-violations.ts';

describe('readViolations', () => {
  it('copies what a rule returned: only problem and remedy, and each read once', () => {
    let reads = 0;
    const violation = {
      get problem() {
        reads += 1;
        return 'is bad';
      },
      remedy: 'Mend it.',
      more: 1,
    };
    const read = readViolations([violation]);
    expect(read).to.deep.equal([{ problem: 'is bad', remedy: 'Mend it.' }]);
    expect(reads).to.equal(1);
  });

  it('reads nothing as no violations', () => {
    expect([readViolations(undefined), readViolations([])]).to.deep.equal([[], []]);
  });
});
