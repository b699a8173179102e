import { expect } from 'chai';
import { explain } from '../../../src/cli/explain/explain.ts';
import { chunks } from '../../manifest/chunks.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { tryCommand } from './try-command.ts';

const DIGEST = `sha256:${'0'.repeat(64)}`;

const POLICY = `rules:
  registry-allowlist: { options: { registries: [docker.io, quay.io] } }
  require-digest: { action: warn }
  blocked-tags:
    - { options: { tags: [latest] }, message: Ask. }
    - { action: audit, namespaces: [prod-*], options: { tags: ['*-rc*'] } }
  tag-pattern: { action: deny, images: [quay.io/**], options: { patterns: [{ images: ['**/**'], tags: ['2.*'] }] } }
  valid-reference: { message: Read the manual. }
profiles:
  prod: { rules: { require-digest: { action: deny } } }
namespaces:
  - { names: [dev-*], rules: { tag-pattern: { action: off } } }
exemptions:
  - { name: bills, reason: r, owner: team-b, expires: 2026-12-31, rules: [blocked-tags], namespaces: [default, prod-*], users: [ann] }
  - { name: robots, reason: r, owner: team-r, expires: never, rules: [require-digest], namespaces: [dev-*], groups: ['system:serviceaccounts:ci'] }
`;

const MIRROR = `rules:
  registry-allowlist: { options: { registries: [m.io] } }
  default-registry: { action: rewrite }
  registry-mirror: { action: rewrite, options: { mirrors: [{ registry: docker.io, mirror: m.io/hub }, { registry: quay.io, mirror: m.io/hub }] } }
namespaces:
  - { names: [raw], rules: { registry-mirror: { action: off } } }
`;
const BY = 'x.yaml:2:36 rules.registry-allowlist.options.registries';
const REWRITES = 'x.yaml:4:22 rules.registry-mirror.action, x.yaml:4:50 rules.registry-mirror.options.mirrors';

const FLAT =
  '{ kind: ConfigMap, data: { ENFORCEMENT: warn, ALLOWED_REGISTRIES: quay.io, RULE_REQUIRE_DIGEST: audit } }\n';

/** How `nginx` is read. */
const NGINX = `  registry    docker.io, by default
  repository  library/nginx, for nginx
  tag         latest, by default
  digest      none
  in full     docker.io/library/nginx:latest`;

/** How `m.io/hub/library/nginx:1` is read. */
const HUB = `  registry    m.io
  repository  hub/library/nginx
  tag         1
  digest      none
  in full     m.io/hub/library/nginx:1`;

interface Where {
  readonly namespace?: string;
  readonly profile?: string;
  readonly user?: string;
}

