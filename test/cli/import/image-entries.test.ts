import { expect } from 'chai';
import { imageEntries } from '../../../src/cli/import/image-entries.ts';
import type { Purpose } from '../../../src/cli/import/unit.ts';
import { globMatcher } from '../../../src/image/glob.ts';
import { readReference } from '../../../src/image/read-reference.ts';
import { imagePatterns } from '../../../src/rule/image-patterns.ts';
import { randomFrom, seedOfRun } from '../../random.ts';

const HEX = 'a'.repeat(64);

/** A pattern of texts, and the patterns of images that allow and that deny it; words of the sentence where there are none. */
const ENTRIES: readonly (readonly [glob: string, allow: string, deny: string])[] = [
  ['eu.foo.io/*', 'eu.foo.io/**', 'eu.foo.io/**'],
  ['eu.foo.io*', 'eu.foo.io/**', 'eu.foo.io/**'],
  ['localhost:5000*', 'localhost:5000/**', 'localhost:5000/**'],
  ['*.foo.io/*', '*.foo.io/**', '*.foo.io/**'],
  ['*.foo.io/acme/*', '*.foo.io/acme/**', '*.foo.io/acme/**'],
  ['gcr.io/acme/*', 'gcr.io/acme/**', 'gcr.io/acme/**'],
  ['gcr.io/acme*', 'gcr.io/acme gcr.io/acme/**', 'gcr.io/acme* gcr.io/acme*/**'],
  ['gcr.io/acme/**', 'gcr.io/acme gcr.io/acme/**', 'gcr.io/acme gcr.io/acme/**'],
  ['acme/**', 'docker.io/library/acme docker.io/acme/**', 'docker.io/library/acme docker.io/acme/**'],
  ['docker.io/acme*', 'docker.io/library/acme docker.io/acme/**', 'docker.io/library/acme* docker.io/acme*/**'],
  ['docker.io/*', 'docker.io/**', 'docker.io/**'],
  ['acme/*', 'docker.io/acme/**', 'docker.io/acme/**'],
  ['acme*', 'docker.io/library/acme docker.io/acme/**', 'docker.io/library/acme* docker.io/acme*/**'],
  ['ubuntu:*', 'docker.io/library/ubuntu:* docker.io/library/ubuntu:*@*', 'docker.io/library/ubuntu:*'],
  ['ubuntu:20.04', 'docker.io/library/ubuntu:20.04', 'docker.io/library/ubuntu:20.04'],
  ['ubuntu@*', 'docker.io/library/ubuntu@*', 'docker.io/library/ubuntu@*'],
  ['ubuntu@sha256:*', 'docker.io/library/ubuntu@*', 'docker.io/library/ubuntu@*'],
  [`gcr.io/a:1@sha256:${HEX}`, `gcr.io/a:1@sha256:${HEX}`, `gcr.io/a:1@sha256:${HEX}`],
  ['gcr.io/a:1*', 'gcr.io/a:1* gcr.io/a:1*@*', 'gcr.io/a:1*'],
  ['gcr.io/a:*-rc', 'gcr.io/a:*-rc', 'gcr.io/a:*-rc'],
  ['gcr.io/*/app:1', 'gcr.io/**/app:1', 'gcr.io/**/app:1'],
  ['*/acme/*', '**/acme/**', '**/acme/**'],
  ['gcr.io/a-*/app:1', 'gcr.io/a-*/app:1', '! "*" ends at a slash'],
  ['1.dkr.ecr.*.amazonaws.com/*', '1.dkr.ecr.*.amazonaws.com/**', '! "*" ends at a slash'],
  ['gcr.io/app', '! every tag', 'gcr.io/app'],
  ['nginx', '! every tag', 'docker.io/library/nginx'],
  ['gcr.io', '! No image is called', '! No image is called'],
  ['*', '! Every image', '! Every image'],
  ['*:1', '! of any image', '! of any image'],
  [`*@sha256:${HEX}`, '! of any image', '! of any image'],
  ['', '! only "*"', '! only "*"'],
  ['gcr.io/a?', '! only "*"', '! only "*"'],
  ['{{ x }}/*', '! only "*"', '! only "*"'],
  ['gcr.io/**/a*', '! only "*"', '! only "*"'],
  ['gcr.io/Acme/*', '! lower case', '! lower case'],
  ['https://gcr.io/*', '! ', '! '],
];

