import { expect } from 'chai';
import rule from '../../rules/registry-allowlist.ts';
import { BAD_REGISTRIES } from '../rule/bad-registries.ts';
import { ruleSentences } from '../rule-sentences.ts';
import { judgedCases, type JudgedCases } from './judged-cases.ts';
import { optionMistakes } from './option-mistakes.ts';
import { at, locationOf } from '../mistakes.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;

const CASES: Readonly<Record<string, Required<JudgedCases>>> = {
  'by default': {
    options: {},
    denied: [
      // Unqualified: from nowhere that is trusted.
      'nginx',
      'nginx:1.27',
      'library/nginx:1',
      'acme/app:1',
      'docker.io',
      'docker.io:443',
      'quay.io/acme/app:1',
      'localhost/app:1',
      'localhost:5000/app:1',
      // A registry is the whole host, with its port.
      'docker.io:443/nginx:1',
      'eu.gcr.io/acme/app:1',
      'evilgcr.io/app:1',
      'gcr.io.evil.com/app:1',
      'evil.com/docker.io/nginx:1',
      'registry-1.docker.io/library/nginx:1',
      `quay.io/app@${DIGEST}`,
      'constructor',
      'constructor:1/x:1',
    ],
    allowed: [
      'docker.io/nginx',
      'docker.io/nginx:1',
      'docker.io/acme/app:1',
      'index.docker.io/nginx:1',
      'index.docker.io/acme/app:1',
      'gcr.io/app:1',
      'gcr.io/a/b/c:1',
      `gcr.io/app@${DIGEST}`,
      'gcr.io/constructor:constructor',
    ],
  },
  'with ports': {
    options: { registries: ['localhost:5000', 'docker.io:443', 'localhost'] },
    denied: ['localhost:5001/app:1', 'docker.io/nginx:1', 'docker.io:80/nginx:1', 'localhost:5000'],
    allowed: ['localhost:5000/app:1', 'localhost:5000/app', 'localhost/app:1', 'docker.io:443/nginx:1'],
  },
  'with a wildcard': {
    options: { registries: ['*.gcr.io'] },
    denied: ['evilgcr.io/app:1', 'gcr.io/app:1', 'eu.gcr.io:5000/app:1', 'gcr.io.evil.com/app:1', 'nginx:1'],
    allowed: ['eu.gcr.io/app:1', 'a.b.gcr.io/app:1', 'eu.gcr.io/a/b/c:1'],
  },
  'with a path': {
    options: { registries: ['gcr.io/acme', 'docker.io/acme/tools'] },
    denied: [
      'gcr.io/acme-evil/app:1',
      'gcr.io/acmeevil:1',
      'gcr.io/app:1',
      'gcr.io/evil/acme/app:1',
      'docker.io/acme/app:1',
      'docker.io/acme/toolsmith:1',
      'acme/tools:1',
    ],
    allowed: [
      'gcr.io/acme/app:1',
      'gcr.io/acme/a/b:1',
      'gcr.io/acme:1',
      'docker.io/acme/tools:1',
      'index.docker.io/acme/tools/x:1',
    ],
  },
  'with the official images of Docker Hub': {
    options: { registries: ['docker.io/library'] },
    denied: [
      'docker.io/acme/app:1',
      'docker.io/library-evil/app:1',
      'nginx:1',
      'library/nginx:1',
      'gcr.io/library/nginx:1',
    ],
    allowed: ['docker.io/nginx:1', 'docker.io/library/nginx:1', 'index.docker.io/nginx:1'],
  },
  'with everything allowed': {
    options: { registries: ['*'] },
    denied: [],
    allowed: ['nginx', 'acme/app:1', 'docker.io/nginx', 'evil.com/x:1', 'localhost:5000/app', 'constructor'],
  },
  'with unqualified: docker.io': {
    options: { unqualified: 'docker.io' },
    denied: ['quay.io/app:1', 'localhost/app:1', 'docker.io:443/nginx:1'],
    allowed: ['nginx', 'nginx:1', 'library/nginx:1', 'acme/app:1', 'docker.io', 'docker.io/nginx:1', 'constructor'],
  },
  'with unqualified: docker.io and only some of Docker Hub': {
    options: { unqualified: 'docker.io', registries: ['docker.io/library', 'docker.io/acme'] },
    denied: ['evil/app:1', 'acme-evil/app:1', 'other/acme:1', 'quay.io/acme/app:1'],
    allowed: ['nginx:1', 'library/nginx:1', 'acme/app:1', 'docker.io/acme/app:1'],
  },
  'with unqualified: docker.io and without Docker Hub': {
    options: { unqualified: 'docker.io', registries: ['gcr.io'] },
    denied: ['nginx:1', 'acme/app:1', 'docker.io/nginx:1', 'gcr/app:1'],
    allowed: ['gcr.io/app:1'],
  },
  'with unqualified: untrusted': {
    options: { unqualified: 'untrusted' },
    denied: ['nginx:2'],
    allowed: ['docker.io/nginx:2'],
  },
  'with constructor as a name': {
    options: { registries: ['constructor:1', 'gcr.io/constructor'] },
    denied: ['gcr.io/tostring:1', 'tostring:1/x:1', 'constructor:1', 'constructor/x:1'],
    allowed: ['constructor:1/x:1', 'gcr.io/constructor:1'],
  },
};

