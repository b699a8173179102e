const star = (entry: string): string =>
  `A "*" stands for one label of a host: for any registry and path write "${entry}".`;
const STARS_IN_HOST = 'In a registry "*" stands within a label, or "*." before it for one label or more.';
const hub = (entry: string): string => `Name the registry: for an image of Docker Hub write ${entry}.`;
const VARIABLE = 'A variable was not filled in: write what it stands for.';
const DOT = 'A registry has a dot or a port (only localhost may do without): write the whole host name.';
const HUB = 'It is another name of docker.io, and read as that: write docker.io.';
const NONE = 'Name a repository after the registry: "gcr.io/**" is every one there.';
const NAME = 'Name the image before the tag: "**:latest" is every one.';
const TAG = 'A tag has at most 128 letters, digits, "_", "." and "-", and begins with neither "." nor "-".';
const DIGEST = 'A digest must be sha256, sha384 or sha512, a colon, and all of its lower-case hex digits.';
const RANGE =
  'Write versions with <, <=, >, >=, ^ or ~ before them, blanks between those that must all hold, and || between alternatives.';
const STARS = 'A "**" stands alone between slashes, as in "gcr.io/acme/**"; within a component write "*".';
const account = (entry: string): string =>
  `On Docker Hub a repository has an account, and that of the official images is library: write ${entry}.`;
const HOST = 'A registry must be a legal host name or address, with a port or without.';
const ASCII = 'A reference has only ASCII characters, without blanks and control characters.';
const PATH =
  'A repository has components of lower-case letters and digits, within them single dots, one or two underscores or dashes, and slashes between them.';

/** Entries that `imagePatterns` refuses, and what it says to do. */
export const BAD_IMAGE_PATTERNS: readonly (readonly [entry: string, remedy: string])[] = [
  ['', 'Remove the empty entry.'],
  ['https://gcr.io/acme/app', 'Remove the scheme.'],
  ['oci://gcr.io/**', 'Remove the scheme.'],
  ['gcr.io/acme/', 'Remove the trailing "/".'],
  ['gcr.io/', 'Remove the trailing "/".'],
  ['gcr.io/Acme/*', 'Write it in lower case.'],
  ['GCR.io/acme', 'Write it in lower case.'],
  ['*', star('**')],
  ['*:latest', star('**:latest')],
  ['*/app', star('**/app')],
  ['*/acme/app@*', star('**/acme/app@*')],
  ['**.gcr.io/app', STARS_IN_HOST],
  ['a**.gcr.io/app', STARS_IN_HOST],
  ['***/app', STARS_IN_HOST],
  ['nginx', hub('docker.io/library/nginx')],
  ['nginx*', hub('docker.io/library/nginx*')],
  ['nginx:1.27', hub('docker.io/library/nginx:1.27')],
  [`nginx@sha256:${'a'.repeat(64)}`, hub(`docker.io/library/nginx@sha256:${'a'.repeat(64)}`)],
  ['library/nginx', hub('docker.io/library/nginx')],
  ['library/*', hub('docker.io/library/*')],
  ['acme/app:>=1 <2', hub('docker.io/acme/app:>=1 <2')],
  ['constructor', hub('docker.io/library/constructor')],
  ['gcr/***', DOT],
  ['ghcr.io/acme/app:${TAG}', VARIABLE],
  ['${REGISTRY}/app', VARIABLE],
  ['$(IMAGE)', VARIABLE],
  ['ghcr.io/acme/app@${DIGEST}', VARIABLE],
  ['{{ .Values.image }}', VARIABLE],
  ['/acme', DOT],
  ['__proto__', DOT],
  ['index.docker.io/library/nginx', HUB],
  ['gcr.io', NONE],
  ['*.gcr.io', NONE],
  ['localhost:5000', NONE],
  ['localhost', NONE],
  ['gcr.io:5000', NONE],
  ['gcr.io@sha256:abc', NONE],
  [':latest', NAME],
  ['gcr.io/acme/app:', TAG],
  ['gcr.io/acme/app:.x', TAG],
  ['gcr.io/acme/app:a:b', TAG],
  [`gcr.io/acme/app:${'t'.repeat(129)}`, TAG],
  ['gcr.io/acme/app: latest', RANGE],
  ['gcr.io/acme/app:>=latest', RANGE],
  [
    'gcr.io/acme/app:>2 <1',
    'No version is in ">2 <1": what stands beside each other must all hold. Write || between alternatives.',
  ],
  ['gcr.io/acme/app:>=1 ||', 'Nothing stands for every version here: write "*", or remove what is empty.'],
  ['gcr.io/acme/app@', DIGEST],
  ['gcr.io/acme/app@sha256:abc', DIGEST],
  [`gcr.io/acme/app@sha256:${'A'.repeat(64)}`, DIGEST],
  [`gcr.io/acme/app:1@sha256:${'a'.repeat(63)}*`, DIGEST],
  ['@', DIGEST],
  ['@sha256:*', DIGEST],
  ['gcr.io/acme/app-**', STARS],
  ['gcr.io/***', STARS],
  ['gcr.io/**a/b', STARS],
  ['docker.io/nginx', account('docker.io/library/nginx')],
  ['docker.io/nginx:1', account('docker.io/library/nginx:1')],
  ['docker.io/*', account('docker.io/library/*')],
  ['docker.io/nginx-*', account('docker.io/library/nginx-*')],
  ['gcr.io:/acme', HOST],
  ['gcr..io/acme', HOST],
  ['localhost:*/acme', HOST],
  ['[*:1]/acme', HOST],
  ['gcr*-.io/acme', HOST],
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
