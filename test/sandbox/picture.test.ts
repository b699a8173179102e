import { expect } from 'chai';
import { packed, unpacked } from '../../src/sandbox/picture.ts';

describe('a picture', () => {
  it('is the same when it was packed and unpacked', async () => {
    const picture = { memory: Buffer.from('a\nb\0c'), pages: 17, scratch: 5, functions: { check: 7 } };
    expect(await unpacked(packed(picture))).to.deep.equal(picture);
  });
});
