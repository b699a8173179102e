import { expect } from 'chai';
import { join } from 'node:path';
import { diff, type DiffOptions } from '../../../src/cli/diff/diff.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { tryOnFiles } from '../try-on-files.ts';

const only = (registries: string): string =>
  `rules: { registry-allowlist: { options: { registries: [${registries}] } } }\n`;
const profiles = (action: string): string =>
  `profiles: { prod: { rules: { registry-allowlist: { action: ${action} } } } }\n`;
const pod = (image: string, metadata = 'name: p'): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: { ${metadata} }\nspec: { containers: [{ name: c, image: '${image}' }] }\n`;
const labelled = (name: string, labels: string): string =>
  `apiVersion: v1\nkind: Namespace\nmetadata: { name: ${name}, labels: { ${labels} } }\n`;

const ROLLOUT = 'podSpecs: [{ group: argoproj.io, kind: Rollout, path: spec.template.spec }]\n';
const CONTROLLED = 'name: p, ownerReferences: [{ apiVersion: apps/v1, kind: ReplicaSet, name: r, controller: true }]';
const SAYS = 'c image comes from an untrusted registry! (quay.io/a:1). Only images from docker.io are allowed.';

const newly = (what: 'denied' | 'allowed', owner = 'Pod default/p', place = 'x.yaml:4:40'): string =>
  `Newly ${what}:\n  quay.io/a:1\n    ${owner} (${place})\n      ${SAYS} [registry-allowlist]\n\n`;

const mirrored = (mirror: string): string =>
  `rules:
  registry-allowlist: { options: { registries: [docker.io, a.io, b.io] } }
  registry-mirror: { action: rewrite, options: { mirrors: [{ registry: quay.io, mirror: ${mirror} }] } }
`;
const otherwise = (said: string): string =>
  `Rewritten otherwise:\n  quay.io/a:1\n    Pod default/p (x.yaml:4:40)\n      ${said} [registry-mirror]\n\n`;
const AS_BEFORE = '0 newly denied, 0 newly allowed';

/** Two policies, manifests, what is printed of them, and the exit code. */
const DIFFS: readonly (readonly [
  what: string,
  before: string,
  after: string,
  files: Readonly<Record<string, string>>,
  code: number,
  said: string,
  options?: Partial<DiffOptions>,
])[] = [
  [
    'what is newly denied',
    only('docker.io, quay.io'),
    only('docker.io'),
    { 'x.yaml': pod('quay.io/a:1') },
    1,
    `${newly('denied')}1 newly denied, 0 newly allowed; 1 object compared.\n`,
  ],
  [
    'what is newly allowed',
    only('docker.io'),
    only('docker.io, quay.io'),
    { 'x.yaml': pod('quay.io/a:1') },
    0,
    `${newly('allowed')}0 newly denied, 1 newly allowed; 1 object compared.\n`,
  ],
  [
    'what is rewritten to another image',
    mirrored('a.io'),
    mirrored('b.io/q'),
    { 'x.yaml': pod('quay.io/a:1') },
    0,
    `${otherwise('It is rewritten to b.io/q/a:1, no longer rewritten to a.io/a:1.')}${AS_BEFORE}, 1 rewritten otherwise; 1 object compared.\n`,
  ],
  [
    'what is newly rewritten, and so allowed',
    only('docker.io'),
    mirrored('a.io'),
    { 'x.yaml': pod('quay.io/a:1') },
    0,
    `${newly('allowed')}${otherwise('It is rewritten to a.io/a:1.')}0 newly denied, 1 newly allowed, 1 rewritten otherwise; 1 object compared.\n`,
  ],
  [
    'what is no longer rewritten, and so denied',
    mirrored('a.io'),
    only('docker.io'),
    { 'x.yaml': pod('quay.io/a:1') },
    1,
    `${newly('denied')}${otherwise('It is no longer rewritten to a.io/a:1.')}1 newly denied, 0 newly allowed, 1 rewritten otherwise; 1 object compared.\n`,
  ],
  [
    'nothing of what is rewritten as before',
    mirrored('a.io'),
    mirrored('a.io'),
    { 'x.yaml': pod('quay.io/a:1') },
    0,
    `${AS_BEFORE}; 1 object compared.\n`,
  ],
  [
    'nothing of what is denied and allowed as before',
    only('docker.io'),
    only('docker.io, ghcr.io'),
    { 'x.yaml': `${pod('quay.io/a:1')}---\n${pod('docker.io/a:1')}` },
    0,
    '0 newly denied, 0 newly allowed; 2 objects compared.\n',
  ],
  [
    'the pods of a ReplicaSet once, by their Deployment, and what has no pods not at all',
    only('docker.io, quay.io'),
    only('docker.io'),
    {
      'x.yaml': `${pod('quay.io/a:1', CONTROLLED)}---\n${pod('quay.io/a:1', CONTROLLED)}---\n${labelled('a', 'b: c')}---
