import { expect } from 'chai';
import { nearestName } from '../../src/mistake/nearest-name.ts';

const KEYS = ['ALLOWED_REGISTRIES', 'BLOCKED_TAGS', 'DISABLE_EMPTY_TAG'];

describe('nearestName', () => {
  for (const [name, nearest] of [
    ['ALLOWED_REGISTRY', 'ALLOWED_REGISTRIES'],
    ['allowed_registries', 'ALLOWED_REGISTRIES'],
    ['allowedRegistries', 'ALLOWED_REGISTRIES'],
    ['BLOCK_TAGS', 'BLOCKED_TAGS'],
    ['DISABLE_EMPTY_TAGS', 'DISABLE_EMPTY_TAG'],
  ] as const) {
    it(`${name}: did you mean ${nearest}?`, () => {
      expect(nearestName(name, KEYS)).to.equal(`Did you mean ${nearest}?`);
    });
  }

  it('names all where none is near', () => {
    const all = 'Known: ALLOWED_REGISTRIES, BLOCKED_TAGS, DISABLE_EMPTY_TAG.';
    for (const name of ['', 'NODE_ENV', 'constructor', 'registries.yaml']) {
      expect(nearestName(name, KEYS), name).to.equal(all);
    }
  });

  it('takes two letters for a slip, in a short name too', () => {
    expect(nearestName('info', ['json', 'text'])).to.equal('Known: json, text.');
    expect(nearestName('jsnn', ['json', 'text'])).to.equal('Did you mean json?');
    expect(nearestName('j', ['json', 'text'])).to.equal('Known: json, text.');
  });
});
