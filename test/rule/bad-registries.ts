const SCHEME = 'Remove the scheme.';
const SLASH = 'Remove the trailing "/".';
const CASE = 'Write it in lower case.';
const STAR = 'A "*" stands alone or is the first label of a host: "*.gcr.io".';
const STAR_AMONG = 'To allow every registry let "*" stand alone; otherwise remove it.';
const DOT = 'A registry has a dot or a port (only localhost may do without): write the whole host name.';
const HUB = 'It is another name of docker.io, and read as that: write docker.io.';
const TAG = 'An entry has no tag and no digest: remove it.';
const HOST = 'A registry must be a legal host name or address, with a port or without.';
const ASCII = 'A reference has only ASCII characters, without blanks and control characters.';
const PATH =
  'A repository has components of lower-case letters and digits, within them single dots, one or two underscores or dashes, and slashes between them.';

/** Entries that `registryPatterns` refuses, and what it says to do. */
export const BAD_REGISTRIES: readonly (readonly [entry: string, remedy: string])[] = [
  ['', 'Remove the empty entry; "*" alone allows every registry.'],
  ['*', STAR_AMONG],
  ['http://gcr.io', SCHEME],
  ['https://GCR.io/', SCHEME],
  ['oci://gcr.io/acme', SCHEME],
  ['gcr.io/', SLASH],
  ['gcr.io/acme/', SLASH],
  ['/', SLASH],
  ['GCR.io', CASE],
  ['a.iO', CASE],
  ['Z.io', CASE],
  ['gcr.io/Acme', CASE],
  ['*.GCR.io', CASE],
  ['**', STAR],
  ['*gcr.io', STAR],
  ['gcr.*', STAR],
  ['*.*.gcr.io', STAR],
  ['eu.*.gcr.io', STAR],
  ['gcr.io/*', STAR],
  ['gcr.io/acme/*', STAR],
  ['*.gcr.io/*', STAR],
  ['gcr', DOT],
  ['docker', DOT],
  ['library/nginx', DOT],
  ['/acme', DOT],
  ['constructor', DOT],
  ['__proto__', DOT],
  ['index.docker.io', HUB],
  ['index.docker.io/library', HUB],
  ['gcr.io/acme:1', TAG],
  ['gcr.io/acme/app:latest', TAG],
  ['gcr.io/acme:1/app', TAG],
  [`gcr.io/acme@sha256:${'a'.repeat(64)}`, TAG],
  ['gcr.io/acme@', TAG],
  ['gcr.io@sha256:abc', TAG],
  ['gcr.io:', HOST],
  ['gcr.io:port', HOST],
  ['gcr.io:1:2', HOST],
  ['gcr.io.', HOST],
  ['.gcr.io', HOST],
  ['gcr..io', HOST],
  ['-gcr.io', HOST],
  ['foo_bar.com', HOST],
  ['*.', HOST],
  ['*.-x.io', HOST],
  ['*.gcr.io:', HOST],
  ['*.[::1]', HOST],
  ['[::1', HOST],
  ['gcr.io docker.io', ASCII],
  [' gcr.io', ASCII],
  ['doc\u212aer.io', ASCII],
  ['gcr.io//acme', PATH],
  ['gcr.io/-acme', PATH],
  ['gcr.io/acme?', PATH],
];
