import { expect } from 'chai';
import { Breaker } from '../../src/workers/breaker.ts';

describe('Breaker', () => {
  const make = (): Breaker => new Breaker({ breakerDeaths: 3, breakerMs: 100 });
  const died = (breaker: Breaker, ...times: readonly number[]): void => {
    for (const time of times) breaker.died('a', time);
  };

  it('opens after so many deaths within its time, for that rule alone', () => {
    const breaker = make();
    died(breaker, 0, 50);
    expect(breaker.admits('a', 60)).to.equal(true);
    died(breaker, 99);
    expect(breaker.isOpen('a', 100)).to.equal(true);
    expect(breaker.admits('a', 198)).to.equal(false);
    expect(breaker.admits('b', 100)).to.equal(true);
  });

  it('forgets deaths that are long past', () => {
    const breaker = make();
    died(breaker, 0, 50, 100);
    expect(breaker.admits('a', 101)).to.equal(true);
    expect(breaker.suspects('a', 199)).to.equal(true);
    expect(breaker.suspects('a', 200)).to.equal(false);
    expect(breaker.suspects('b', 0)).to.equal(false);
  });

  it('lets one request at a time try, and closes when one is answered', () => {
    const breaker = make();
    died(breaker, 0, 1, 2);
    expect(breaker.admits('a', 102)).to.equal(true);
    expect(breaker.admits('a', 102)).to.equal(false);
    breaker.notAsked('a');
    expect(breaker.admits('a', 103)).to.equal(true);
    breaker.answered('a');
    expect([breaker.admits('a', 104), breaker.admits('a', 104)]).to.deep.equal([true, true]);
  });

  it('opens again when the try ends a worker', () => {
    const breaker = make();
    died(breaker, 0, 1, 2);
    expect(breaker.admits('a', 150)).to.equal(true);
    died(breaker, 160);
    expect(breaker.admits('a', 259)).to.equal(false);
    expect(breaker.admits('a', 260)).to.equal(true);
  });

  it('never forgets who has ended a worker', () => {
    const breaker = make();
    died(breaker, 0, 1, 2);
    expect([breaker.isDoubtful('a'), breaker.isDoubtful('b')]).to.deep.equal([true, false]);
    expect(breaker.admits('a', 102)).to.equal(true);
    breaker.answered('a');
    expect([breaker.isDoubtful('a'), breaker.suspects('a', 103)]).to.deep.equal([true, false]);
  });

  it('does not close for an answer that was on its way when it opened', () => {
    const breaker = make();
    died(breaker, 0, 1, 2);
    breaker.answered('a');
    breaker.notAsked('b');
    expect(breaker.admits('a', 50)).to.equal(false);
  });
});
