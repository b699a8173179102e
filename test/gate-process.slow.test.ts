import { existsSync } from 'node:fs';
import { expect } from 'chai';
import { makeCerts, startGateProcess } from './gate-process.ts';
import { until } from './until.ts';

/** How many processes this one has started that have not ended: they would keep mocha from ending. */
const running = (): number => process.getActiveResourcesInfo().filter((name) => name === 'ProcessWrap').length;

describe('startGateProcess', () => {
  it('leaves no gate behind that it does not wait for any longer', async () => {
    const before = running();
    const error = await startGateProcess({ readyMs: 0 }).catch(String);
    expect(error).to.match(/^Error: Waited 0 ms for the gate to be ready; it says /);
    await until(() => running() === before, 'the gate to be gone');
  });

  it('does not wait for one that has ended, and tells what it has said', async () => {
    const error = await startGateProcess({ env: { PORT: 'https' } }).catch(String);
    expect(error).to.match(/^Error: The gate ended with 1; it says [^]*\n {2}PORT: expected /);
  });

  it('removes the certificate that it has made, and no other', async () => {
    const gate = await startGateProcess();
    expect(await gate.stop()).to.equal(0);
    expect(existsSync(gate.certs.dir)).to.equal(false);
    const certs = await makeCerts();
    await (await startGateProcess({ certs })).stop();
    expect(existsSync(certs.dir)).to.equal(true);
    certs.remove();
  });
});
