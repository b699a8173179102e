import { expect } from 'chai';
import { Turns } from '../../../src/gate/request/turns.ts';
import { eventLoopTurns } from '../../event-loop-turns.ts';

describe('Turns', () => {
  it('are given one in each round, first to who has used least, then to who has waited longest', async () => {
    const turns = new Turns();
    const order: string[] = [];
    const take = async (name: string, spent: number): Promise<void> => {
      await turns.next(spent);
      order.push(name);
    };
    const all = [take('large', 900), take('small', 1), take('medium', 5), take('another small', 1)];
    const rounds = await eventLoopTurns(async () => Promise.all(all));
    expect(order).to.deep.equal(['small', 'another small', 'medium', 'large']);
    expect(rounds).to.be.at.least(3);
  });
});
