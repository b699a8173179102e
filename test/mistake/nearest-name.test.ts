import { expect } from 'chai';
import { nearestName } from '../../src/mistake/nearest-name.ts';

const KEYS = ['ALLOWED_REGISTRIES', 'BLOCKED_TAGS', 'DISABLE_EMPTY_TAG'];
const ALL = 'Known: ALLOWED_REGISTRIES, BLOCKED_TAGS, DISABLE_EMPTY_TAG.';

describe('nearestName', () => {
  for (const [name, nearest] of [
    ['ALLOWED_REGISTRY', 'ALLOWED_REGISTRIES'],
    ['allowed_registries', 'ALLOWED_REGISTRIES'],
    ['allowedRegistries', 'ALLOWED_REGISTRIES'],
    ['BLOCK_TAGS', 'BLOCKED_TAGS'],
    ['DISABLE_EMPTY_TAGS', 'DISABLE_EMPTY_TAG'],
  ] as const) {
    it(`${name}: did you mean ${nearest}?`, () => {
      expect(nearestName(name, KEYS)).to.deep.equal({ remedy: ALL, guess: nearest });
    });
  }

  it('names all where none is near', () => {
    for (const name of ['', 'NODE_ENV', 'constructor', 'registries.yaml']) {
      expect(nearestName(name, KEYS), name).to.deep.equal({ remedy: ALL });
    }
  });

  it('takes two letters for a slip, in a short name too', () => {
    expect(nearestName('info', ['json', 'text'])).to.not.have.property('guess');
    expect(nearestName('jsnn', ['json', 'text']).guess).to.equal('json');
    expect(nearestName('j', ['json', 'text'])).to.not.have.property('guess');
  });

  it('has another remedy where one is given', () => {
    expect(nearestName('a', ['bbbb'], 'Leave it out.')).to.deep.equal({ remedy: 'Leave it out.' });
    expect(nearestName('bbb', ['bbbb'], 'Leave it out.')).to.deep.equal({ remedy: 'Leave it out.', guess: 'bbbb' });
  });
});
