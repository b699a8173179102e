import { expect } from 'chai';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { audit, type AuditOptions } from '../../../src/cli/audit/audit.ts';
import { discovery, type StandInAnswer, standInApi } from '../../cluster/stand-in-api.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { controlledBy, deploymentApi, listOf, namespace, running, runningPod, type Running } from './running.ts';

const NOW = Date.parse('2026-11-29T14:00:00Z');
const DAY = '2027-03-31';

const POLICY = `rules:
  registry-allowlist: { options: { registries: [docker.io] } }
  require-digest: { action: warn, options: {} }
  blocked-images: { action: deny, options: { images: ['**/poisoned'] } }
profiles:
  lab: { rules: { registry-allowlist: { action: off }, require-digest: { action: off } } }
  hub: { rules: { registry-mirror: { action: rewrite, options: { mirrors: [{ registry: quay.io, mirror: docker.io/quay }] } } } }
namespaces:
  - { names: [quiet], rules: { require-digest: { action: off } } }
exemptions:
  - { name: old, reason: r, owner: team-a, expires: 2026-12-31, rules: [registry-allowlist], images: ['quay.io/old/*'] }
podSpecs:
  - { group: argoproj.io, kind: Rollout, path: spec.template.spec }
`;

const ID = `@sha256:${'a'.repeat(64)}`;
const GOOD = `docker.io/acme/a${ID}`;
const BAD = `quay.io/a${ID}`;
const denied = (container: string, image: string): string =>
  `denied: ${container} image comes from an untrusted registry! (${image}). Only images from docker.io are allowed. [registry-allowlist]\n`;
const have = (pods: string, image: string): string => `  ${pods} it, as ${image}@id.\n`;

