import { expect } from 'chai';
import * as byName from 'imagegate/rule';
import * as bySource from '../../src/rule/index.ts';

describe('imagegate/rule', () => {
  it('is what the package exports under that name, the same modules', () => {
    expect({ ...byName }).to.deep.equal({ ...bySource });
    expect(byName.defineRule).to.equal(bySource.defineRule);
  });

  it('has what a rule needs, and nothing that finds or loads rules', () => {
    expect(Object.keys(byName)).to.have.members([
      'defineRule',
      'imagePatterns',
      'InvalidEntriesError',
      'prepareEach',
      'registryHint',
      'registryMirrors',
      'registryPatterns',
      'repositoryPatterns',
      'sentenceList',
      'tagPatterns',
      'tagsOrRange',
      'versionRange',
    ]);
  });
});
