/** A text of 128 hex digits. */
export const HEX = '0123456789abcdef'.repeat(8);
export const SHA256 = `sha256:${HEX.slice(0, 64)}`;
export const SHA384 = `sha384:${HEX.slice(0, 96)}`;
export const SHA512 = `sha512:${HEX.slice(0, 128)}`;

const EMPTY = 'An image must be named.';
export const LENGTH = 'A reference has at most 1024 characters.';
export const ASCII = 'A reference has only ASCII characters, without blanks and control characters.';
const IMAGE_ID = 'An image ID is no reference: name a repository.';
const REGISTRY_CASE = 'A registry must be in lower case.';
const REGISTRY_HOST = 'A registry must be a legal host name or address, with a port or without.';
const REPOSITORY_EMPTY = 'A repository must be named.';
const REPOSITORY_CASE = 'A repository must be in lower case.';
const REPOSITORY_FORM =
  'A repository has components of lower-case letters and digits, within them single dots, one or two underscores or dashes, and slashes between them.';
export const REPOSITORY_LENGTH = 'A repository has at most 255 characters.';
export const TAG_EMPTY = 'After the colon, a tag must follow.';
const TAG_FORM =
  'A tag has at most 128 letters, digits, underscores, dots and dashes, and begins with none of the last two.';
const DIGEST = 'A digest must be sha256, sha384 or sha512, a colon, and all of its lower-case hex digits.';

/** Legal in the grammar, and yet denied: container runtimes read them differently. */
export const STRICTER: readonly (readonly [string, reason: string])[] = [
  ['DOCKER.IO/x', REGISTRY_CASE],
  ['Docker.io/library/nginx:1', REGISTRY_CASE],
  ['Foo/bar', REGISTRY_CASE],
  ['fooA/bar', REGISTRY_CASE],
  ['fooZ/bar', REGISTRY_CASE],
  ['LOCALHOST/app', REGISTRY_CASE],
  ['LocalHost:5000/app', REGISTRY_CASE],
  ['[FE80::1]/app', REGISTRY_CASE],
  ['foo_bar.com/x', REGISTRY_HOST],
  ['docker.io_x.evil.com/x', REGISTRY_HOST],
  ['a__b.com/x:1', REGISTRY_HOST],
  [SHA256, IMAGE_ID],
  ['sha256:abc123', IMAGE_ID],
  ['sha256:a', IMAGE_ID],
  ['sha256:ABC', IMAGE_ID],
  [SHA384, IMAGE_ID],
  [`sha512:${HEX.slice(0, 64)}`, IMAGE_ID],
  // Nothing in the grammar bounds a host.
  [`${'a.'.repeat(600)}com/app`, LENGTH],
];

