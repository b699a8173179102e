import { blockedTag, noTag, notValid, untrusted } from './sentences.ts';

const hex = '0123456789abcdef'.repeat(4);
const digest = `sha256:${hex}`;

const lowerRepository = 'A repository must be in lower case.';
const lowerRegistry = 'A registry must be in lower case.';
const host = 'A registry must be a legal host name or address, with a port or without.';
export const ascii = 'A reference has only ASCII characters, without blanks and control characters.';
const imageId = 'An image ID is no reference: name a repository.';

/** References as one may write them, and what is wrong with each; `printed` where that differs. */
export interface ReferenceRow {
  readonly image: string;
  readonly printed?: string;
  readonly sentences: (container: string, image: string) => readonly string[];
  readonly why: string;
}

const passes = (why: string, image: string): ReferenceRow => ({ image, why, sentences: () => [] });
const isUntrusted = (why: string, image: string): ReferenceRow => ({
  image,
  why,
  sentences: (c, i) => [untrusted(c, i)],
});
const isInvalid = (why: string, image: string, reason: string, printed = image): ReferenceRow => ({
  image,
  printed,
  why,
  sentences: (c, i) => [notValid(c, i, reason)],
});

export const REFERENCE_ROWS: readonly ReferenceRow[] = [
  passes('a registry of the list', 'gcr.io/acme/app:1'),
  passes('a digest pins more firmly than a tag', `docker.io/nginx@${digest}`),
  passes('the old name of Docker Hub', 'index.docker.io/nginx:1'),
  passes('an upper-case tag, which is another', 'docker.io/nginx:LATEST'),
  passes('a blocked tag as a part of another', 'docker.io/nginx:latest-alpine'),
  passes('a tag beside a digest', `docker.io/nginx:1@${digest}`),
  isUntrusted('no registry is written', 'nginx:1'),
  isUntrusted('no registry is written', 'library/nginx:1'),
  isUntrusted('a port makes another registry', 'docker.io:443/nginx:1'),
  isUntrusted('a host that only begins so', 'docker.io.evil.com/nginx:1'),
  isUntrusted('a host that only ends so', 'evilgcr.io/nginx:1'),
  isUntrusted('a host below', 'eu.gcr.io/nginx:1'),
  isUntrusted("Docker Hub's API is not listed", 'registry-1.docker.io/library/nginx:1'),
  isUntrusted('a registry as a path', 'evil.com/docker.io/nginx:1'),
  isUntrusted('an address', '[::1]:5000/nginx:1'),
  {
    why: 'a colon before the last slash is a port',
    image: 'localhost:5000/app',
    sentences: (c, i) => [noTag(c, i), untrusted(c, i)],
  },
  { why: 'a digest without a registry', image: `nginx@${digest}`, sentences: (c, i) => [untrusted(c, i)] },
  {
    why: 'the tag beside a digest is judged',
    image: `docker.io/nginx:latest@${digest}`,
    sentences: (c, i) => [blockedTag(c, i)],
  },
  { why: 'neither tag nor digest', image: 'docker.io/nginx', sentences: (c, i) => [noTag(c, i)] },
  {
    why: 'a name that is a property of objects',
    image: 'constructor',
    sentences: (c, i) => [noTag(c, i), untrusted(c, i)],
  },
  passes('a tag that is a property of objects', 'docker.io/nginx:__proto__'),
  isInvalid('upper case in the repository', 'docker.io/NGINX:1', lowerRepository),
  isInvalid('upper case in the registry', 'DOCKER.IO/nginx:1', lowerRegistry),
  isInvalid('upper case in the registry, without a dot', 'Foo/bar:1', lowerRegistry),
  isInvalid(
    'the Kelvin sign, which JavaScript lowers to k',
    'doc\u212Aer.io/nginx:1',
    ascii,
    'doc\\u{212A}er.io/nginx:1',
  ),
  isInvalid('a host that only containerd takes for one', 'foo_bar.com/x:1', host),
  isInvalid('a host that only containerd takes for one', 'docker.io_x.evil.com/x:1', host),
  isInvalid('the ID of an image on the node', digest, imageId),
  isInvalid('a short ID', 'sha256:abc', imageId),
  isInvalid('another kind of ID', `sha384:${hex}`, imageId),
  isInvalid('another kind of ID', `sha512:${hex}`, imageId),
  isInvalid('64 hex digits', hex, imageId),
  isInvalid('no tag after the colon', 'docker.io/nginx:', 'After the colon, a tag must follow.'),
  isInvalid(
    'a digest that is too short',
    'docker.io/nginx@sha256:abc',
    'A digest must be sha256, sha384 or sha512, a colon, and all of its lower-case hex digits.',
  ),
  isInvalid('no repository', 'docker.io/', 'A repository must be named.'),
  isInvalid('a scheme', 'https://docker.io/nginx:1', host),
  isInvalid(
    'control characters that forge a line',
    'docker.io/nginx:1\nx\u001B[2K',
    ascii,
    'docker.io/nginx:1\\u{A}x\\u{1B}[2K',
  ),
  isInvalid('a character outside the first plane', 'docker.io/\u{1F433}:1', ascii, 'docker.io/\\u{1F433}:1'),
  isInvalid('text that runs from right to left', 'docker.io/x\u202E:1', ascii, 'docker.io/x\\u{202E}:1'),
  isInvalid(
    'more than 255 characters of repository',
    `docker.io/${'a'.repeat(256)}:1`,
    'A repository has at most 255 characters.',
    `docker.io/${'a'.repeat(246)}...`,
  ),
  isInvalid(
    'more than 1,024 characters',
    `docker.io/${'a/'.repeat(520)}a:1`,
    'A reference has at most 1024 characters.',
    `docker.io/${'a/'.repeat(123)}...`,
  ),
];
