import { expect } from 'chai';
import {
  InvalidReferenceError,
  MAX_REFERENCE_LENGTH,
  normalizedRegistry,
  normalizedRepository,
  parseReference,
  type ImageReference,
} from '../../src/image/reference.ts';
import {
  ASCII,
  HEX,
  LENGTH,
  REFUSED,
  REPOSITORY_LENGTH,
  SHA256,
  SHA384,
  SHA512,
  STRICTER,
  TAG_EMPTY,
} from './refused-references.ts';

function reasonFor(raw: string): string | undefined {
  try {
    parseReference(raw);
    return undefined;
  } catch (error) {
    expect(error).to.be.instanceOf(InvalidReferenceError);
    return (error as InvalidReferenceError).reason;
  }
}

const printed = (text: string): string => {
  const escaped = JSON.stringify(text).replace(/[^\x20-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16)}`);
  return escaped.length > 60 ? `${escaped.slice(0, 60)}… (${text.length})` : escaped;
};

/** What is written, and what of it is registry, repository, tag, digest, familiar name. */
type Parts = readonly [
  raw: string,
  registry: string | undefined,
  repository: string,
  tag?: string | undefined,
  digest?: string | undefined,
];

const AS_WRITTEN: readonly Parts[] = [
  ['nginx', undefined, 'nginx'],
  ['nginx:1.27', undefined, 'nginx', '1.27'],
  [`nginx@${SHA256}`, undefined, 'nginx', undefined, SHA256],
  [`nginx:latest@${SHA256}`, undefined, 'nginx', 'latest', SHA256],
  ['library/nginx', undefined, 'library/nginx'],
  ['acme/app:1', undefined, 'acme/app', '1'],
  ['a/b/c/d:1', undefined, 'a/b/c/d', '1'],
  ['docker.io/nginx', 'docker.io', 'nginx'],
  ['docker.io/library/nginx:1', 'docker.io', 'library/nginx', '1'],
  ['index.docker.io/nginx', 'index.docker.io', 'nginx'],
  ['registry-1.docker.io/library/nginx', 'registry-1.docker.io', 'library/nginx'],
  ['docker.io:443/nginx', 'docker.io:443', 'nginx'],
  ['gcr.io/acme/app', 'gcr.io', 'acme/app'],
  // A colon before the last slash is a port.
  ['localhost/app', 'localhost', 'app'],
  ['localhost:5000/app', 'localhost:5000', 'app'],
  ['localhost:5000/app:5000', 'localhost:5000', 'app', '5000'],
  ['registry:5000/app', 'registry:5000', 'app'],
  ['127.0.0.1:5000/app', '127.0.0.1:5000', 'app'],
  ['[::1]/app', '[::1]', 'app'],
  ['[fe80::1]:5000/app:1', '[fe80::1]:5000', 'app', '1'],
  // Without a slash it is a tag, whatever it looks like.
  ['localhost:5000', undefined, 'localhost', '5000'],
  ['docker.io', undefined, 'docker.io'],
  ['docker.io:443', undefined, 'docker.io', '443'],
  ['localhost', undefined, 'localhost'],
  // A first component without a dot, a colon and upper case is no registry.
  ['gcr/io/app', undefined, 'gcr/io/app'],
  ['my-registry/app', undefined, 'my-registry/app'],
  ['localhosts/app', undefined, 'localhosts/app'],
  // Separators, and where they may stand.
  ['a.b/c', 'a.b', 'c'],
  ['a-b.c-d/e', 'a-b.c-d', 'e'],
  ['a--b.c/d', 'a--b.c', 'd'],
  ['x/a.b_c__d-e---f', undefined, 'x/a.b_c__d-e---f'],
  ['0/1:2', undefined, '0/1', '2'],
  // Tags keep their case, and all that a tag may hold.
  ['nginx:Latest', undefined, 'nginx', 'Latest'],
  ['nginx:_', undefined, 'nginx', '_'],
  ['nginx:1.2-RC_3.', undefined, 'nginx', '1.2-RC_3.'],
  [`nginx:${'t'.repeat(128)}`, undefined, 'nginx', 't'.repeat(128)],
  // Digests.
  [`docker.io/nginx:1@${SHA384}`, 'docker.io', 'nginx', '1', SHA384],
  [`gcr.io/a/b@${SHA512}`, 'gcr.io', 'a/b', undefined, SHA512],
  // An image ID is only one when it is the whole text.
  [`docker.io/${SHA256}`, 'docker.io', 'sha256', HEX.slice(0, 64)],
  ['sha256:latest', undefined, 'sha256', 'latest'],
  ['sha1:abc', undefined, 'sha1', 'abc'],
  ['sha256', undefined, 'sha256'],
  ['abc123', undefined, 'abc123'],
  [HEX.slice(0, 63), undefined, HEX.slice(0, 63)],
  [HEX.slice(0, 65), undefined, HEX.slice(0, 65)],
  // Names that a plain object would have by itself.
  ['constructor', undefined, 'constructor'],
  ['a/constructor:constructor', undefined, 'a/constructor', 'constructor'],
  ['nginx:__proto__', undefined, 'nginx', '__proto__'],
];

/** What is written, and what container runtimes ask for: registry, repository, familiar name. */
const NORMALIZED: readonly (readonly [string, registry: string, repository: string, familiarName: string])[] = [
  ['nginx', 'docker.io', 'library/nginx', 'nginx'],
  ['nginx:1', 'docker.io', 'library/nginx', 'nginx'],
  ['library/nginx', 'docker.io', 'library/nginx', 'nginx'],
  ['acme/app', 'docker.io', 'acme/app', 'acme/app'],
  ['docker.io/nginx', 'docker.io', 'library/nginx', 'nginx'],
  ['docker.io/library/nginx:1', 'docker.io', 'library/nginx', 'nginx'],
  ['docker.io/acme/app', 'docker.io', 'acme/app', 'acme/app'],
  ['index.docker.io/nginx', 'docker.io', 'library/nginx', 'nginx'],
  ['index.docker.io/library/nginx', 'docker.io', 'library/nginx', 'nginx'],
  ['index.docker.io/acme/app', 'docker.io', 'acme/app', 'acme/app'],
  ['library', 'docker.io', 'library/library', 'library'],
  // With one more component it is no official image, and needs `library` to be found.
  ['library/distros/ubuntu', 'docker.io', 'library/distros/ubuntu', 'library/distros/ubuntu'],
  // Other registries have no official images.
  ['index.docker.io:443/nginx', 'index.docker.io:443', 'nginx', 'index.docker.io:443/nginx'],
  [
    'registry.hub.docker.com/library/nginx',
    'registry.hub.docker.com',
    'library/nginx',
    'registry.hub.docker.com/library/nginx',
  ],
  ['gcr.io:443/app', 'gcr.io:443', 'app', 'gcr.io:443/app'],
  ['registry-1.docker.io/nginx', 'registry-1.docker.io', 'nginx', 'registry-1.docker.io/nginx'],
  ['docker.io:443/nginx', 'docker.io:443', 'nginx', 'docker.io:443/nginx'],
  ['gcr.io/app', 'gcr.io', 'app', 'gcr.io/app'],
  ['gcr.io/library/app', 'gcr.io', 'library/app', 'gcr.io/library/app'],
  ['localhost/app', 'localhost', 'app', 'localhost/app'],
  ['[::1]:5000/app', '[::1]:5000', 'app', '[::1]:5000/app'],
];

describe('parseReference', () => {
  for (const [raw, registry, repository, tag, digest] of AS_WRITTEN) {
    it(`takes ${printed(raw)} apart, as written`, () => {
      expect(parseReference(raw)).to.deep.include({ raw, registry, repository, tag, digest });
    });
  }

  for (const [raw, registry, repository, familiarName] of NORMALIZED) {
    it(`${printed(raw)} is ${registry}/${repository} in full, and ${familiarName} in short`, () => {
      const image: ImageReference = parseReference(raw);
      expect(normalizedRegistry(image)).to.equal(registry);
      expect(normalizedRepository(image)).to.equal(repository);
      expect(image.normalized).to.deep.equal({ registry, repository });
      expect(image.familiarName).to.equal(familiarName);
    });
  }

  for (const [raw, reason] of [...STRICTER, ...REFUSED]) {
    it(`refuses ${printed(raw)}: ${reason}`, () => {
      expect(reasonFor(raw)).to.equal(reason);
    });
  }

  it('says the reason as the message too', () => {
    expect(() => parseReference('nginx:')).to.throw(InvalidReferenceError, TAG_EMPTY);
  });

  it('returns what nobody can change', () => {
    const image = parseReference('nginx:1');
    for (const part of [image, image.normalized]) expect(part).to.be.frozen;
  });

  it('returns plain data, which JSON and a structured clone keep', () => {
    const image = parseReference(`docker.io/nginx:1@${SHA256}`);
    expect(JSON.parse(JSON.stringify(image))).to.deep.equal(image);
    expect(structuredClone(image)).to.deep.equal(image);
  });

  describe('at the limits of length', () => {
    it('reads a repository of 255 characters, and no longer one', () => {
      const longest = `a/${'b'.repeat(253)}`;
      for (const before of ['', 'docker.io/', 'gcr.io/', 'localhost:5000/']) {
        for (const after of ['', ':1', `@${SHA256}`]) {
          expect(parseReference(`${before}${longest}${after}`).repository).to.equal(longest);
          expect(reasonFor(`${before}${longest}b${after}`)).to.equal(REPOSITORY_LENGTH);
        }
      }
    });

    it('counts the "library/" that an official image is asked for with, where it is not written too', () => {
      expect(parseReference('b'.repeat(247)).repository).to.have.lengthOf(247);
      for (const before of ['', 'docker.io/', 'index.docker.io/']) {
        expect(reasonFor(`${before}${'b'.repeat(247)}`)).to.equal(undefined);
        expect(reasonFor(`${before}${'b'.repeat(248)}`)).to.equal(REPOSITORY_LENGTH);
      }
      expect(reasonFor(`gcr.io/${'b'.repeat(255)}`)).to.equal(undefined);
      expect(reasonFor(`library/${'b'.repeat(247)}`)).to.equal(undefined);
      expect(reasonFor(`library/${'b'.repeat(248)}`)).to.equal(REPOSITORY_LENGTH);
    });

    it('reads 1,024 characters, and no more', () => {
      const end = '/app:1';
      const host = (length: number): string => `${'a'.repeat(length - 2)}.b`;
      const longest = host(MAX_REFERENCE_LENGTH - end.length) + end;
      expect(longest).to.have.lengthOf(1024);
      expect(parseReference(longest).tag).to.equal('1');
      expect(reasonFor(`a${longest}`)).to.equal(LENGTH);
      // The length comes first: nothing looks at a longer text.
      expect(reasonFor('\u212a'.repeat(1025))).to.equal(LENGTH);
      expect(reasonFor('\u212a'.repeat(1024))).to.equal(ASCII);
    });
  });
});