describe('registry-allowlist', () => {
  it('is the rule of its file', () => {
    expect(rule.meta.name).to.equal('registry-allowlist');
  });

  judgedCases(rule, CASES, (image, { options }) => {
    const registries = (options['registries'] as readonly string[] | undefined) ?? ['docker.io', 'gcr.io'];
    return `nginx image comes from an untrusted registry! (${image}). Only images from ${registries.join(',')} are allowed.`;
  });

  it("has the seed's sentence", () => {
    expect(ruleSentences('registry-allowlist')('nginx:latest')).to.equal(
      'nginx image comes from an untrusted registry! (nginx:latest). Only images from docker.io,gcr.io are allowed.',
    );
  });

  describe('with hints', () => {
    const untrusted = (image: string, registries: string, hint: string): string =>
      `nginx image comes from an untrusted registry! (${image}). Only images from ${registries} are allowed.${hint}`;

    for (const [registries, image, reference] of [
      ['docker.io,ghcr.io', 'nginx:1', 'docker.io/nginx:1'],
      ['docker.io,gcr.io', 'redis:7', 'docker.io/redis:7'],
      ['docker.io,ghcr.io', 'gchr.io/acme/app:1', 'ghcr.io/acme/app:1'],
      ['ghcr.io/acme', 'gchr.io/acme/app:1', 'ghcr.io/acme/app:1'],
    ] as const) {
      it(`asks, after the seed's sentence, whether ${image} was meant as ${reference}`, () => {
        const options = { registries: registries.split(','), hints: true };
        expect(ruleSentences('registry-allowlist', options)(image)).to.equal(
          untrusted(image, registries, ` Did you mean ${reference}?`),
        );
        expect(ruleSentences('registry-allowlist', options)(reference)).to.equal(undefined);
        const silent = ruleSentences('registry-allowlist', { ...options, hints: false });
        expect(silent(image)).to.equal(untrusted(image, registries, ''));
      });
    }

    it("has the seed's sentence alone where nothing is near, also for Docker Hub's unqualified images", () => {
      const options = { registries: ['gcr.io'], hints: true };
      for (const unqualified of ['untrusted', 'docker.io']) {
        const sentenceOf = ruleSentences('registry-allowlist', { ...options, unqualified });
        for (const image of ['nginx:1', 'quay.io/acme/app:1']) {
          expect(sentenceOf(image)).to.equal(untrusted(image, 'gcr.io', ''));
        }
      }
    });
  });

  it('lets nobody pass by upper case or by other letters: the reference is refused before', () => {
    for (const image of ['DOCKER.IO/nginx:1', 'doc\u212aer.io/nginx:1', 'docker.io_x.evil.com/x:1']) {
      expect(ruleSentences('registry-allowlist', { registries: ['*'] })(image)).to.equal(undefined);
      expect(ruleSentences('valid-reference')(image)).to.match(/^nginx image is not a valid reference! /);
    }
  });

  it('cuts a long list in the sentence, and judges by all of it', () => {
    const registries = Array.from({ length: 1000 }, (_, index) => `registry-${index}.example.com`);
    const sentenceOf = ruleSentences('registry-allowlist', { registries });
    expect(sentenceOf('registry-999.example.com/app:1')).to.equal(undefined);
    expect(sentenceOf('quay.io/app:1')).to.match(
      /^nginx image comes from an untrusted registry! \(quay\.io\/app:1\)\. Only images from registry-0\.example\.com,.* and \d{3} more are allowed\.$/,
    );
  });

  for (const [entry, remedy] of BAD_REGISTRIES) {
    it(`refuses the entry ${JSON.stringify(entry.slice(0, 30))}: ${remedy}`, () => {
      const [mistake, ...others] = optionMistakes('registry-allowlist', { registries: ['docker.io', entry] });
      expect(mistake).to.deep.include({
        code: 'option-invalid',
        ...at('registries (test), entry 2'),
        expected: 'a registry, such as gcr.io, gcr.io/acme, *.gcr.io or localhost:5000',
        remedy,
      });
      expect(others).to.deep.equal([]);
    });
  }

  it('tells all bad entries', () => {
    const mistakes = optionMistakes('registry-allowlist', { registries: ['http://a.io', 'gcr.io', 'B.io', '*'] });
    expect(mistakes.map(locationOf)).to.deep.equal([1, 3, 4].map((number) => at(`registries (test), entry ${number}`)));
  });

  for (const [options, expected] of [
    [{ hints: 'true' }, 'true or false'],
    [{ registries: [] }, 'a list that is not empty'],
    [{ registries: 'docker.io' }, 'a list'],
    [{ registries: [null] }, 'text'],
    [{ unqualified: 'trusted' }, 'one of untrusted, docker.io'],
    [{ registrys: ['docker.io'] }, 'an option that the rule has'],
  ] as const) {
    it(`refuses ${JSON.stringify(options)}`, () => {
      const [mistake, ...others] = optionMistakes('registry-allowlist', options);
      expect(mistake).to.deep.include({ code: 'option-invalid', expected });
      expect(others).to.deep.equal([]);
    });
  }
});
