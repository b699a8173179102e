import { expect } from 'chai';
import { pino } from 'pino';
import { mistakesOf, watchSecret, type LiveSecret } from '../../../src/gate/secret/secret-watch.ts';
import { MistakesError } from '../../../src/mistake/mistake.ts';
import { until } from '../../until.ts';

const mistake = { code: 'policy-token-invalid', source: { name: 'x' }, expected: 'y', remedy: 'Z.' } as const;

describe('watchSecret', () => {
  let secret: LiveSecret<{ readonly text: string }>;
  let events: string[];

  beforeEach(() => (events = []));
  afterEach(async () => secret.stop());

  /** Which each look finds, digits being invalid. The last one is found again and again. */
  const start = (looks: string) => {
    let count = 0;
    secret = watchSecret({
      load: async () => {
        const text = looks[Math.min(count, looks.length - 1)]!;
        count += 1;
        if (/[0-9]/.test(text)) throw new MistakesError([{ ...mistake, found: text }]);
        return { text };
      },
      current: { text: 'a' },
      pollMs: 1,
      onReloaded: ({ text }) => events.push(text),
      rejected: 'Rejected.',
      log: pino({ base: null }, { write: (line: string) => void events.push(/found ([0-9])/.exec(line)?.[1] ?? line) }),
    });
    return async () => until(() => count > looks.length + 1, 'the looks');
  };

  for (const [what, looks, expected, current] of [
    ['takes a valid one at the first look, once', 'bcc', 'bc', 'c'],
    ['logs an invalid one at the second look, once', '111', '1', 'a'],
    ['passes over an invalid one that only one look finds', '1ba', 'ba', 'a'],
    ['logs each that is invalid', '112233', '123', 'a'],
    ['is silent when the active one comes back, and logs the same mistake again', '11a11', '11', 'a'],
  ] as const) {
    it(what, async () => {
      await start(looks)();
      expect(events.join('')).to.equal(expected);
      expect(secret.current()).to.deep.equal({ text: current });
    });
  }
});

describe('mistakesOf', () => {
  it('passes on what is none', () => {
    const broken = new Error('out of memory');
    expect(() => mistakesOf(broken)).to.throw(broken);
  });
});