/** What the grammar refuses too. */
export const REFUSED: readonly (readonly [string, reason: string])[] = [
  ['', EMPTY],
  // Not ASCII. Never case-folded first: both of these become docker.io by toLowerCase or a Unicode normalization.
  ['doc\u212Aer.io/library/nginx:1', ASCII],
  ['\uFF44ocker.io/nginx:1', ASCII],
  ['nginx:\u0131', ASCII],
  ['n\u0261inx', ASCII],
  ['nginx\u200b', ASCII],
  ['\ufeffnginx', ASCII],
  ['nginx:1\u00a0', ASCII],
  ['\u{1f40b}', ASCII],
  ['\ud800', ASCII],
  // Never trimmed first.
  [' nginx', ASCII],
  ['nginx ', ASCII],
  ['nginx:1\n', ASCII],
  ['nginx\t:1', ASCII],
  ['nginx:1\0', ASCII],
  ['nginx:1\u007f', ASCII],
  ['docker.io/ nginx', ASCII],
  // 64 hex digits are an image ID, by the grammar too.
  [HEX.slice(0, 64), IMAGE_ID],
  // Registries.
  ['http://docker.io/nginx', REGISTRY_HOST],
  ['docker.io:/nginx', REGISTRY_HOST],
  ['docker.io:port/nginx', REGISTRY_HOST],
  ['docker.io:1:2/nginx', REGISTRY_HOST],
  ['docker.io./nginx', REGISTRY_HOST],
  ['.docker.io/nginx', REGISTRY_HOST],
  ['docker..io/nginx', REGISTRY_HOST],
  ['-docker.io/nginx', REGISTRY_HOST],
  ['docker-.io/nginx', REGISTRY_HOST],
  ['[::1/app', REGISTRY_HOST],
  ['::1/app', REGISTRY_HOST],
  ['[fe80::1%25eth0]/app', REGISTRY_HOST],
  ['user:pass/app', REGISTRY_HOST],
  ['./nginx', REGISTRY_HOST],
  ['../nginx', REGISTRY_HOST],
  // Repositories.
  ['docker.io/', REPOSITORY_EMPTY],
  ['docker.io/:1', REPOSITORY_EMPTY],
  [':1', REPOSITORY_EMPTY],
  [':', REPOSITORY_EMPTY],
  [`@${SHA256}`, REPOSITORY_EMPTY],
  ['docker.io/NGINX:1', REPOSITORY_CASE],
  ['Nginx', REPOSITORY_CASE],
  ['ngAnx', REPOSITORY_CASE],
  ['nginZ', REPOSITORY_CASE],
  ['docker.io/library/Nginx', REPOSITORY_CASE],
  ['/', REPOSITORY_FORM],
  ['/nginx', REPOSITORY_FORM],
  ['nginx/', REPOSITORY_FORM],
  ['docker.io//nginx', REPOSITORY_FORM],
  ['docker.io/nginx/', REPOSITORY_FORM],
  ['a/b//c', REPOSITORY_FORM],
  ['-nginx', REPOSITORY_FORM],
  ['nginx-', REPOSITORY_FORM],
  ['_nginx', REPOSITORY_FORM],
  ['nginx.', REPOSITORY_FORM],
  ['a..b', REPOSITORY_FORM],
  ['a___b', REPOSITORY_FORM],
  ['a.-b', REPOSITORY_FORM],
  ['a_-b', REPOSITORY_FORM],
  ['nginx?', REPOSITORY_FORM],
  ['$(whoami)', REPOSITORY_FORM],
  ['${IMAGE}', REPOSITORY_CASE],
  ['{{ image }}', ASCII],
  ['*', REPOSITORY_FORM],
  ['a/b:c/d', REPOSITORY_FORM],
  ['[abcd]/app', REPOSITORY_FORM],
  // Tags.
  ['nginx:', TAG_EMPTY],
  ['docker.io/nginx:', TAG_EMPTY],
  [`nginx:@${SHA256}`, TAG_EMPTY],
  ['nginx:-1', TAG_FORM],
  ['nginx:.1', TAG_FORM],
  ['nginx:1:2', TAG_FORM],
  ['nginx:1+2', TAG_FORM],
  ['nginx:lat*', TAG_FORM],
  [`nginx:${'t'.repeat(129)}`, TAG_FORM],
  // Digests.
  ['nginx@', DIGEST],
  ['nginx@latest', DIGEST],
  ['nginx@sha256', DIGEST],
  ['nginx@sha256:', DIGEST],
  [`nginx@${SHA256.slice(0, -1)}`, DIGEST],
  [`nginx@${SHA256}0`, DIGEST],
  [`nginx@${SHA256.toUpperCase()}`, DIGEST],
  [`nginx@sha256:${HEX.slice(0, 64).toUpperCase()}`, DIGEST],
  [`nginx@sha512:${HEX.slice(0, 64)}`, DIGEST],
  [`nginx@md5:${HEX.slice(0, 32)}`, DIGEST],
  [`nginx@${SHA256}:1`, DIGEST],
  [`nginx@${SHA256}@${SHA256}`, DIGEST],
  [`nginx@${SHA256}/app`, DIGEST],
];
