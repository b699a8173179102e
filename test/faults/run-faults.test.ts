import { expect } from 'chai';
import type { Cluster } from '../cluster/cluster.ts';
import type { Fault } from './fault.ts';
import { closingLines, faultTable, resultLine } from './report.ts';
import { runFaults, type Result } from './run-faults.ts';
import type { World } from './world.ts';

describe('runFaults', () => {
  const events: string[] = [];
  beforeEach(() => void events.splice(0));

  const fault = (name: string, run: Fault['run'], more: Partial<Fault> = {}): Fault => ({
    name,
    passesWhen: 'it holds',
    run: async (lab) => {
      events.push(`${name} begins`);
      return run(lab);
    },
    ...more,
  });
  const makeWorld = async (_: Cluster, { name }: { readonly name: string }): Promise<World> =>
    ({ remove: async () => void events.push(`${name} removed`) }) as World;
  const run = async (...faults: readonly Fault[]): Promise<readonly Result[]> =>
    runFaults(faults, {
      long: false,
      cluster: {} as Cluster,
      makeWorld,
      onResult: ({ fault: { name } }) => void events.push(`${name} ends`),
    });
  const turn = async () => new Promise(setImmediate);

  it('runs light rows side by side, then the heavy ones one by one, and tells them in their order', async () => {
    const slow = async () => turn().then(() => []);
    const heavy = { heavy: true } as const;
    const results = await run(fault('a', slow, heavy), fault('b', slow), fault('c', slow, heavy), fault('d', slow));
    expect(events.join(', ')).to.equal('b begins, d begins, b ends, d ends, a begins, a ends, c begins, c ends');
    expect(results.map(({ fault: { name } }) => name)).to.deep.equal(['a', 'b', 'c', 'd']);
  });

  it('removes the worlds of a row at its end, at its failure and at its deadline, and lets it make no more', async () => {
    let goOn = (): void => {};
    const afterwards = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    let late: Promise<unknown> = Promise.resolve();
    const results = await run(
      fault('good', async ({ createWorld }) => {
        await createWorld({ name: 'x' });
        return [['creates', 3]];
      }),
      fault('bad', async ({ createWorld }) => {
        await createWorld({ name: 'y' });
        throw new Error('1 of 3 creates failed');
      }),
      fault(
        'endless',
        async ({ createWorld }) => {
          await createWorld({ name: 'z' });
          late = afterwards.then(async () => createWorld({ name: 'late' })).catch(String);
          await late;
          return [];
        },
        { deadlineSeconds: () => 0.05 },
      ),
    );
    expect(events.filter((event) => event.endsWith('removed')).toSorted()).to.deep.equal(
      ['x', 'y', 'z'].map((name) => `${name} removed`),
    );
    expect(results.map(({ failure }) => failure)).to.deep.equal([
      undefined,
      '1 of 3 creates failed',
      'It had not ended after 0.05 s.',
    ]);
    goOn();
    expect(await late).to.equal('Error: The 0.05 s of this fault are over.');
  });

  it('is told as a table, a line a row, and as mocha closes a run', async () => {
    const results = await run(
      fault('good', async () => [
        ['creates', 3],
        ['p99', '4 ms'],
      ]),
      fault('bad', async () => {
        throw new Error('one\ntwo');
      }),
    );
    const [good, bad] = results.map((result) => ({ ...result, seconds: 7.4 })) as [Result, Result];
    expect(faultTable([good, bad])).to.equal(
      [
        '| fault | passes when | result    | measured              | seconds |',
        '| ----- | ----------- | --------- | --------------------- | ------- |',
        '| good  | it holds    | holds     | creates: 3; p99: 4 ms | 7       |',
        '| bad   | it holds    | **fails** |                       | 7       |',
      ].join('\n'),
    );
    expect(resultLine(good)).to.equal('  ✔ good (7 s)');
    expect(resultLine(bad)).to.equal('  ✘ bad (7 s)\n      one\n      two');
    expect(closingLines([good], 9.6)).to.equal('  1 passing (10s)');
    expect(closingLines([good, bad], 9.6)).to.equal('  1 passing (10s)\n  1 failing');
  });
});
