import { expect } from 'chai';
import { serve } from '../../src/cli/serve.ts';

describe('serve', () => {
  const EVENTS = ['SIGTERM', 'SIGINT', 'uncaughtException'] as const;
  const listeners = (): readonly number[] => EVENTS.map((event) => process.listenerCount(event));

  it('listens to the process no more when the start has failed', async () => {
    const [before, told] = [listeners(), [] as string[]];
    const code = await serve({
      env: { PORT: 'x', CERTS_DIR: 'nowhere' },
      terminal: true,
      writeError: (text) => told.push(text),
    });
    expect(code).to.equal(1);
    expect(told.join('')).to.match(/^ImageGate did not start: 3 mistakes\.\n/);
    expect(listeners()).to.deep.equal(before);
  });
});