describe('imageEntries', () => {
  for (const [glob, ...byPurpose] of ENTRIES) {
    for (const [index, expected] of byPurpose.entries()) {
      const purpose = (['allow', 'deny'] as const)[index]!;
      it(`${purpose}: ${glob}`, () => {
        const read = imageEntries(glob, purpose);
        if (expected.startsWith('!')) expect(read).to.be.a('string').and.include(expected.slice(2));
        else expect((read as Exclude<typeof read, string>).entries.join(' ')).to.equal(expected);
      });
    }
  }

  const seed = seedOfRun();
  const random = randomFrom(seed);
  const HOSTS = ['', '', 'docker.io/', 'gcr.io/', 'localhost:5000/', 'eu.gcr.io/', 'gcr.io:443/', 'index.docker.io/'];
  const PATHS = ['nginx', 'library/nginx', 'acme/app', 'acme/app/x', 'ac/me', 'acmebar/app', 'gcr', 'a/b/c/app'];
  const VERSIONS = ['', '', ':1', ':1.2', ':latest', `@sha256:${HEX}`, `:1@sha256:${HEX}`];
  const image = (): string => random.pick(HOSTS) + random.pick(PATHS) + random.pick(VERSIONS);

  /** An image's text with a piece cut out, or its end. */
  const glob = (): string => {
    const text = image();
    const from = random.below(text.length + 1);
    const to = random.chance(0.6) ? text.length : from + random.below(text.length + 1 - from);
    return `${text.slice(0, from)}${random.chance(0.85) ? '*' : ''}${text.slice(to)}`;
  };

  /** All ways in which the same image of Docker Hub is written, and without a tag that stands beside a digest. */
  const spellings = (text: string): readonly string[] => {
    const hub = /^(?:(?:index\.)?docker\.io\/)?([a-z]+(?:\/[a-z]+)*)([:@].*)?$/.exec(text);
    const [, path = '', version = ''] = hub ?? [];
    const paths = path.includes('/') ? [path, path.replace(/^library\//, '')] : [path, `library/${path}`];
    const named =
      hub === null
        ? []
        : paths.flatMap((name) => ['', 'docker.io/', 'index.docker.io/'].map((host) => host + name + version));
    return [text, ...named].flatMap((spelling) => [spelling, spelling.replace(/:[\w.]+@/, '@')]);
  };

  const matching = (entries: readonly string[], purpose: Purpose, text: string): boolean =>
    imagePatterns(entries, { purpose, unqualified: 'docker.io' }).matches(
      readReference(text) as Exclude<ReturnType<typeof readReference>, Error>,
    );

  it(`allows nothing that was not allowed, and says what it denies less, with SEED=${seed}`, () => {
    const seen = { allowed: 0, denied: 0, told: 0 };
    for (let round = 0; round < 4000; round += 1) {
      const [theirs, text] = [glob(), image()];
      // What begins or ends within a digest nobody writes.
      if (/aa/.test(theirs) && !theirs.includes(`@sha256:${HEX}`)) continue;
      const isTheirs = globMatcher(theirs);
      const allow = imageEntries(theirs, 'allow');
      if (typeof allow !== 'string' && matching(allow.entries, 'allow', text)) {
        seen.allowed += 1;
        expect(spellings(text).some(isTheirs), `${theirs} allows ${text}`).to.equal(true);
      }
      const deny = imageEntries(theirs, 'deny');
      if (typeof deny !== 'string' && isTheirs(text)) {
        const isTold = deny.differences.some((difference) => difference.includes('not denied'));
        if (matching(deny.entries, 'deny', text)) seen.denied += 1;
        else if (isTold) seen.told += 1;
        else expect.fail(`${theirs} does not deny ${text}`);
      }
    }
    for (const count of Object.values(seen)) expect(count).to.be.above(5);
  });
});
