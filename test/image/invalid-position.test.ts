import { expect } from 'chai';
import { invalidPosition } from '../../src/image/invalid-position.ts';
import { HEX, REFUSED, SHA256, SHA384, SHA512, STRICTER } from './refused-references.ts';

/** A reference with `^` before the first character that is wrong. */
const MARKED: readonly string[] = [
  '^',
  'docker.io/^NGINX:1',
  '^Foo/bar',
  'fo^O/bar',
  'foo^_bar.com/x',
  'docker.^.io/nginx',
  'docker.io:^port/nginx',
  'docker.io:^/nginx',
  'http:^//docker.io/nginx',
  'user:^pass/app',
  '[::1^/app',
  '[fe80::1^%25eth0]/app',
  '^-docker.io/nginx',
  '^/nginx',
  'docker.io/^/nginx',
  'docker.io/^',
  'nginx/^',
  'a.^.b',
  'a__^_b',
  'nginx^?',
  'nginx^ ',
  '^ nginx',
  'doc^\u212Aer.io/library/nginx:1',
  'nginx:^',
  'nginx:^-1',
  'nginx:1^?',
  `nginx:${'t'.repeat(128)}^t`,
  `nginx:^@${SHA256}`,
  'nginx@^',
  'nginx@sha^1:abc',
  'nginx@sha256:^ABC',
  'nginx@sha256:abc^',
  `nginx@${SHA256}^0`,
  `nginx@${SHA384.slice(0, -1)}^`,
  'a@^b/c:1',
  'nginx@sha256:ab^/c',
  '[::1]^5000/app',
  `^${SHA256}`,
  `^${SHA512}`,
  `^${HEX.slice(0, 64)}`,
  `${'b'.repeat(247)}^b`,
  `docker.io/a/${'b'.repeat(253)}^b`,
  `${'a/'.repeat(512)}^a`,
];

describe('invalidPosition', () => {
  for (const marked of MARKED) {
    it(`is where the mark is in ${JSON.stringify(marked).slice(0, 60)}`, () => {
      const at = marked.indexOf('^');
      expect(invalidPosition(marked.slice(0, at) + marked.slice(at + 1))).to.equal(at);
    });
  }

  it('is within every reference that is refused, or at its end', () => {
    for (const [raw] of [...REFUSED, ...STRICTER]) expect(invalidPosition(raw), raw).to.be.within(0, raw.length);
  });
});
