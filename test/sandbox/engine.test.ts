import { expect } from 'chai';
import { Engine } from '../../src/sandbox/engine.ts';
import { guestParts } from '../../src/sandbox/guest.ts';

describe('Engine', () => {
  const begun = async () => {
    const lines: string[] = [];
    const engine = new Engine((await guestParts()).module, {
      read: (path) => `read ${path}`,
      log: (level, text) => lines.push(`${level}: ${text}`),
      clock: () => 0,
      resolve: String,
      load: () => 'export default 7;',
    });
    engine.begin();
    return { engine, lines };
  };

  it('calls its host, whatever it is called with', async () => {
    const { engine, lines } = await begun();
    const code = `import seven from 'seven';
      host.log('warn', Symbol('x')); host.log(); host.log('info', 'a', 'b');
      globalThis.read = host.read() + host.read('a') + seven;`;
    expect(engine.evaluate('a', code)).to.equal('done');
    expect(lines).to.deep.equal(['warn: ', ': ', 'info: a']);
    expect(engine.text(engine.get('read'))).to.equal('read read a7');
  });

  it('charges for what its host does, and ends the call where there are too few steps', async () => {
    const { engine } = await begun();
    engine.steps = 10;
    expect(() => engine.charge(11)).to.throw(RangeError, 'no steps are left');
  });
});
