import { expect } from 'chai';
import { lineLimit } from '../../src/workers/line-limit.ts';

describe('lineLimit', () => {
  it('lets so many lines of a second pass, and says which is the last', () => {
    const admit = lineLimit(3);
    expect([0, 1, 2, 3, 999].map((now) => admit(now))).to.deep.equal(['pass', 'pass', 'last', 'drop', 'drop']);
    expect(admit(1000)).to.equal('pass');
  });
});
