import { expect } from 'chai';
import { join } from 'node:path';
import { temporaryFolder } from '../temporary-folder.ts';
import { tryPolicy, tryTexts } from './try-policy.ts';

const POLICY = `rules:
  require-digest: { action: warn }
profiles:
  prod: { rules: { require-digest: { action: deny } } }
  mirrored:
    rules:
      registry-allowlist: { options: { registries: [mirror.example.com] } }
      registry-mirror:
        action: rewrite
        options: { mirrors: [{ registry: docker.io, mirror: mirror.example.com/hub }] }
namespaces:
  - { names: [dev-*], rules: { empty-tag: { action: audit } } }
exemptions:
  - { name: e, reason: r, owner: o, expires: never, rules: [registry-allowlist], namespaces: [old] }
`;

/** Cases that are as expected. */
const SAME: readonly (readonly [what: string, cases: string])[] = [
  ['every rule that denies, in any order', '- { image: nginx, deniedBy: [registry-allowlist, empty-tag] }'],
  ['what is allowed', '- { image: docker.io/nginx:1, deniedBy: [] }'],
  ['warnings', '- { image: docker.io/nginx:1, deniedBy: [], warnedBy: [require-digest] }'],
  ['none of them', `- { image: 'docker.io/nginx@sha256:${'0'.repeat(64)}', deniedBy: [], warnedBy: [] }`],
  ['profiles', '- { image: docker.io/nginx:1, profile: prod, deniedBy: [require-digest], warnedBy: [] }'],
  ['the profile of every other label', '- { image: docker.io/nginx:1, profile: unknown, deniedBy: [] }'],
  ['namespaces', '- { image: docker.io/nginx, namespace: dev-a, deniedBy: [] }'],
  ['exemptions', '- { image: quay.io/a:1, namespace: old, deniedBy: [] }'],
  ['what cannot be read', '- { image: NGINX, deniedBy: [valid-reference] }'],
  [
    'what is rewritten',
    "- { image: 'nginx:1', profile: mirrored, deniedBy: [], rewritten: 'mirror.example.com/hub/library/nginx:1' }",
  ],
  ['what is not', "- { image: 'docker.io/nginx:1', deniedBy: [], rewritten: 'docker.io/nginx:1' }"],
  ['JSON', '[{ "image": "nginx:1", "deniedBy": ["registry-allowlist"] }]'],
];

/** What cases say that differ. */
const DIFFERENT: readonly (readonly [what: string, cases: string, said: string])[] = [
  [
    'what was to be rewritten, or not',
    `- { image: 'docker.io/a/b:1', profile: mirrored, deniedBy: [], rewritten: 'docker.io/a/b:1' }
- { image: 'docker.io/a/b:1', profile: mirrored, deniedBy: [], rewritten: 'quay.io/a/b:1' }
- { image: 'docker.io/a/b:1', deniedBy: [], rewritten: 'quay.io/a/b:1' }
- { image: 'docker.io/a/b', profile: mirrored, deniedBy: [], rewritten: 'mirror.example.com/hub/a/b' }`,
    `As expected: 0 of 4 (- missing, + not expected).

cases.yaml:1:3: docker.io/a/b:1 in the namespace default, with the profile mirrored
  + rewritten to mirror.example.com/hub/a/b:1
cases.yaml:2:3: docker.io/a/b:1 in the namespace default, with the profile mirrored
  - rewritten to quay.io/a/b:1
  + rewritten to mirror.example.com/hub/a/b:1
cases.yaml:3:3: docker.io/a/b:1 in the namespace default
  - rewritten to quay.io/a/b:1
cases.yaml:4:3: docker.io/a/b in the namespace default, with the profile mirrored
  + denied by empty-tag: app image has no tag! (docker.io/a/b, rewritten to mirror.example.com/hub/a/b). Only images with tags are allowed.
`,
  ],
  [
    'what was to be denied',
    '- { image: docker.io/nginx:1, deniedBy: [empty-tag, blocked-tags] }',
    `As expected: 0 of 1 (- missing, + not expected).

cases.yaml:1:3: docker.io/nginx:1 in the namespace default
  - denied by empty-tag
  - denied by blocked-tags
`,
  ],
  [
    'what was to be allowed, beside a case that is as expected',
    `- { image: nginx:1, deniedBy: [registry-allowlist] }
-
  image: quay.io/nginx:1
  namespace: prod-a
  profile: prod
  deniedBy: []
  warnedBy: [require-digest]
- { image: "ngi\\u202Enx", deniedBy: [], warnedBy: [] }
`,
    `As expected: 1 of 3 (- missing, + not expected).

cases.yaml:3:3: quay.io/nginx:1 in the namespace prod-a, with the profile prod
  + denied by registry-allowlist: app image comes from an untrusted registry! (quay.io/nginx:1). Only images from docker.io,gcr.io are allowed.
  + denied by require-digest: app image has no digest! (quay.io/nginx:1). Only images with digests are allowed.
  - warned by require-digest
cases.yaml:8:3: ngi\\u{202E}nx in the namespace default
  + denied by valid-reference: app image is not a valid reference! (ngi\\u{202E}nx). A reference has only ASCII characters, without blanks and control characters.
`,
  ],
];

