import { mock } from 'node:test';
import { expect } from 'chai';
import { createDrain } from '../../src/gate/drain.ts';

describe('createDrain', () => {
  it('is over after so many seconds', async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    try {
      let isOver = false;
      const drain = createDrain({ seconds: 15, onBegin: () => {} });
      drain.begin();
      void drain.over.then(() => (isOver = true));
      mock.timers.tick(14_999);
      await Promise.resolve();
      expect(isOver).to.equal(false);
      mock.timers.tick(1);
      await drain.over;
    } finally {
      mock.timers.reset();
    }
  });

  it('begins when told, and is over after its time', async () => {
    const begun: boolean[] = [];
    const drain = createDrain({ seconds: 0, onBegin: () => begun.push(drain.draining()) });
    expect(drain.draining()).to.equal(false);
    drain.begin();
    expect(drain.draining()).to.equal(true);
    await drain.over;
    expect(begun).to.deep.equal([true]);
    expect(drain.hurry.aborted).to.equal(false);
  });

  it('is over at once when told again', async () => {
    let begun = 0;
    const drain = createDrain({ seconds: 3600, onBegin: () => (begun += 1) });
    drain.begin();
    drain.begin();
    drain.begin();
    await drain.over;
    expect(drain.hurry.aborted).to.equal(true);
    expect(begun).to.equal(1);
  });
});
