import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect } from 'chai';
import { freePorts } from './free-ports.ts';

describe('freePorts', function () {
  this.timeout(60_000);

  it('gives out each port once, before it begins anew, though it is asked many times at once', async () => {
    const found = (await Promise.all(Array.from({ length: 50 }, async () => freePorts(2)))).flat();
    expect(new Set(found)).to.have.lengthOf(100);
  });

  it('gives out none that somebody has', async () => {
    const [first = 0] = await freePorts(1);
    const server = createServer().listen(first + 1, '127.0.0.1');
    await once(server, 'listening');
    const found = await freePorts(2);
    await once(server.close(), 'close');
    expect(found)
      .to.have.lengthOf(2)
      .and.not.include(first + 1);
  });

  it('gives out ports of its own in each of several processes that run at once', async () => {
    const module = JSON.stringify(new URL('free-ports.js', import.meta.url).href);
    // Each lasts until its standard input ends.
    const text = `import { freePorts } from ${module}; console.log((await freePorts(100)).join()); process.stdin.resume();`;
    const children = Array.from({ length: 5 }, () =>
      spawn(process.execPath, ['--input-type=module', '--eval', text], { stdio: ['pipe', 'pipe', 'inherit'] }),
    );
    const said = await Promise.all(children.map(async ({ stdout }) => String(await once(stdout, 'data'))));
    for (const { stdin } of children) stdin.end();
    await Promise.all(children.map(async (child) => once(child, 'close')));
    const found = [...said.flatMap((line) => line.split(',').map(Number)), ...(await freePorts(100))];
    expect(new Set(found)).to.have.lengthOf(600);
  });

  it('says so where not that many are free', async () => {
    const error: unknown = await freePorts(10_000).catch((thrown: unknown) => thrown);
    expect(error)
      .to.be.an('error')
      .with.property('message')
      .that.matches(/^Of the ports from \d+, fewer than 10000 are free\.$/);
  });
});
