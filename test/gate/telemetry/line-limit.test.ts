import { mock } from 'node:test';
import { expect } from 'chai';
import { createLineLimit, type LineLimit } from '../../../src/gate/telemetry/line-limit.ts';

describe('createLineLimit', () => {
  let told: number[];
  let limit: LineLimit;
  beforeEach(() => {
    mock.timers.enable({ apis: ['setInterval'] });
    told = [];
    limit = createLineLimit({ perSecond: 2, burst: 5, onSuppressed: (lines) => told.push(lines) });
  });
  afterEach(() => mock.timers.reset());
  const lines = (count: number, who = 'one'): number =>
    Array.from({ length: count }, () => limit(who)).filter(Boolean).length;

  it('lets a burst pass, then some a second, and tells once a second how many were left out', () => {
    expect(lines(100)).to.equal(5);
    mock.timers.tick(1000);
    expect(told).to.deep.equal([95]);
    expect(lines(10)).to.equal(2);
    mock.timers.tick(1000);
    expect(told).to.deep.equal([95, 8]);
    mock.timers.tick(10_000);
    expect(told).to.deep.equal([95, 8]);
    expect(lines(10)).to.equal(5);
  });

  it('counts each for itself', () => {
    expect(lines(10, 'one')).to.equal(5);
    expect(lines(3, 'two')).to.equal(3);
    mock.timers.tick(1000);
    expect(told).to.deep.equal([5]);
  });
});