/** A policy, images and where they are judged, the exit code, and what is said. */
const EXPLAINED: readonly (readonly [
  what: string,
  policy: string | undefined,
  images: readonly string[],
  where: Where,
  code: 0 | 1,
  said: string,
])[] = [
  [
    'each step by which an image is rewritten, and what then is said',
    MIRROR,
    ['nginx'],
    {},
    1,
    `nginx in the namespace default: denied.

${NGINX}
  judged as   m.io/hub/library/nginx

  empty-tag: denies (by default)
    app image has no tag! (nginx, rewritten to m.io/hub/library/nginx). Only images with tags are allowed.
  registry-allowlist: fine (${BY})
  blocked-tags: fine (by default)
  default-registry: rewrites it, no registry -> docker.io (x.yaml:3:23 rules.default-registry.action)
  registry-mirror: rewrites it, docker.io -> m.io/hub (${REWRITES})
`,
  ],
  [
    'what an image was before it was rewritten',
    MIRROR,
    ['m.io/hub/library/nginx:1'],
    {},
    0,
    `m.io/hub/library/nginx:1 in the namespace default: allowed.

${HUB}

  It is what the policy makes of docker.io/library/nginx:1 (registry-mirror, docker.io -> m.io/hub).
  It is what the policy makes of quay.io/library/nginx:1 (registry-mirror, quay.io -> m.io/hub).

  empty-tag: fine (by default)
  registry-allowlist: fine (${BY})
  blocked-tags: fine (by default)
  default-registry: fine (x.yaml:3:23 rules.default-registry.action)
  registry-mirror: fine (${REWRITES})
`,
  ],
  [
    'nothing of the kind where nothing is rewritten so',
    MIRROR,
    ['m.io/hub/library/nginx:1'],
    { namespace: 'raw' },
    0,
    `m.io/hub/library/nginx:1 in the namespace raw: allowed.

${HUB}

  empty-tag: fine (by default)
  registry-allowlist: fine (${BY})
  blocked-tags: fine (by default)
  default-registry: fine (x.yaml:3:23 rules.default-registry.action)
`,
  ],
  [
    'by default, an image of which nothing is written but its name',
    undefined,
    ['nginx'],
    {},
    1,
    `nginx in the namespace default: denied.

${NGINX}

  empty-tag: denies (by default)
    app image has no tag! (nginx). Only images with tags are allowed.
  registry-allowlist: denies (by default)
    app image comes from an untrusted registry! (nginx). Only images from docker.io,gcr.io are allowed.
  blocked-tags: fine (by default)
`,
  ],
  [
    'several, with what would pass, and one of which all is written',
    undefined,
    ['index.docker.io/acme/app:1', `dokcer.io/a:1@${DIGEST}`, `gcr.io/a/b@${DIGEST}`],
    {},
    1,
    `index.docker.io/acme/app:1 in the namespace default: allowed.

  registry    docker.io, for index.docker.io
  repository  acme/app
  tag         1
  digest      none
  in full     docker.io/acme/app:1

  empty-tag: fine (by default)
  registry-allowlist: fine (by default)
  blocked-tags: fine (by default)

dokcer.io/a:1@${DIGEST} in the namespace default: denied.

  registry    dokcer.io
  repository  a
  tag         1
  digest      ${DIGEST}
  in full     dokcer.io/a:1@${DIGEST}

  empty-tag: fine (by default)
  registry-allowlist: denies (by default)
    app image comes from an untrusted registry! (dokcer.io/a:1@${DIGEST}). Only images from docker.io,gcr.io are allowed.
  blocked-tags: fine (by default)

  Would pass: docker.io/a:1@${DIGEST}

gcr.io/a/b@${DIGEST} in the namespace default: allowed.

  registry    gcr.io
  repository  a/b
  tag         none
  digest      ${DIGEST}
  in full     gcr.io/a/b@${DIGEST}

  empty-tag: fine (by default)
  registry-allowlist: fine (by default)
  blocked-tags: fine (by default)
`,
  ],
  [
    'each of several settings with its place, in a profile',
    POLICY,
    ['quay.io/a:latest'],
    { profile: 'prod' },
    1,
    `quay.io/a:latest in the namespace default, with the profile prod: denied.

  registry    quay.io
  repository  a
  tag         latest
  digest      none
  in full     quay.io/a:latest

  empty-tag: fine (by default)
  registry-allowlist: fine (x.yaml:2:36 rules.registry-allowlist.options.registries)
  blocked-tags: denies (x.yaml:5:20 rules.blocked-tags[0].options.tags, x.yaml:5:38 rules.blocked-tags[0].message)
    app image has a non-allowed tag! (quay.io/a:latest). These tags "latest" are prohibited. Ask.
  blocked-tags: does not judge it: its namespaces or images are others (x.yaml:6:9 rules.blocked-tags[1].action, x.yaml:6:57 rules.blocked-tags[1].options.tags, x.yaml:6:24 rules.blocked-tags[1].namespaces)
  require-digest: denies (x.yaml:10:38 profiles.prod.rules.require-digest.action)
    app image has no digest! (quay.io/a:latest). Only images with digests are allowed.
  tag-pattern: denies (x.yaml:7:18 rules.tag-pattern.action, x.yaml:7:65 rules.tag-pattern.options.patterns, x.yaml:7:32 rules.tag-pattern.images)
    app image has no allowed tag! (quay.io/a:latest). Only the tags "2.*" are allowed for this image.
`,
  ],
  [
    'what is exempt, recorded and warned of, where a rule is off',
    POLICY.replace('dev-*', 'prod-dev-*'),
    ['quay.io/a:latest-rc1'],
    { namespace: 'prod-dev-a', user: 'ann' },
    0,
    `quay.io/a:latest-rc1 in the namespace prod-dev-a, by ann: allowed.

  registry    quay.io
  repository  a
  tag         latest-rc1
  digest      none
  in full     quay.io/a:latest-rc1

  empty-tag: fine (by default)
  registry-allowlist: fine (x.yaml:2:36 rules.registry-allowlist.options.registries)
  blocked-tags: fine (x.yaml:5:20 rules.blocked-tags[0].options.tags, x.yaml:5:38 rules.blocked-tags[0].message)
  blocked-tags: exempt by bills, kept by team-b, until 2026-12-31 (x.yaml:6:9 rules.blocked-tags[1].action, x.yaml:6:57 rules.blocked-tags[1].options.tags, x.yaml:6:24 rules.blocked-tags[1].namespaces)
    app image has a non-allowed tag! (quay.io/a:latest-rc1). These tags "*-rc*" are prohibited.
  require-digest: warns (x.yaml:3:21 rules.require-digest.action)
    app image has no digest! (quay.io/a:latest-rc1). Only images with digests are allowed.
`,
  ],
  [
    "what is exempt for a group of a service account's, and an unknown profile",
    POLICY,
    ['docker.io/a:1'],
    { profile: 'prdo', namespace: 'dev-a', user: 'system:serviceaccount:ci:robot' },
    0,
    `docker.io/a:1 in the namespace dev-a, with the profile prdo, by system:serviceaccount:ci:robot: allowed.
Warning: ImageGate has no profile prdo, so its images are judged as those of a namespace without one. [imagegate]

  registry    docker.io
  repository  library/a, for a
  tag         1
  digest      none
  in full     docker.io/library/a:1

  empty-tag: fine (by default)
  registry-allowlist: fine (x.yaml:2:36 rules.registry-allowlist.options.registries)
  blocked-tags: fine (x.yaml:5:20 rules.blocked-tags[0].options.tags, x.yaml:5:38 rules.blocked-tags[0].message)
  blocked-tags: does not judge it: its namespaces or images are others (x.yaml:6:9 rules.blocked-tags[1].action, x.yaml:6:57 rules.blocked-tags[1].options.tags, x.yaml:6:24 rules.blocked-tags[1].namespaces)
  require-digest: exempt by robots, kept by team-r, without an end (x.yaml:3:21 rules.require-digest.action)
    app image has no digest! (docker.io/a:1). Only images with digests are allowed.
`,
  ],
  [
    'what would pass in that namespace alone',
    'namespaces: [{ names: [dev-*], rules: { registry-allowlist: { options: { registries: [quay.io] } } } }]\n',
    ['quya.io/a:1'],
    { namespace: 'dev-a' },
    1,
    `quya.io/a:1 in the namespace dev-a: denied.

  registry    quya.io
  repository  a
  tag         1
  digest      none
  in full     quya.io/a:1

  empty-tag: fine (by default)
  registry-allowlist: denies (x.yaml:1:74 namespaces[0].rules.registry-allowlist.options.registries)
    app image comes from an untrusted registry! (quya.io/a:1). Only images from quay.io are allowed.
  blocked-tags: fine (by default)

  Would pass: quay.io/a:1
`,
  ],
  [
    'keys, and ENFORCEMENT over them',
    FLAT,
    ['nginx:1'],
    {},
    0,
    `nginx:1 in the namespace default: allowed.

  registry    docker.io, by default
  repository  library/nginx, for nginx
  tag         1
  digest      none
  in full     docker.io/library/nginx:1

  empty-tag: fine (ENFORCEMENT, in place of deny (default))
  registry-allowlist: warns (ENFORCEMENT, in place of deny (default), ALLOWED_REGISTRIES (ConfigMap))
    app image comes from an untrusted registry! (nginx:1). Only images from quay.io are allowed.
  blocked-tags: fine (ENFORCEMENT, in place of deny (default))
  require-digest: records (RULE_REQUIRE_DIGEST (ConfigMap))
    app image has no digest! (nginx:1). Only images with digests are allowed.
`,
  ],
  [
    'what is no reference, with a mark under what is wrong, and what was meant',
    POLICY,
    ['docker.io/NGINX:1', 'nginx:'],
    {},
    1,
    `docker.io/NGINX:1 in the namespace default: denied.

  docker.io/NGINX:1
            ^
  A repository must be in lower case.

  valid-reference: denies (x.yaml:8:22 rules.valid-reference.message)
    app image is not a valid reference! (docker.io/NGINX:1). A repository must be in lower case. Read the manual.

  Would pass: docker.io/nginx:1

nginx: in the namespace default: denied.

  nginx:
        ^
  After the colon, a tag must follow.

  valid-reference: denies (x.yaml:8:22 rules.valid-reference.message)
    app image is not a valid reference! (nginx:). After the colon, a tag must follow. Read the manual.
`,
  ],
  [
    'what is no text for a terminal, and around the mark alone where it is long',
    undefined,
    ['\u{1b}[31mdocker.io/a\nb', `docker.io/${'a'.repeat(80)}A${'b'.repeat(80)}`],
    {},
    1,
    `\\u{1B}[31mdocker.io/a\\u{A}b in the namespace default: denied.

  \\u{1B}[31mdocker.io/a\\u{A}b
  ^
  A reference has only ASCII characters, without blanks and control characters.

  valid-reference: denies (by default)
    app image is not a valid reference! (\\u{1B}[31mdocker.io/a\\u{A}b). A reference has only ASCII characters, without blanks and control characters.

docker.io/${'a'.repeat(80)}A${'b'.repeat(80)} in the namespace default: denied.

  ...${'a'.repeat(60)}A${'b'.repeat(59)}...
  ${' '.repeat(63)}^
  A repository must be in lower case.

  valid-reference: denies (by default)
    app image is not a valid reference! (docker.io/${'a'.repeat(80)}A${'b'.repeat(80)}). A repository must be in lower case.
`,
  ],
];

