import { expect } from 'chai';
import { RuleTurns } from '../../src/workers/rule-turns.ts';

const make = (): RuleTurns => new RuleTurns(async () => new Promise((resolve) => setImmediate(resolve)));

describe('RuleTurns', () => {
  it('gives back what a turn comes to, and the first of its failures', async () => {
    const turns = make();
    const fails = (): number => {
      setImmediate(() => {
        turns.fail('one', undefined);
        turns.fail('two', undefined);
      });
      return 7;
    };
    expect(await turns.take('a', fails)).to.deep.equal({ result: 7, failure: 'one' });
    expect(await turns.take('a', () => 8)).to.deep.equal({ result: 8, failure: undefined });
  });

  it('keeps for what was left behind whose it is, while another rule has its turn', async () => {
    const turns = make();
    let fire: (() => void) | undefined;
    let late: unknown;
    const leaves = async (): Promise<void> =>
      new Promise<void>((resolve) => (fire = resolve)).then(
        () => void (late = [turns.rule, turns.fail('x', undefined)]),
      );
    await turns.take('a', () => void leaves());
    expect(await turns.take('b', () => fire?.())).to.deep.equal({ result: undefined, failure: undefined });
    expect(late).to.deep.equal(['a', { rule: 'a' }]);
  });

  it('goes by the suspect where nobody knows whose it is, and else by who has the turn', async () => {
    const turns = make();
    expect(turns.rule).to.equal(undefined);
    expect(turns.fail('x', 'a')).to.deep.equal({ rule: 'a' });
    expect(turns.fail('x', undefined)).to.deep.equal({ rule: undefined });
    const turn = turns.take('b', () => {});
    expect(turns.rule).to.equal('b');
    expect(turns.fail('x', 'a')).to.deep.equal({ rule: 'a' });
    expect(turns.fail('y', undefined)).to.equal(false);
    expect((await turn).failure).to.equal('y');
  });
});