const RULES =
  'valid-reference, empty-tag, registry-allowlist, blocked-tags, allowed-repositories, blocked-images, default-registry, registry-mirror, require-digest, required-pull-policy, tag-pattern';

/** Cases that cannot be run, and the mistakes in them. */
const WRONG: readonly (readonly [what: string, cases: string, mistakes: readonly string[]])[] = [
  [
    'nothing',
    '',
    [
      'cases.yaml:1:1: expected a list, found nothing. A list of cases, such as - { image: nginx, deniedBy: [empty-tag] }. [policy-yaml-invalid]',
    ],
  ],
  [
    'no cases',
    '[]',
    [
      'cases.yaml:1:1: expected a list that is not empty, found []. A list of cases, such as - { image: nginx, deniedBy: [empty-tag] }. [policy-yaml-invalid]',
    ],
  ],
  [
    'every mistake at once',
    `- nginx
- { image: nginx }
- { image: nginx, deniedBy: empty-tag, rules: [] }
- { image: '', profile: prdo, deniedBy: [emty-tag] }
`,
    [
      'cases.yaml:1:3 [0]: expected an object, found "nginx". A case, such as { image: nginx, deniedBy: [empty-tag] }. [policy-yaml-invalid]',
      'cases.yaml:2:3 [1]: expected the key deniedBy, found none. The rules that deny it; [] if it is allowed. [policy-yaml-invalid]',
      'cases.yaml:3:40 [2].rules: expected a key that a case has there, found "rules". Known: image, namespace, profile, deniedBy, warnedBy, rewritten. [policy-yaml-invalid]',
      'cases.yaml:3:19 [2].deniedBy: expected a list, found "empty-tag". The rules that deny it; [] if it is allowed. [policy-yaml-invalid]',
      'cases.yaml:4:5 [3].image: expected text that is not empty, found "". The image to judge. [policy-yaml-invalid]',
      'cases.yaml:4:16 [3].profile: expected one of prod, mirrored, unknown, found "prdo". Did you mean prod? [policy-yaml-invalid]',
      `cases.yaml:4:42 [3].deniedBy[0]: expected one of ${RULES}, found "emty-tag". Did you mean empty-tag? [policy-yaml-invalid]`,
    ],
  ],
  [
    'what is no YAML',
    '- { image: nginx, image: nginx, deniedBy: [] }\n',
    [
      'cases.yaml:1:19 [0].image: expected each key once, found "image" again. Put together what both say; otherwise their order would decide. [policy-yaml-unreadable]',
    ],
  ],
];

describe('imagegate test-policy --cases', () => {
  const folder = temporaryFolder();

  for (const [what, cases] of SAME) {
    it(`compares ${what}`, async () => {
      expect(await tryTexts(folder.path, POLICY, cases)).to.deep.equal({
        code: 0,
        stdout: 'As expected: 1 of 1.\n',
        stderr: '',
      });
    });
  }

  it('counts cases that are as expected', async () => {
    const { stdout } = await tryTexts(folder.path, POLICY, `${SAME[0]![1]}\n${SAME[1]![1]}\n`);
    expect(stdout).to.equal('As expected: 2 of 2.\n');
  });

  for (const [what, cases, stdout] of DIFFERENT) {
    it(`tells ${what}`, async () => {
      expect(await tryTexts(folder.path, POLICY, cases)).to.deep.equal({ code: 1, stdout, stderr: '' });
    });
  }

  for (const [what, cases, mistakes] of WRONG) {
    it(`refuses ${what}`, async () => {
      const count = mistakes.length === 1 ? 'one mistake' : `${mistakes.length} mistakes`;
      const lines = mistakes.map((mistake) => `  ${mistake}\n`).join('');
      expect(await tryTexts(folder.path, POLICY, cases)).to.deep.equal({
        code: 2,
        stdout: '',
        stderr: `The cases cases.yaml were not run: ${count}.\n\n${lines}\ndocs/errors.md explains the codes in brackets.\n`,
      });
    });
  }

  it('tells the mistakes of the policy and of the cases at once, but not of names that it cannot know', async () => {
    const cases = '- { image: nginx, profile: x, deniedBy: [x] }\n- { image: 1, deniedBy: [] }\n';
    const { code, stdout, stderr } = await tryTexts(folder.path, 'contact: 5\n', cases);
    expect({ code, stdout }).to.deep.equal({ code: 1, stdout: '' });
    expect(stderr).to.match(
      /^The gate would not use the policy x\.yaml: 2 mistakes\.\n\n {2}x\.yaml:1:1 contact: .*\n {2}cases\.yaml:2:5 \[1\]\.image: expected text, found 1\. /,
    );
  });

  it('refuses a file that is not there', async () => {
    const [path, casesPath] = [join(folder.path, 'x.yaml'), join(folder.path, 'none.yaml')];
    await tryTexts(folder.path, POLICY);
    const { code, stderr } = await tryPolicy(folder.path, { path, casesPath });
    expect(code).to.equal(2);
    expect(stderr).to.match(
      /none\.yaml: expected .*, found ENOENT: .* Name a file of cases, in YAML or JSON\. \[policy-folder-unreadable\]/,
    );
  });
});
