import { expect } from 'chai';
import { configMapManifest } from '../../src/config-map/manifest.ts';
import { readYaml } from '../../src/yaml/yaml-document.ts';
import { at, guessed } from '../mistakes.ts';

describe('configMapManifest', () => {
  const LEAVE_OUT = /^Leave it out; of a List, write each item/;

  for (const [kind, remedy] of [
    ['configmap', /^ConfigMap$/],
    ['Secret', LEAVE_OUT],
    ['7', LEAVE_OUT],
  ] as const) {
    it(`refuses the kind ${kind}, and says what to do`, () => {
      const { mistakes } = configMapManifest(readYaml(`kind: ${kind}\n`, { name: 'x.yaml' }));
      expect(mistakes).to.have.lengthOf(1);
      expect(mistakes[0]).to.deep.include({ code: 'policy-yaml-invalid', ...at('x.yaml:1:1 kind') });
      expect(guessed(mistakes[0]!).remedy).to.match(remedy);
    });
  }
});