apiVersion: apps/v1
kind: ReplicaSet
metadata: { name: r, ownerReferences: [{ apiVersion: apps/v1, kind: Deployment, name: d, controller: true }] }
spec: { template: { spec: { containers: [{ name: c, image: 'quay.io/a:1' }] } } }
`,
    },
    1,
    `${newly('denied', 'Deployment default/d')}1 newly denied, 0 newly allowed; 3 objects compared.\n`,
  ],
  [
    'a profile that only the new policy has, of a Namespace in a later file, but nothing in what is exempt',
    only('docker.io'),
    only('docker.io') + profiles('warn'),
    {
      'a.yaml': pod('quay.io/a:1', 'name: p, namespace: shop'),
      'b.yaml': labelled('shop', 'imagegate/profile: prod'),
      'c.yaml': `${labelled('lab', "imagegate/disable-filtering: 'true'")}---\n${pod('quay.io/a:1', 'name: p, namespace: lab')}`,
    },
    0,
    `${newly('allowed', 'Pod shop/p', 'a.yaml:4:40')}0 newly denied, 1 newly allowed; 1 object compared.\n`,
  ],
  [
    'a profile that is given',
    only('docker.io') + profiles('off'),
    only('docker.io') + profiles('deny'),
    { 'x.yaml': pod('quay.io/a:1') },
    1,
    `${newly('denied')}1 newly denied, 0 newly allowed; 1 object compared.\n`,
    { profile: 'prod' },
  ],
  [
    'a kind that only the new policy knows',
    only('docker.io'),
    only('docker.io') + ROLLOUT,
    {
      'x.yaml':
        "apiVersion: argoproj.io/v1\nkind: Rollout\nmetadata: { name: r }\nspec: { template: { spec: { containers: [{ name: c, image: 'quay.io/a:1' }] } } }\n",
    },
    1,
    `${newly('denied', 'Rollout default/r', 'x.yaml:4:60')}1 newly denied, 0 newly allowed; 1 object compared.\n`,
  ],
  [
    'what is judged beside what is broken, from the standard input',
    only('docker.io, quay.io'),
    only('docker.io'),
    { '-': `a: "b\n---\n${pod('quay.io/a:1')}` },
    2,
    `${newly('denied', 'Pod default/p', 'standard input:6:40')}Could not be judged:
  standard input:2:1: expected YAML 1.2, found Missing closing "quote. Mend it there or just before; text with ": " or " #" in it needs quotes. [manifest-invalid]

1 newly denied, 0 newly allowed, 1 not judged; 1 object compared.\n`,
  ],
  [
    'nothing of what both cannot read',
    only('docker.io'),
    only('quay.io'),
    { 'x.yaml': 'apiVersion: v1\nkind: Pod\nspec: 1\n' },
    0,
    '0 newly denied, 0 newly allowed; 1 object compared.\n',
  ],
  [
    'a user whom an exemption of the new policy knows',
    only('docker.io'),
    `${only('docker.io')}exemptions: [{ name: bots, reason: r, owner: o, expires: never, namespaces: [default], users: [ann] }]\n`,
    { 'x.yaml': pod('quay.io/a:1') },
    0,
    `${newly('allowed')}0 newly denied, 1 newly allowed; 1 object compared.\n`,
    { user: 'ann' },
  ],
];

describe('imagegate diff', () => {
  const folder = temporaryFolder();

  const tryDiff = async (
    before: string,
    after: string,
    files: Readonly<Record<string, string>>,
    options: Partial<DiffOptions> = {},
  ) => {
    const policies = { 'old.policy': before, 'new.policy': after };
    const [old, now] = Object.keys(policies).map((name) => ({ path: join(folder.path, name) }));
    return tryOnFiles(
      diff,
      folder.path,
      { ...policies, ...files },
      {
        before: old!,
        after: now!,
        format: 'text',
        names: Object.keys(files),
        ...options,
      },
    );
  };

  for (const [what, before, after, files, code, stdout, options] of DIFFS) {
    it(`tells ${what}`, async () => {
      expect(await tryDiff(before, after, files, options)).to.deep.equal({ code, stdout, stderr: '' });
    });

    it(`tells the other way round ${what}`, async () => {
      const opposite = async (old: string, now: string) =>
        JSON.parse((await tryDiff(old, now, files, { ...options, format: 'json' })).stdout) as Record<string, unknown>;
      const [there, back] = [await opposite(before, after), await opposite(after, before)];
      expect([back['newlyAllowed'], back['newlyDenied']]).to.deep.equal([there['newlyDenied'], there['newlyAllowed']]);
    });
  }

  for (const [what, before, after, options, said] of [
    ['either policy is wrong', 'a: 1\n', 'b: 1\n', {}, ['old.policy:1:1 a: ', 'new.policy:1:1 b: ']],
    [
      'neither has the profile',
      '',
      profiles('warn'),
      { profile: 'prd' },
      ['--profile: expected one of prod, unknown, '],
    ],
  ] as const) {
    it(`compares nothing where ${what}`, async () => {
      const { code, stdout, stderr } = await tryDiff(before, after, { 'x.yaml': pod('nginx') }, options);
      expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' });
      expect(stderr).to.match(/^Nothing was compared: /);
      for (const text of said) expect(stderr).to.include(text);
    });
  }
});
