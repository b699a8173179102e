const STAR = 'Name the registry: a "*" in it is the whole first label, as in "*.gcr.io/acme/app".';
const DOT = 'A registry has a dot or a port (only localhost may do without): write the whole host name.';
const HUB = 'It is another name of docker.io, and read as that: write docker.io.';
const NONE = 'Name a repository after the registry: "gcr.io/**" is every one there.';
const TAG = 'An entry has no tag and no digest: remove it.';
const STARS = 'A "**" stands alone between slashes, as in "gcr.io/acme/**"; within a component write "*".';
const ACCOUNT =
  'On Docker Hub a repository has an account, and that of the official images is library: write docker.io/library/nginx for nginx.';
const HOST = 'A registry must be a legal host name or address, with a port or without.';
const ASCII = 'A reference has only ASCII characters, without blanks and control characters.';
const PATH =
  'A repository has components of lower-case letters and digits, within them single dots, one or two underscores or dashes, and slashes between them.';

/** Entries that `repositoryPatterns` refuses, and what it says to do. */
export const BAD_REPOSITORIES: readonly (readonly [entry: string, remedy: string])[] = [
  ['', 'Remove the empty entry.'],
  ['https://gcr.io/acme/app', 'Remove the scheme.'],
  ['oci://gcr.io/**', 'Remove the scheme.'],
  ['gcr.io/acme/', 'Remove the trailing "/".'],
  ['gcr.io/', 'Remove the trailing "/".'],
  ['gcr.io/Acme/*', 'Write it in lower case.'],
  ['GCR.io/acme', 'Write it in lower case.'],
  ['*', STAR],
  ['**', STAR],
  ['*/app', STAR],
  ['**/app', STAR],
  ['*gcr.io/app', STAR],
  ['eu.*.gcr.io/app', STAR],
  ['*.*.gcr.io/app', STAR],
  ['gcr.*/app', STAR],
  ['nginx', DOT],
  ['library/nginx', DOT],
  ['library/*', DOT],
  ['/acme', DOT],
  ['constructor', DOT],
  ['__proto__', DOT],
  ['index.docker.io/library/nginx', HUB],
  ['gcr.io', NONE],
  ['*.gcr.io', NONE],
  ['localhost:5000', NONE],
  ['localhost', NONE],
  ['gcr.io/acme/app:1', TAG],
  ['gcr.io/acme/*:*', TAG],
  [`gcr.io/acme/app@sha256:${'a'.repeat(64)}`, TAG],
  ['gcr.io@sha256:abc', TAG],
  ['gcr.io/acme/app-**', STARS],
  ['gcr.io/***', STARS],
  ['gcr.io/**a/b', STARS],
  ['docker.io/nginx', ACCOUNT],
  ['docker.io/*', ACCOUNT],
  ['docker.io/nginx-*', ACCOUNT],
  ['gcr.io:/acme', HOST],
  ['gcr..io/acme', HOST],
  ['-gcr.io/*', HOST],
  ['*./acme', HOST],
  ['*.[::1]/acme', HOST],
  ['gcr.io/acme/ app', ASCII],
  [' gcr.io/acme', ASCII],
  ['gcr.io/acme/doc\u212aer', ASCII],
  ['gcr.io//acme', PATH],
  ['gcr.io/acme//**', PATH],
  ['gcr.io/-acme', PATH],
  ['gcr.io/-*', PATH],
  ['gcr.io/*-', PATH],
  ['gcr.io/acme/[ab]+', PATH],
  ['gcr.io/acme/app?', PATH],
];
