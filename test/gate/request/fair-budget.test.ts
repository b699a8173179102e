import { expect } from 'chai';
import { FairBudget, type Share } from '../../../src/gate/request/fair-budget.ts';

const MIB = 1024 ** 2;

describe('FairBudget', () => {
  let now: number;
  let told: string[];
  let budget: FairBudget;
  beforeEach(() => {
    now = 0;
    told = [];
    budget = new FairBudget(10 * MIB, () => now);
  });
  const open = (name: string, address: string, mib = 0): Share => {
    const share = budget.open(address, () => told.push(name));
    budget.take(share, mib * MIB);
    return share;
  };

  it('leaves one address alone with all of it', () => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) open(name, 'one', 2);
    expect({ told, held: budget.held }).to.deep.equal({ told: [], held: 10 * MIB });
  });

  it('gives back what was closed, once', () => {
    const share = open('a', 'one', 10);
    budget.close(share);
    budget.close(share);
    expect(budget.held).to.equal(0);
    open('b', 'two', 10);
    expect(told).to.deep.equal([]);
  });

  it('takes from whoever holds without sending, wherever it is from, also for one of the same address', () => {
    for (const other of ['one', 'two']) {
      const silent = open('silent', 'one', 6);
      now += 60_000;
      const sent = open('sent', other, 6);
      expect(told).to.deep.equal(['silent']);
      for (const share of [silent, sent]) budget.close(share);
      told = [];
    }
  });

  for (const [ms, victim] of [
    [1001, 'little'],
    [1000, 'much'],
  ] as const) {
    it(`takes first from whoever sent less than 1 MiB/s, however little it has: ${victim} after ${ms} ms`, () => {
      open('little', 'one', 1);
      now = ms;
      open('much', 'two', 9.5);
      expect(told).to.deep.equal([victim]);
    });
  }

  it('takes the time of one that has just been opened for a millisecond', () => {
    open('new', 'one', 1049 / MIB);
    open('much', 'two', 10);
    expect(told).to.deep.equal(['much']);
    open('newer', 'one', 1048 / MIB);
    open('more', 'two', 10);
    expect(told).to.deep.equal(['much', 'newer', 'more']);
  });

  it('takes from the address that has most, of its bodies the slowest', () => {
    open('slow', 'many', 2);
    now = 100;
    open('fast', 'many', 6);
    now = 101;
    open('large', 'few', 3);
    expect(told).to.deep.equal(['slow']);
  });

  it('takes from whoever asks, if it has most', () => {
    open('a', 'one', 2);
    open('b', 'two', 9);
    expect(told).to.deep.equal(['b']);
    expect(budget.held).to.equal(2 * MIB);
  });

  it('takes as often as it must', () => {
    for (const name of ['a', 'b', 'c']) {
      open(name, 'one', 3);
      now += 1;
    }
    open('d', 'two', 8);
    // Once they are even, the newcomer has most.
    expect(told).to.deep.equal(['a', 'd']);
    expect(budget.held).to.equal(6 * MIB);
  });

  it('never takes from one that holds nothing: nothing would be gained', () => {
    const idle = open('idle', 'one');
    now = 1000;
    open('a', 'two', 9);
    open('b', 'three', 9);
    expect(told).to.have.lengthOf(1).and.not.include('idle');
    budget.close(idle);
  });
});
