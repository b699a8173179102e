import { expect } from 'chai';
import { parseReference } from '../../src/image/reference.ts';
import { registryHint } from '../../src/rule/registry-hint.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;

/** The image, and what it was probably meant as. */
const CASES: readonly (readonly [entries: string, image: string, meant: string | undefined])[] = [
  // Without a registry: Docker Hub, if that is allowed.
  ['docker.io', 'nginx', 'docker.io/nginx'],
  ['docker.io', `acme/app:1@${DIGEST}`, `docker.io/acme/app:1@${DIGEST}`],
  ['docker.io/library', 'nginx:1', 'docker.io/nginx:1'],
  ['docker.io/library', 'acme/app:1', undefined],
  ['gcr.io', 'nginx', undefined],
  // One character too few, too many, wrong, or elsewhere.
  ['ghcr.io', 'gcr.io/acme/app:1', 'ghcr.io/acme/app:1'],
  ['ghcr.io', 'ghhcr.io/acme/app:1', 'ghcr.io/acme/app:1'],
  ['ghcr.io', 'chcr.io/acme/app:1', 'ghcr.io/acme/app:1'],
  ['ghcr.io', 'gchr.io/acme/app:1', 'ghcr.io/acme/app:1'],
  ['ghcr.io', 'ghcr.oi/acme/app:1', 'ghcr.io/acme/app:1'],
  ['ghcr.io', 'hcrg.io/acme/app:1', 'ghcr.io/acme/app:1'],
  ['docker.io', 'dokcer.io/nginx', 'docker.io/nginx'],
  ['localhost:5000', 'localhost:500/app', 'localhost:5000/app'],
  ['localhost:5000', `localhost:5001/app@${DIGEST}`, `localhost:5000/app@${DIGEST}`],
  // Two mistakes are no slip.
  ['ghcr.io', 'gitcr.io/acme/app:1', undefined],
  ['ghcr.io', 'gr.oi/acme/app:1', undefined],
  ['docker.io', 'quay.io/app', undefined],
  // A longer host may be another's altogether.
  ['gcr.io', 'eu.gcr.io/app', undefined],
  ['docker.io', 'docker.io:443/app', undefined],
  // Only what would be allowed.
  ['ghcr.io/acme', 'gchr.io/acme/app:1', 'ghcr.io/acme/app:1'],
  ['ghcr.io/acme', 'gchr.io/evil/app:1', undefined],
  ['ghcr.io/acme', 'ghcr.io/evil/app:1', undefined],
  ['ghcr.io/acme,gchr.io/evil', 'gchr.io/acme/app:1', 'ghcr.io/acme/app:1'],
  ['docker.io/library', 'docke.io/nginx', 'docker.io/nginx'],
  ['acr.io/a,bcr.io/b,ccr.io/c', 'gcr.io/b/app', 'bcr.io/b/app'],
  // The first of the operator's that is near.
  ['bcr.io,acr.io', 'ccr.io/app', 'bcr.io/app'],
  ['ghcr.io,gcr.io/b', 'gc.io/b', 'gcr.io/b'],
  // A wildcard names no host.
  ['*.gcr.io', 'gcr.oi/app', undefined],
  ['*.gcr.io', 'eu.gcr.oi/app', undefined],
  ['*.gcr.io', 'a.gcr.io/app', undefined],
];

describe('registryHint', () => {
  for (const [entries, image, meant] of CASES) {
    it(`${entries}: ${image} ${meant === undefined ? 'is near to nothing' : `may be ${meant}`}`, () => {
      expect(registryHint(entries.split(','))(parseReference(image))).to.equal(meant);
    });
  }

  it('looks no further at hosts of more than 64 characters', () => {
    const host = (length: number): string => `${'a'.repeat(length - 3)}.io`;
    const hint = registryHint([host(64), host(65)]);
    expect(hint(parseReference(`b${host(63)}/app`))).to.equal(`${host(64)}/app`);
    expect(hint(parseReference(`b${host(64)}/app`))).to.equal(undefined);
  });
});