/** What runs, how it is audited, and what is said of it with which exit code. */
const AUDITS: readonly (readonly [
  what: string,
  items: readonly Running[],
  options: Partial<AuditOptions>,
  code: number,
  said: string,
])[] = [
  ['a good pod', [runningPod('p', [GOOD])], {}, 0, '0 objects denied, 1 allowed.\n'],
  [
    'pods of a Deployment once, and what was injected',
    deploymentApi(BAD, `quay.io/mesh${ID}`),
    {},
    1,
    `Deployment shop/api: ${denied('c', BAD)}${have('2 pods have', BAD)}Deployment shop/api: ${denied('c1', `quay.io/mesh${ID}`)}${have('2 pods have', `quay.io/mesh${ID}`)}
4 objects of 1 owner denied. Left out: 1 old revision.\n`,
  ],
  [
    'what runs as it will be made anew: a Deployment and its pods have one image',
    deploymentApi(BAD, `quay.io/poisoned${ID}`),
    { profile: 'hub' },
    1,
    `Deployment shop/api: denied: c1 image has a non-allowed name! (quay.io/poisoned${ID}, rewritten to docker.io/quay/poisoned${ID}). These images "**/poisoned" are prohibited. [blocked-images]
${have('2 pods have', `quay.io/poisoned${ID}`)}
2 objects of 1 owner denied, 2 allowed. 2 images are rewritten by the policy. Left out: 1 old revision.\n`,
  ],
  [
    'pods of what is not there, by the name of it',
    [
      runningPod('a', [BAD], controlledBy('apps/v1', 'StatefulSet', 'db')),
      runningPod('b', [BAD], controlledBy('v1', 'Node', 'node-1')),
      running('ReplicaSet', 'r-1', BAD, controlledBy('argoproj.io/v1alpha1', 'Rollout', 'r')),
      runningPod('r-1-a', [BAD], controlledBy('apps/v1', 'ReplicaSet', 'r-1')),
    ],
    {},
    1,
    `Pod shop/b: ${denied('c', BAD)}${have('One pod has', BAD)}Rollout shop/r: ${denied('c', BAD)}${have('One pod has', BAD)}StatefulSet shop/db: ${denied('c', BAD)}${have('One pod has', BAD)}
4 objects of 3 owners denied.\n`,
  ],
  [
    'what controls itself',
    [running('ReplicaSet', 'x', BAD, controlledBy('apps/v1', 'ReplicaSet', 'x'))],
    {},
    1,
    `ReplicaSet shop/x: ${denied('c', BAD)}\n1 object of 1 owner denied.\n`,
  ],
  [
    'what is exempt, apart',
    [runningPod('z', [BAD]), runningPod('a', [`quay.io/old/a${ID}`])],
    {},
    1,
    `Pod shop/z: ${denied('c', BAD)}${have('One pod has', BAD)}
Pod shop/a: exempt by old, kept by team-a until 2026-12-31: ${denied('c', `quay.io/old/a${ID}`).slice(8)}${have('One pod has', `quay.io/old/a${ID}`)}
1 object of 1 owner denied, 1 allowed.\n`,
  ],
  [
    'namespaces that are exempt, and one with a profile, by the labels of a Namespace that comes first',
    [
      namespace('off', { 'imagegate/disable-filtering': 'true' }),
      namespace('lab', { 'imagegate/profile': 'lab' }),
      runningPod('a', [BAD], { namespace: 'off' }),
      runningPod('b', [BAD], { namespace: 'kube-system' }),
      runningPod('c', [BAD], { namespace: 'lab' }),
    ],
    {},
    0,
    '0 objects denied, 1 allowed, 2 in exempt namespaces, 2 of kinds without pods.\n',
  ],
  [
    'one namespace alone',
    [namespace('quiet'), runningPod('a', [BAD]), runningPod('b', ['docker.io/a:1'], { namespace: 'quiet' })],
    { namespace: 'quiet' },
    0,
    '0 objects denied, 1 allowed, 1 of kinds without pods.\n',
  ],
  [
    'one rule alone',
    [runningPod('a', [BAD]), runningPod('b', [`docker.io/poisoned${ID}`])],
    { only: ['blocked-images'] },
    1,
    `Pod shop/b: denied: c image has a non-allowed name! (docker.io/poisoned${ID}). These images "**/poisoned" are prohibited. [blocked-images]\n${have('One pod has', `docker.io/poisoned${ID}`)}\n1 object of 1 owner denied, 1 allowed.\n`,
  ],
  [
    'what cannot be read, also where one rule is asked for',
    [{ ...runningPod('a', []), spec: 1 }],
    { only: ['blocked-images'] },
    1,
    'Pod shop/a: denied: ImageGate cannot read the object, so it is denied: object.spec of a Pod must be an object, found a number. [imagegate]\n  One pod has it.\n\n1 object of 1 owner denied.\n',
  ],
  [
    'a pod that a kubelet made',
    [runningPod('a', [BAD], { annotations: { 'kubernetes.io/config.mirror': 'x' } })],
    {},
    0,
    '0 objects denied, 1 allowed.\n',
  ],
  [
    'pods that have ended, apart',
    [
      { ...runningPod('a', [BAD]), status: { phase: 'Succeeded' } },
      { ...runningPod('b', [BAD], controlledBy('batch/v1', 'Job', 'j')), status: { phase: 'Failed' } },
      { ...runningPod('c', [GOOD]), status: { phase: 'Running' } },
    ],
    {},
    0,
    '0 objects denied, 1 allowed. Left out: 2 pods that have ended.\n',
  ],
  [
    'a Namespace that comes after what is in no namespace',
    [
      { apiVersion: 'v1', kind: 'PersistentVolume', metadata: {} },
      namespace('default', { 'imagegate/profile': 'lab' }),
    ],
    { paths: ['-'] },
    0,
    '0 objects denied, 2 of kinds without pods.\n',
  ],
  [
    'a Namespace that comes too late',
    [runningPod('a', [GOOD]), namespace('shop', { 'imagegate/profile': 'lab' })],
    { paths: ['-'] },
    2,
    'standard input:29:9 items[1]: expected a Namespace before what is in it, as its labels say how that is judged, found it after that. Put it first. [manifest-invalid]\n0 objects denied, 1 unreadable, 1 allowed, 1 of kinds without pods.\n',
  ],
  [
    'nothing',
    [],
    {},
    2,
    '$: expected Kubernetes objects, found none. Look whether what should write them, such as helm template, has failed. [manifest-invalid]\n0 objects denied, 1 unreadable.\n',
  ],
  [
    'rules that are misspelt or off',
    [runningPod('a', [BAD])],
    { only: ['blocked-image', 'tag-pattern', 'valid-reference'] },
    2,
    'Nothing was audited: 2 mistakes.\n\n  --only: expected a rule that is on, found blocked-image. Did you mean blocked-images? [setting-invalid]\n  --only: expected a rule that is on, found tag-pattern, which is off. Switch it on in the policy, be it with the action audit. [setting-invalid]\n\ndocs/errors.md explains the codes in brackets.\n',
  ],
  ...(
    [
      [{ owner: ' ', expires: '2026-02-30', reason: '' }, ['--expires', '--owner', '--reason']],
      [{ owner: 'o\nx', expires: '2026-11-28', reason: 'r' }, ['--expires', '--owner']],
      [{ owner: 'o'.repeat(257), expires: 'always', reason: 'r'.repeat(1025) }, ['--expires', '--owner', '--reason']],
    ] as const
  ).map(([terms, wrong]) => {
    const pattern = wrong.map((name) => `  ${name}: expected `);
    return ['terms that no policy takes', [], { terms, exemptionsPath: '-' }, 2, pattern.join('')] as const;
  }),
];

