import { expect } from 'chai';
import { Remembered, type Reading } from '../../src/sandbox/remembered.ts';

const never = (): string => {
  throw new Error('read');
};
const readings = (...parts: readonly (readonly [string, string])[]): readonly Reading[] =>
  parts.map(([path, text]) => ({ path, text }));

describe('Remembered', () => {
  it('finds a verdict by what was read, and reads no more than that', () => {
    const remembered = new Remembered<string>(100_000, 1000);
    expect(remembered.find('a', never)).to.equal(undefined);
    remembered.keep('a', [], 'always', 6);
    remembered.keep('b', readings(['x', '1'], ['y', '2']), 'one', 3);
    remembered.keep('b', readings(['x', '1'], ['y', '3']), 'two', 3);
    remembered.keep('b', readings(['x', '2'], ['z', '3']), 'three', 5);
    const find = (parts: Readonly<Record<string, string>>) => {
      const read: string[] = [];
      const verdict = remembered.find('b', (path) => {
        read.push(path);
        return parts[path]!;
      });
      return [verdict, read.join('')];
    };
    expect(remembered.find('a', never)).to.equal('always');
    expect(find({ x: '1', y: '2' })).to.deep.equal(['one', 'xy']);
    expect(find({ x: '1', y: '3' })).to.deep.equal(['two', 'xy']);
    expect(find({ x: '2', z: '3' })).to.deep.equal(['three', 'xz']);
    expect(find({ x: '3' })).to.deep.equal([undefined, 'x']);
  });

  it('takes no text for another that only looks like it', () => {
    const remembered = new Remembered<string>(100_000, 1000);
    remembered.keep('a', readings(['x', '1 2'], ['y', '']), 'one', 3);
    for (const x of ['1', '1 2 ', '', '2'])
      expect(remembered.find('a', (path) => (path === 'x' ? x : ''))).to.equal(undefined);
  });

  it('is bounded, lets what was not used for longest go, and keeps nothing that is long', () => {
    const remembered = new Remembered<number>(20_000, 200);
    for (let index = 0; index < 500; index++) {
      remembered.keep(`a${index}`, readings(['x', '']), index, 10);
      expect(remembered.bytes).to.be.at.most(20_500);
      // What is used again and again stays.
      expect(remembered.find('a0', () => '')).to.equal(0);
    }
    expect(remembered.find('a1', () => '')).to.equal(undefined);
    expect(remembered.find('a499', () => '')).to.equal(499);
    remembered.keep('long', readings(['x', 'y'.repeat(200)]), 1, 1);
    expect(remembered.find('long', () => 'y'.repeat(200))).to.equal(undefined);
  });

  it('counts what is kept again once', () => {
    const remembered = new Remembered<number>(20_000, 200);
    remembered.keep('a', readings(['x', '']), 1, 10);
    const { bytes } = remembered;
    remembered.keep('a', readings(['x', '']), 1, 10);
    expect(remembered.bytes).to.equal(bytes);
  });
});
