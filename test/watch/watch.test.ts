import { setTimeout } from 'node:timers/promises';
import { expect } from 'chai';
import { watch, type Watch, type WatchOptions } from '../../src/watch/watch.ts';

/** What each look finds, and what is settled by then. The watch begins with `a` settled; capitals are sure. */
const TABLE: readonly (readonly [what: string, looks: string, settled: string])[] = [
  ['nothing that is unchanged', 'aaa', ''],
  ['what two looks in a row have found, once', 'abbbb', 'b'],
  ['nothing that only one look has found', 'bacab', ''],
  ['each state after the other', 'bbccc', 'bc'],
  ['a state again when it comes again', 'bbaabb', 'bab'],
  ['a state once, whatever one look has found between', 'bbcbbb', 'b'],
  ['what is sure at the first look, once', 'BBB', 'B'],
  ['what is sure between what is not', 'bCbCbb', 'Cb'],
];

interface State {
  readonly text: string;
}

describe('watch', () => {
  let watching: Watch;
  let settled: string;

  beforeEach(() => (settled = ''));
  afterEach(() => watching.stop());

  /** Resolves when the look after the last one has begun; what that finds no longer counts. */
  const looksOver = async (looks: string, settle?: WatchOptions<State>['settle']): Promise<void> =>
    new Promise((resolve) => {
      let count = 0;
      const stop = (): State => {
        watching.stop();
        resolve();
        return { text: 'Z' };
      };
      watching = watch<State>({
        // A new object each time: states are compared by what is in them.
        read: async () => (count < looks.length ? { text: looks[count++]! } : stop()),
        settled: { text: 'a' },
        pollMs: 1,
        isSure: ({ text }) => /[A-Z]/.test(text),
        settle: (state, isCurrent) => {
          settled += state.text;
          return settle?.(state, isCurrent);
        },
      });
    });

  for (const [what, looks, expected] of TABLE) {
    it(`settles ${what}`, async () => {
      await looksOver(looks);
      expect(settled).to.equal(expected);
    });
  }

  it('needs two looks unless it is told otherwise', async () => {
    settled = await new Promise((resolve) => {
      let looks = 0;
      watching = watch({
        read: async () => `B${(looks += 1) > 3 ? 2 : looks}`,
        settled: 'a',
        pollMs: 1,
        settle: (state) => resolve(state),
      });
    });
    expect(settled).to.equal('B2');
  });

  it('looks once more where it is asked whether a state is current', async () => {
    const answers: boolean[] = [];
    const ask: WatchOptions<State>['settle'] = async (_, isCurrent) => {
      answers.push(await isCurrent());
      return undefined;
    };
    await looksOver('bbbccd', ask);
    expect(settled).to.equal('bc');
    expect(answers).to.deep.equal([true, false]);
  });

  it('tries again what could not be settled, after the time that it is told, and takes back a return', async () => {
    const times: number[] = [];
    const fail: WatchOptions<State>['settle'] = async ({ text }) => {
      times.push(performance.now());
      return text === 'b' ? 30 : undefined;
    };
    await looksOver('bbbaaa', fail);
    expect(settled).to.equal('bba');
    expect(times[1]! - times[0]!).to.be.at.least(29);
  });

  it('does not wait for what has begun when it is stopped, and nothing is current to that any more', async () => {
    const events: string[] = [];
    await new Promise<void>((resolve) => {
      watching = watch({
        read: async () => void events.push('look'),
        settled: 'a',
        pollMs: 1,
        isSure: () => true,
        settle: async (_, isCurrent) => {
          watching.stop();
          events.push('stopped');
          await setTimeout(5);
          events.push(`current: ${String(await isCurrent())}`);
          resolve();
          return undefined;
        },
      });
    });
    await setTimeout(20);
    expect(events).to.deep.equal(['look', 'stopped', 'look', 'current: false']);
  });

  it('looks no more once it is stopped', async () => {
    let looks = 0;
    watching = watch({ read: async () => (looks += 1), settled: 0, pollMs: 1, settle: () => {} });
    watching.stop();
    await setTimeout(20);
    expect(looks).to.equal(0);
  });

  it('keeps no process alive', () => {
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const before = timers();
    watching = watch({ read: async () => '', settled: '', pollMs: 60_000, settle: () => {} });
    expect(timers()).to.equal(before);
  });
});