describe('audit', () => {
  const folder = temporaryFolder();
  const api = standInApi();

  /** Audits what a file has, or with `paths` something else. */
  const audited = async (text: string, options: Partial<AuditOptions> = {}, policy = POLICY) => {
    const [policyPath, file] = [join(folder.path, 'policy.yaml'), join(folder.path, 'x.json')];
    await writeFile(policyPath, policy);
    await writeFile(file, text);
    const [out, err]: [string[], string[]] = [[], []];
    async function* stdin(): AsyncGenerator<Uint8Array> {
      yield new TextEncoder().encode(text);
    }
    const output = { write: (said: string) => void out.push(said), writeError: (said: string) => void err.push(said) };
    const place = { path: policyPath, paths: [file], stdin: stdin(), format: 'text', now: NOW } as const;
    const code = await audit({ ...place, ...output, terminal: false, progress: false, env: {}, ...options });
    const [stdout = '', stderr = ''] = [out, err].map((texts) => texts.join('').replaceAll(file, '$'));
    return { code, stdout, stderr };
  };

  for (const [what, items, options, code, said] of AUDITS) {
    it(`tells what runs by its owner: ${what}`, async () => {
      const { stdout, stderr, ...result } = await audited(listOf(...items), options);
      if (options.terms === undefined) expect(stderr + stdout).to.equal(said);
      else expect((stderr.match(/^ {2}--\w+: expected /gm) ?? []).join('')).to.equal(said);
      expect(result.code).to.equal(code);
    });
  }

  it('reads Namespaces of files before all else', async () => {
    const items = [runningPod('a', [BAD]), namespace('shop', { 'imagegate/profile': 'lab' })];
    expect((await audited(listOf(...items))).code).to.equal(0);
  });

  it('has colours on a terminal, unless nobody wants them, and tells how far it is', async () => {
    const many = listOf(...Array.from({ length: 1000 }, (_, index) => runningPod(`p${index}`, [BAD])));
    const told = await audited(many, { terminal: true, progress: true });
    expect(told.stdout).to.include('Pod shop/p0: \u001B[31mdenied\u001B[39m: ');
    expect(told.stderr).to.equal('\r500 objects\r1,000 objects\r\u001B[K');
    expect((await audited(many, { terminal: true, env: { NO_COLOR: '1' } })).stdout).to.include('p0: denied: ');
  });

  const PODS = [
    ...deploymentApi('quay.io/a:1', 'Nginx'),
    runningPod('1-nginx', ['nginx', `quay.io/b:1${ID}`, `quay.io/b${ID}`]),
    runningPod('x', [`quay.io/old/a${ID}`, 'docker.io/library/redis:7'], { namespace: '3d' }),
  ];

  it('writes exemptions that make all right but what no exemption may be for', async () => {
    const exemptionsPath = join(folder.path, 'exemptions.yaml');
    const terms = { owner: 'team: "b"', expires: DAY, reason: 'It # ran.' };
    const written = await audited(listOf(...PODS), { exemptionsPath, terms });
    const left = [
      'Deployment shop/api: c1 image is not a valid reference! (Nginx). A repository must be in lower case.',
      'Pod shop/1-nginx: c image comes from an untrusted registry! (nginx). Only images from docker.io are allowed.',
    ];
    expect(written.stderr).to.equal(
      `${left.map((one) => `No exemption written: ${one}\n`).join('')}4 exemptions written.\n`,
    );
    const text = await readFile(exemptionsPath, 'utf8');
    const [head = '', body = ''] = text.split(/(?<=exemptions:\n)/);
    expect(head).to.equal(`${left.map((one) => `# Left out: ${one}\n`).join('')}exemptions:\n`);
    expect(body).to.match(
      /^ {2}# Deployment shop\/api, container c: quay.io\/a:1\n {2}- name: shop-api-x[0-9a-f]{8}\n {4}reason: "It # ran."\n {4}owner: "team: \\"b\\""\n {4}expires: 2027-03-31\n {4}rules: \[registry-allowlist\]\n {4}namespaces: \["shop"\]\n {4}images: \["quay.io\/a:1"\]\n/,
    );
    const again = await audited(listOf(...PODS), {}, POLICY.replace('exemptions:\n', text));
    expect(again.stdout).to.include(', kept by team: "b" until 2027-03-31: ');
    const standing = again.stdout.match(/^.*(?= \[.*\]$)/gm)!.filter((line) => line.includes(': denied: '));
    expect(standing.map((line) => line.replace('denied: ', ''))).to.deep.equal(left);
  });

  it('writes exemptions by what the policy makes of an image', async () => {
    const path = join(folder.path, 'exemptions.yaml');
    const options = { profile: 'hub', exemptionsPath: path, terms: { owner: 'o', expires: DAY, reason: 'r' } };
    await audited(listOf(runningPod('p', [`quay.io/poisoned${ID}`])), options);
    expect(await readFile(path, 'utf8')).to.include(`images: ["docker.io/quay/poisoned${ID}"]`);
  });

  it('writes exemptions of images without a registry where the policy trusts them', async () => {
    const policy = 'rules: { registry-allowlist: { options: { registries: [quay.io], unqualified: docker.io } } }\n';
    const terms = { owner: 'o', expires: DAY, reason: 'r' };
    const { stdout } = await audited(listOf(...PODS.slice(5, 6)), { exemptionsPath: '-', terms }, policy);
    expect(stdout).to.include('images: ["docker.io/library/nginx"]').and.to.not.include('# Left out');
    expect((await audited(listOf(...PODS.slice(5, 6)), {}, policy + stdout)).code).to.equal(0);
  });

  it('writes exemptions from the rules that are named, whatever these do, and nothing beside them', async () => {
    const options = {
      exemptionsPath: '-',
      terms: { owner: 'o', expires: 'never', reason: 'r' },
      only: ['require-digest'],
    };
    const { stdout, stderr } = await audited(listOf(...PODS), options);
    expect(stdout.match(/rules: \[.*\]/g)).to.deep.equal(Array(3).fill('rules: [require-digest]'));
    expect(stderr).to.equal('3 exemptions written.\n');
    expect((await audited(listOf(...PODS), {}, POLICY.replace('exemptions:\n', stdout))).stdout).to.not.include(
      'warning: ',
    );
    expect((await audited(listOf(), { ...options })).stdout).to.equal('exemptions: []\n');
  });

  it('says where exemptions cannot be written, after the report', async () => {
    const terms = { owner: 'o', expires: DAY, reason: 'r' };
    const { code, stdout, stderr } = await audited(listOf(...PODS), { exemptionsPath: folder.path, terms });
    expect([code, stdout !== '']).to.deep.equal([2, true]);
    expect(stderr).to.match(/^--write-exemptions: expected a file that can be written, found EISDIR/m);
  });

  it('audits the cluster: what may not be listed is told, and the rest is judged', async () => {
    const kinds = discovery(
      'v1 Pod pods',
      'v1 Namespace! namespaces',
      'apps/v1 Deployment deployments',
      'argoproj.io/v1 Rollout rollouts',
    );
    const lists: Readonly<Record<string, readonly Running[]>> = {
      '/api/v1/namespaces': [namespace('lab', { 'imagegate/profile': 'lab' })],
      '/api/v1/pods': [runningPod('a', [BAD], { namespace: 'lab' })],
      '/apis/argoproj.io/v1/rollouts': [running('Rollout', 'r', BAD)],
    };
    api.answer = (url): StandInAnswer | undefined => {
      const items = lists[url.replace('?limit=500', '')]?.map(({ metadata, spec }) => ({ metadata, spec }));
      return items === undefined ? kinds.get(url) : { body: { items } };
    };
    const { code, stdout, stderr } = await audited('', { paths: [], cluster: { kubeconfig: api.kubeconfig } });
    expect(stdout).to.equal(
      `Rollout shop/r: ${denied('c', BAD)}\n1 object of 1 owner denied, 8 unreadable, 1 allowed, 1 of kinds without pods.\n`,
    );
    expect(stderr).to.match(/expected each Deployment, found HTTP 404/);
    expect(code).to.equal(2);
    expect(api.asked.filter((one) => !one.startsWith('GET '))).to.deep.equal([]);
  });
});
