import { mock } from 'node:test';
import { expect } from 'chai';
import { skipWithout } from './skip-without.ts';

describe('skipWithout', () => {
  const before = process.env['CI'];
  afterEach(() => {
    mock.restoreAll();
    if (before === undefined) delete process.env['CI'];
    else process.env['CI'] = before;
  });

  const skip = (): never => {
    throw new Error('skipped');
  };

  it('skips, and says so', () => {
    delete process.env['CI'];
    const logged = mock.method(console, 'log', () => {}).mock;
    expect(() => skipWithout('Fortran', { skip })).to.throw('skipped');
    expect(logged.calls.map(({ arguments: [line] }) => line as string)).to.deep.equal([
      '      NOT RUN: Fortran is missing.',
    ]);
  });

  it('fails under CI', () => {
    process.env['CI'] = 'true';
    expect(() => skipWithout('Fortran', { skip })).to.throw('Fortran is missing, and with CI=true');
  });
});
