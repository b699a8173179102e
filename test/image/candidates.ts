import type { Random } from '../random.ts';

// Texts that are references, nearly so, or not at all: the more of them stand at an edge of the grammar, the better.

const ALNUM = 'abcxyz019';
const PLAIN_SEPARATORS = ['.', '_', '__', '-', '--'];
const SEPARATORS = ['.', '_', '__', '-', '--', '---', '..', '___', '._', '-_', ''];
const PLAIN_HOSTS = [
  'docker.io',
  'index.docker.io',
  'gcr.io',
  'eu.gcr.io',
  'localhost',
  'localhost:5000',
  '[::1]:5000',
  'acme',
];
const HOSTS = [
  [
    'docker.io',
    'index.docker.io',
    'registry-1.docker.io',
    'gcr.io',
    'eu.gcr.io',
    'localhost',
    'LOCALHOST',
    'Localhost',
  ],
  ['localhost:5000', 'docker.io:443', 'a:1', 'a:', 'a:b', 'host:0', 'host:00080', 'host:99999999', 'x.y:80:80'],
  ['127.0.0.1', '127.0.0.1:5000', '[::1]', '[::1]:5000', '[fe80::A]', '[::g]', '[]', '[::1', '::1', '[::1%eth0]:1'],
  [
    'foo_bar.com',
    'docker.io_x.evil.com',
    'a..b',
    '.a',
    'a.',
    '-a.b',
    'a-.b',
    'a.-b',
    'a--b.c',
    'x_y:1',
    'DOCKER.IO',
    'Foo',
  ],
  ['library', 'acme', 'doc\u212Aer.io', 'docker.i\u00f6', 'xn--e1afmkfd.com', 'a.b.c.d.e.f', '1.2', '0', 'docker.io.'],
].flat();
const TAGS = [
  'latest',
  'v1.2.3',
  '_',
  '_.-',
  '.a',
  '-a',
  'A',
  '1',
  '',
  'a:b',
  'a/b',
  'a b',
  'a\n',
  'x'.repeat(128),
  'x'.repeat(129),
];
const ALGORITHMS = [
  'sha256',
  'sha384',
  'sha512',
  'SHA256',
  'sha1',
  'md5',
  'sha256+b64',
  'sha256.x',
  '1sha',
  '',
  'sha-256',
];
const LENGTHS = [64, 96, 128, 32, 31, 63, 65, 40, 0, 1];
const STRANGE = [
  ' ',
  '\t',
  '\n',
  '\r\n',
  '\0',
  '/',
  '//',
  ':',
  '::',
  '@',
  '@@',
  '.',
  '..',
  '_',
  '-',
  '*',
  '%2f',
  '\\',
  'K',
  '\u212A',
  'ſ',
  'İ',
  'ß',
  '\u00e9',
  'e\u0301',
  '中',
  '😀',
  '\ud800',
  '\udfff',
  '\u200b',
  '\u2028',
  '\ufeff',
  '\u007f',
  '\u0085',
  '[',
  ']',
  '{',
  '~',
  'A',
  'Z',
  '0',
];
const ALPHABETS = [
  'abz09._-/:@',
  'aA0._-/:@[]',
  Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join(''),
  'a.:/\u212A\u0131\u0130\u00e9中\u200b\n ',
];

function repeat(random: Random, most: number, make: () => string): string {
  return Array.from({ length: random.below(most) }, make).join('');
}

function word(random: Random): string {
  return random.pick([...ALNUM]) + repeat(random, 6, () => random.pick([...ALNUM]));
}

function component(random: Random): string {
  return (
    word(random) +
    repeat(
      random,
      3,
      () => (random.chance(0.8) ? random.pick(PLAIN_SEPARATORS) : random.pick(SEPARATORS)) + word(random),
    )
  );
}

function path(random: Random): string {
  if (random.chance(0.02)) return `${'x'.repeat(240 + random.below(25))}${random.pick(['', '/y', ':1'])}`;
  if (random.chance(0.02)) return Array.from({ length: 100 + random.below(40) }, () => 'a').join('/');
  return [component(random), ...Array.from({ length: random.below(3) }, () => component(random))].join('/');
}

function hex(random: Random, length: number): string {
  const digits = random.chance(0.9) ? '0123456789abcdef' : '0123456789abcdefABCDEFg';
  return Array.from({ length }, () => random.pick([...digits])).join('');
}

function digest(random: Random): string {
  const sizes: readonly (readonly [string, number])[] = [
    ['sha256', 64],
    ['sha384', 96],
    ['sha512', 128],
  ];
  const [algorithm, length] = random.chance(0.8) ? random.pick(sizes) : [random.pick(ALGORITHMS), random.pick(LENGTHS)];
  return `${algorithm}:${hex(random, length)}`;
}

function grammatical(random: Random): string {
  const host = random.chance(0.6) ? `${random.chance(0.5) ? random.pick(PLAIN_HOSTS) : random.pick(HOSTS)}/` : '';
  const tag = random.chance(0.5) ? `:${random.chance(0.8) ? word(random) : random.pick(TAGS)}` : '';
  return `${host}${path(random)}${tag}${random.chance(0.25) ? `@${digest(random)}` : ''}`;
}

function mutated(random: Random): string {
  let text = [...grammatical(random)];
  for (let edits = 1 + random.below(3); edits > 0; edits -= 1) {
    const at = random.below(text.length + 1);
    const kind = random.below(5);
    if (kind === 0) text.splice(at, 1);
    else if (kind === 1) text.splice(at, 0, random.pick(STRANGE));
    else if (kind === 2) text[at] = random.pick(STRANGE);
    else if (kind === 3) text[at] = text[at]?.toUpperCase() ?? 'A';
    else text = [...text.slice(at), ...text.slice(0, at)];
  }
  return text.join('');
}

function scribbled(random: Random): string {
  const alphabet = [...random.pick(ALPHABETS)];
  return repeat(random, 24, () => random.pick(alphabet));
}

function identifier(random: Random): string {
  const prefix = random.pick([
    '',
    'sha256:',
    'sha384:',
    'sha512:',
    'SHA256:',
    'sha1:',
    'library/sha256:',
    'docker.io/sha256:',
  ]);
  return prefix + hex(random, random.pick([...LENGTHS, 12]));
}

function long(random: Random): string {
  const length = random.pick([1023, 1024, 1025, 2000]);
  const tail = random.pick([`/x:${'t'.repeat(100)}`, `/x@sha256:${'a'.repeat(64)}`, '/x', '']);
  const labels = random
    .pick(['a.', 'ab.', 'a-b.'])
    .repeat(length)
    .slice(0, Math.max(0, length - tail.length - 2));
  return `${labels}io${tail}`;
}

/** One candidate; about a third of them are references. */
export function candidate(random: Random): string {
  const kind = random.below(100);
  if (kind < 45) return grammatical(random);
  if (kind < 75) return mutated(random);
  if (kind < 95) return scribbled(random);
  if (kind < 98) return identifier(random);
  return long(random);
}
