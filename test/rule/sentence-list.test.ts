import { expect } from 'chai';
import { sentenceList } from '../../src/rule/sentence-list.ts';

const entries = (count: number, length: number): string[] =>
  Array.from({ length: count }, (_, index) => String(index).padStart(length, '0'));

describe('sentenceList', () => {
  it('joins by commas, in the order given', () => {
    expect(sentenceList([])).to.equal('');
    expect(sentenceList(['b'])).to.equal('b');
    expect(sentenceList(['docker.io', 'gcr.io', 'a.io', 'gcr.io'])).to.equal('docker.io,gcr.io,a.io,gcr.io');
  });

  it('has room for 512 bytes', () => {
    // 27 entries of 18 and their commas are 512 - 1 + 1.
    const list = entries(27, 18);
    expect(list.join(',')).to.have.lengthOf(512);
    expect(sentenceList(list)).to.equal(list.join(','));
  });

  it('says how many were left out past that', () => {
    const list = [...entries(26, 18), '0'.repeat(19), 'x'];
    expect(list.slice(0, 27).join(',')).to.have.lengthOf(513);
    expect(sentenceList(list)).to.equal(`${list.slice(0, 26).join(',')} and 2 more`);
    expect(sentenceList(list.slice(0, 27))).to.equal(`${list.slice(0, 26).join(',')} and 1 more`);
    expect(sentenceList(entries(1000, 9))).to.match(/^000000000,.*,000000050 and 949 more$/);
  });

  it('leaves out all that follow, even if a later one would fit', () => {
    expect(sentenceList(['a', 'b'.repeat(600), 'c'])).to.equal('a and 2 more');
  });

  it('cuts a first entry that is too long by itself', () => {
    expect(sentenceList(['a'.repeat(600)])).to.equal('a'.repeat(512));
    expect(sentenceList(['a'.repeat(600), 'b'])).to.equal(`${'a'.repeat(512)} and 1 more`);
  });
});
