import { expect } from 'chai';
import { JsonMarks } from '../../../src/gate/request/json-marks.ts';
import { randomFrom, seedOfRun } from '../../random.ts';

const count = (...chunks: readonly string[]): number => {
  const marks = new JsonMarks();
  for (const chunk of chunks) marks.add(Buffer.from(chunk));
  return marks.count;
};

describe('JsonMarks', () => {
  for (const [json, marks] of [
    ['', 0],
    ['[]', 1],
    ['{"a":1,"b":[2,3]}', 6],
    ['"{[:,"', 0],
    [String.raw`["\"",[":\\"],{}]`, 5],
    [String.raw`["\\\",[",1]`, 2],
    ['["é，：［"]', 1],
  ] as const) {
    it(`finds ${marks} in ${json}`, () => {
      expect(count(json)).to.equal(marks);
    });
  }

  it('finds the same wherever the text is cut', () => {
    const seed = seedOfRun();
    const random = randomFrom(seed);
    const alphabet = ['"', '\\', '{', '[', ':', ',', 'a', '}', ']', ' '];
    for (let round = 0; round < 2000; round += 1) {
      const text = Array.from({ length: random.below(40) }, () => random.pick(alphabet)).join('');
      const cut = random.below(text.length + 1);
      expect(count(text.slice(0, cut), text.slice(cut)), `seed ${seed}: ${text}`).to.equal(count(text));
    }
  });

  it('agrees with JSON.parse about what a text holds', () => {
    const values = (value: unknown): number => {
      if (typeof value !== 'object' || value === null) return 0;
      const items = Object.values(value);
      const own = 1 + Math.max(0, items.length - 1) + (Array.isArray(value) ? 0 : items.length);
      return own + items.reduce<number>((sum, item) => sum + values(item), 0);
    };
    const value = { a: ['"', '\\', '\\"', { ':': [','] }, []], '[{': {}, '\\': [[[1, 2]]] };
    expect(count(JSON.stringify(value))).to.equal(values(value));
  });
});
