import { expect } from 'chai';
import { until } from './until.ts';

describe('until', () => {
  it('asks at once, even with no time left', async () => {
    expect(await until(() => 'there', 'it', 0)).to.equal('there');
  });

  it('asks until the answer is neither false nor nothing', async () => {
    const yes: Promise<number | false> = Promise.resolve(7);
    const answers = [false as const, null, undefined, Promise.resolve<false>(false), yes];
    expect(await until(() => answers.shift(), 'it', 10_000)).to.equal(7);
    expect(answers).to.deep.equal([]);
  });

  it('says what it has waited for', async () => {
    expect(await until(() => false, 'Godot', 0).catch(String)).to.equal('Error: Waited 0 ms for Godot.');
  });

  it('words what it has waited for at the end', async () => {
    let asked = 0;
    const never = (): boolean => ++asked < 0;
    const error = await until(never, () => `it, asked ${asked} times`, 0).catch(String);
    expect(error).to.equal('Error: Waited 0 ms for it, asked 1 times.');
  });

  it('passes on what the condition throws, without asking again', async () => {
    let asked = 0;
    const broken = (): boolean => {
      asked += 1;
      throw new Error('broken');
    };
    expect(await until(broken, 'it', 10_000).catch(String)).to.equal('Error: broken');
    expect(asked).to.equal(1);
  });
});
