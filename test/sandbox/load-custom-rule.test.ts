import { expect } from 'chai';
import { guestParts } from '../../src/sandbox/guest.ts';
import { loadCustomRule } from '../../src/sandbox/load-custom-rule.ts';
import { Remembered } from '../../src/sandbox/remembered.ts';
import { goodRule } from './custom-rules.ts';

const FILE = { name: 'a', path: '/rules.d/a.js', realpath: '/rules.d/a.js' };

describe('loadCustomRule', () => {
  const loading = async (failure?: Error) => {
    const parts = await guestParts();
    return loadCustomRule(FILE, new Map([['a.js', { text: goodRule('a') }]]), {
      parts:
        failure === undefined
          ? parts
          : {
              pictures: parts.pictures,
              get module(): never {
                throw failure;
              },
            },
      options: new Map(),
      remembered: new Remembered(1000, 1000),
      watch: { print: () => {} },
    });
  };

  it('takes a step at a time', async () => {
    const steps = await loading();
    const all = [...Array.from({ length: 4 }, () => steps.next()), steps.next()];
    expect(all.map(({ done }) => done)).to.deep.equal([false, false, false, false, true]);
    expect(all.at(-1)?.value).to.have.property('rule');
  });

  it('tells that there was no memory for one more engine, which may pass', async () => {
    const { value } = (await loading(new RangeError('could not allocate memory'))).next();
    expect(value).to.have.nested.property('mistakes[0].mayPass', true);
    expect(value).to.have.nested.property('mistakes[0].found', 'could not allocate memory');
  });

  it('passes on what is no mistake of a rule', async () => {
    const steps = await loading(new TypeError('broken'));
    expect(() => steps.next()).to.throw(TypeError, 'broken');
  });
});
