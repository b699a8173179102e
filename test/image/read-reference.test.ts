import { expect } from 'chai';
import { readReference } from '../../src/image/read-reference.ts';
import { InvalidReferenceError, MAX_REFERENCE_LENGTH, parseReference } from '../../src/image/reference.ts';
import { randomFrom, seedOfRun } from '../random.ts';
import { candidate } from './candidates.ts';

const SEED = seedOfRun();
/** More than are ever remembered. */
const MANY = 2500;

/** What parseReference says, an error as its reason. */
function parsed(raw: string): unknown {
  try {
    return parseReference(raw);
  } catch (error) {
    return (error as InvalidReferenceError).reason;
  }
}

function read(raw: string): unknown {
  const reference = readReference(raw);
  return reference instanceof InvalidReferenceError ? reference.reason : reference;
}

describe('readReference', () => {
  it(`says what parseReference says, the first time and every other (SEED=${SEED})`, () => {
    const random = randomFrom(SEED);
    const asked: string[] = [];
    for (let round = 0; round < 20_000; round += 1) {
      const raw = asked.length > 0 && random.chance(0.5) ? random.pick(asked.slice(-3000)) : candidate(random);
      asked.push(raw);
      expect(read(raw)).to.deep.equal(parsed(raw));
    }
  });

  it('remembers what is asked for again and again, and forgets what is not', () => {
    const often = readReference('often');
    const once = readReference('once');
    for (let other = 0; other < MANY; other += 1) {
      readReference(`other:${other}`);
      if (other % 500 === 0) expect(readReference('often')).to.equal(often);
    }
    expect(readReference('often')).to.equal(often);
    expect(readReference('once')).to.not.equal(once);
  });

  it('keeps no text that is too long to be a reference', () => {
    const kept = readReference('kept');
    const tooLong = 'x'.repeat(MAX_REFERENCE_LENGTH);
    for (let other = 0; other < MANY; other += 1) expect(read(`${tooLong}${other}`)).to.be.a('string');
    expect(readReference('kept')).to.equal(kept);
  });
});
