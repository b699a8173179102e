import { expect } from 'chai';
import { nearestReference } from '../../src/fix/nearest-reference.ts';

const DIGEST = `sha256:${'0'.repeat(64)}`;
const RULES = [
  { name: 'registry-allowlist', options: { registries: ['docker.io', 'quay.io/acme', 'mirror.example.com'] } },
  {
    name: 'registry-mirror',
    options: { mirrors: [{ registry: 'docker.io', mirror: 'mirror.example.com/hub' }], unqualified: 'docker.io' },
  },
  { name: 'a-b', options: { registries: ['nowhere.example.com'] } },
];

/** An image, those that would pass, and the one that is proposed. */
const NEAREST: readonly (readonly [image: string, passing: readonly string[], nearest: string | undefined])[] = [
  ['nginx:1', ['docker.io/nginx:1', 'docker.io/library/nginx:1'], 'docker.io/nginx:1'],
  ['nginx:1', ['docker.io/library/nginx:1'], 'docker.io/library/nginx:1'],
  [`nginx:1@${DIGEST}`, [`docker.io/library/nginx:1@${DIGEST}`], `docker.io/library/nginx:1@${DIGEST}`],
  ['nginx:1', ['mirror.example.com/hub/library/nginx:1'], 'mirror.example.com/hub/library/nginx:1'],
  ['index.docker.io/nginx', ['docker.io/library/nginx'], 'docker.io/library/nginx'],
  ['quya.io/acme/app:1', ['quay.io/acme/app:1'], 'quay.io/acme/app:1'],
  ['quya.io/other/app:1', ['quay.io/other/app:1'], undefined],
  // Two steps.
  ['dokcer.io/acme/app:1', ['mirror.example.com/hub/acme/app:1'], 'mirror.example.com/hub/acme/app:1'],
  [' NGINX:V1\n', ['docker.io/nginx:V1'], 'docker.io/nginx:V1'],
  // Mended: nothing but what a person overlooks.
  ['https://Docker.io/Nginx:RC1', ['docker.io/nginx:RC1'], 'docker.io/nginx:RC1'],
  [`localhost:5000/A@${DIGEST}`, [`localhost:5000/a@${DIGEST}`], `localhost:5000/a@${DIGEST}`],
  ['nginx:', ['nginx', 'nginx:latest'], undefined],
  ['doc\u212Aer.io/nginx:1', ['docker.io/nginx:1'], undefined],
  // Never made up.
  ['docker.io/nginx', ['docker.io/nginx:latest', 'docker.io/nginx:1', `docker.io/nginx@${DIGEST}`], undefined],
];

describe('nearestReference', () => {
  for (const [image, passing, nearest] of NEAREST) {
    it(`is ${nearest ?? 'none'} for ${JSON.stringify(image)} where ${passing.join(' and ')} would pass`, () => {
      expect(nearestReference(image, RULES, (other) => passing.includes(other))).to.equal(nearest);
    });
  }

  it('ends where two settings mirror each other', () => {
    const tried: string[] = [];
    const rules = [
      { registry: 'docker.io', mirror: 'a.example.com/x' },
      { registry: 'a.example.com', mirror: 'docker.io/y' },
    ].map((mirror) => ({ name: 'registry-mirror', options: { mirrors: [mirror], unqualified: 'docker.io' } }));
    expect(nearestReference('docker.io/b:1', rules, (image) => tried.push(image) === 0)).to.equal(undefined);
    expect(tried.length).to.be.within(30, 40);
    expect(tried).to.include('a.example.com/x/y/x/y/x/library/b:1');
  });
});
