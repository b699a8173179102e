import { expect } from 'chai';
import { Breaker } from '../../src/workers/breaker.ts';

/** Other images than those of any death. */
const OTHER = { imagesKey: 'other' };

describe('Breaker', () => {
  const make = (): Breaker => new Breaker({ breakerDeaths: 3, breakerMs: 100 });
  const died = (breaker: Breaker, ...times: readonly number[]): void => {
    for (const time of times) breaker.died('a', { imagesKey: `images at ${time}` }, time);
  };

  it('opens after so many deaths within its time, for that rule alone', () => {
    const breaker = make();
    died(breaker, 0, 50);
    expect(breaker.admits('a', OTHER, 60)).to.equal(true);
    died(breaker, 99);
    expect(breaker.isOpen('a', OTHER, 100)).to.equal(true);
    expect(breaker.admits('a', OTHER, 198)).to.equal(false);
    expect(breaker.admits('b', OTHER, 100)).to.equal(true);
  });

  it('forgets deaths that are long past', () => {
    const breaker = make();
    died(breaker, 0, 50, 100);
    expect(breaker.admits('a', OTHER, 101)).to.equal(true);
    expect(breaker.suspects('a', 199)).to.equal(true);
    expect(breaker.suspects('a', 200)).to.equal(false);
    expect(breaker.suspects('b', 0)).to.equal(false);
  });

  it('lets one request at a time try, and closes when one is answered', () => {
    const breaker = make();
    died(breaker, 0, 1, 2);
    expect(breaker.admits('a', OTHER, 102)).to.equal(true);
    expect(breaker.admits('a', OTHER, 102)).to.equal(false);
    breaker.notAsked('a', OTHER);
    expect(breaker.admits('a', OTHER, 103)).to.equal(true);
    breaker.answered('a', OTHER);
    expect([breaker.admits('a', OTHER, 104), breaker.admits('a', OTHER, 104)]).to.deep.equal([true, true]);
  });

  it('opens again when the try ends a worker', () => {
    const breaker = make();
    died(breaker, 0, 1, 2);
    expect(breaker.admits('a', OTHER, 150)).to.equal(true);
    died(breaker, 160);
    expect(breaker.admits('a', OTHER, 259)).to.equal(false);
    expect(breaker.admits('a', OTHER, 260)).to.equal(true);
  });

  it('never forgets who has ended a worker', () => {
    const breaker = make();
    died(breaker, 0, 1, 2);
    expect([breaker.isDoubtful('a'), breaker.isDoubtful('b')]).to.deep.equal([true, false]);
    expect(breaker.admits('a', OTHER, 102)).to.equal(true);
    breaker.answered('a', OTHER);
    expect([breaker.isDoubtful('a'), breaker.suspects('a', 103)]).to.deep.equal([true, false]);
  });

  it('does not close for an answer that was on its way when it opened', () => {
    const breaker = make();
    died(breaker, 0, 1, 2);
    breaker.answered('a', OTHER);
    breaker.notAsked('b', OTHER);
    expect(breaker.admits('a', OTHER, 50)).to.equal(false);
  });

  describe('over the same images', () => {
    const POISON = { imagesKey: 'poison' };
    const poisoned = (...times: readonly number[]): Breaker => {
      const breaker = make();
      for (const time of times) breaker.died('a', POISON, time);
      return breaker;
    };

    it('opens for these alone, however often', () => {
      const breaker = poisoned(0, 1);
      expect(breaker.isOpen('a', POISON, 1)).to.equal(false);
      breaker.died('a', POISON, 2);
      breaker.died('a', POISON, 3);
      expect([breaker.isOpen('a', POISON, 102), breaker.isOpen('a', OTHER, 4)]).to.deep.equal([true, false]);
      expect([breaker.admits('a', POISON, 102), breaker.admits('a', OTHER, 4)]).to.deep.equal([false, true]);
      expect(breaker.suspects('a', 102)).to.equal(true);
    });

    it('opens for all with a third of others', () => {
      const breaker = poisoned(0, 1, 2);
      expect(breaker.isSpreading('a', 2)).to.equal(false);
      breaker.died('a', { imagesKey: 'second' }, 3);
      const spreads = [breaker.isSpreading('a', 3), breaker.isSpreading('a', 102), breaker.isSpreading('b', 3)];
      expect(spreads).to.deep.equal([true, false, false]);
      expect(breaker.isOpen('a', OTHER, 4)).to.equal(false);
      breaker.died('a', { imagesKey: 'third' }, 5);
      expect(breaker.isOpen('a', OTHER, 6)).to.equal(true);
    });

    it('tries them again, one at a time, and asks about others meanwhile', () => {
      const breaker = poisoned(0, 1, 2);
      const admitted = (): readonly boolean[] => [breaker.admits('a', POISON, 103), breaker.admits('a', OTHER, 103)];
      expect([admitted(), admitted()]).to.deep.equal([
        [true, true],
        [false, true],
      ]);
      breaker.answered('a', POISON);
      expect([admitted(), admitted()]).to.deep.equal([
        [true, true],
        [true, true],
      ]);
    });

    it('forgets those that did it long ago', () => {
      const breaker = poisoned(0, 1, 2);
      breaker.died('a', OTHER, 500);
      breaker.died('a', POISON, 501);
      expect(breaker.isOpen('a', POISON, 502)).to.equal(false);
    });
  });
});