describe('imagegate explain', () => {
  const folder = temporaryFolder();

  for (const [what, policy, images, where, code, stdout] of EXPLAINED) {
    it(`explains ${what}`, async () => {
      const said = await tryCommand(explain, folder.path, policy, { images, ...where });
      expect(said).to.deep.equal({ code, stdout, stderr: '' });
    });
  }

  const podOf = (images: object, annotation: string): string =>
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', namespace: 'shop', annotations: { 'imagegate/rewritten': annotation } },
      spec: { containers: Object.entries(images).map(([name, image]) => ({ name, image: image as string })) },
    });
  const explainPod = async (text: string) =>
    tryCommand(explain, folder.path, MIRROR, {
      images: [],
      manifests: { paths: ['-'], stdin: chunks(Buffer.from(text)) },
    });

  it('says of the images of a pod what it was made with, if its annotation is true', async () => {
    const images = { a: 'm.io/hub/library/nginx:1', b: 'm.io/hub/b/c:1', c: 'm.io/other:1' };
    const claims = { 'containers/a': 'nginx:1', 'containers/b': 'docker.io/evil:1', 'containers/c': 7 };
    const { code, stdout, stderr } = await explainPod(podOf(images, JSON.stringify(claims)));
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    expect(stdout.match(/^\S.*$|^ {2}It.*$/gm)).to.deep.equal([
      'm.io/hub/library/nginx:1 in the namespace shop: allowed.',
      '  Its pod was made with nginx:1, as its annotation imagegate/rewritten says (default-registry, no registry -> docker.io; registry-mirror, docker.io -> m.io/hub).',
      'm.io/hub/b/c:1 in the namespace shop: allowed.',
      '  It is what the policy makes of docker.io/b/c:1 (registry-mirror, docker.io -> m.io/hub).',
      '  It is what the policy makes of quay.io/b/c:1 (registry-mirror, quay.io -> m.io/hub).',
      'm.io/other:1 in the namespace shop: allowed.',
    ]);
  });

  for (const annotation of ['{', '[]', 'null', '{"containers/a":{}}'])
    it(`takes ${annotation} for no annotation of ours`, async () => {
      const { code, stdout } = await explainPod(podOf({ a: 'm.io/hub/a/b:1' }, annotation));
      expect(code).to.equal(0);
      expect(stdout).to.include('It is what the policy makes of').and.not.include('Its pod');
    });

  for (const [what, text, said] of [
    ['nothing', '{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"a"}}', 'expected objects with images'],
    ['what is no YAML', 'a: "b', 'expected YAML 1.2'],
    ['an object that cannot be read', '{"apiVersion":"v1","kind":"Pod","spec":1}', 'expected an object that the gate'],
  ] as const)
    it(`ends with 2 for ${what}`, async () => {
      const { code, stderr } = await explainPod(text);
      expect(code).to.equal(2);
      expect(stderr).to.include('Not all was read: one mistake.').and.include(said);
    });

  it('has the same for programs', async () => {
    const images = ['quay.io/a:latest', 'NGINX:1'];
    const { code, stdout } = await tryCommand(explain, folder.path, POLICY, { images, user: 'ann', format: 'json' });
    expect(code).to.equal(1);
    const [first, second] = JSON.parse(stdout) as [{ rules: unknown[] }, object];
    expect({ ...first, rules: first.rules.slice(2, 3) }).to.deep.equal({
      image: 'quay.io/a:latest',
      namespace: 'default',
      user: 'ann',
      verdict: 'denied',
      reference: {
        registry: { written: 'quay.io', read: 'quay.io' },
        repository: { written: 'a', read: 'a' },
        tag: { written: 'latest', read: 'latest' },
        digest: {},
        full: 'quay.io/a:latest',
      },
      rules: [
        {
          rule: 'blocked-tags',
          action: 'deny',
          answer: 'exempt',
          sentences: ['app image has a non-allowed tag! (quay.io/a:latest). These tags "latest" are prohibited. Ask.'],
          places: ['x.yaml:5:20 rules.blocked-tags[0].options.tags', 'x.yaml:5:38 rules.blocked-tags[0].message'],
          exemption: {
            name: 'bills',
            reason: 'r',
            owner: 'team-b',
            expires: '2026-12-31',
            rules: ['blocked-tags'],
            namespaces: ['default', 'prod-*'],
            users: ['ann'],
          },
        },
      ],
    });
    expect(second).to.deep.include({ reference: { reason: 'A repository must be in lower case.', position: 0 } });
  });

  it('has what rules of the operator say, also of one that fails', async () => {
    const rule = (name: string, check: string): string =>
      `export default { meta: { name: '${name}', description: 'X.' }, check({ tag }) { ${check} } };`;
    const data = {
      'a-a.mjs': rule('a-a', "return tag === 'old' ? [{ problem: 'is old', remedy: 'Take a new one.' }] : [];"),
      'a-b.mjs': rule('a-b', "if (tag === 'old') throw new Error('no');"),
      RULE_A_A: 'warn',
    };
    const policy = JSON.stringify({ kind: 'ConfigMap', data });
    const { stdout } = await tryCommand(explain, folder.path, policy, { images: ['docker.io/a:old'] });
    expect(stdout).to.include(`
  a-a: warns (RULE_A_A (ConfigMap))
    app image is old! (docker.io/a:old). Take a new one.
  a-b: denies (by default)
    app image could not be judged! (docker.io/a:old). The rule a-b failed: `);
  });

  it('judges nothing by a policy that the gate would not use', async () => {
    const policy = 'rules: { blokced-tags: {} }\n';
    expect(await tryCommand(explain, folder.path, policy, { images: ['nginx'] })).to.deep.equal({
      code: 2,
      stdout: '',
      stderr: `The gate would not use the policy: one mistake.

  x.yaml:1:10 rules.blokced-tags: expected the name of a rule that is loaded, found "blokced-tags". Did you mean blocked-tags? [rule-unknown]

docs/errors.md explains the codes in brackets.
`,
    });
  });
});
