import { expect } from 'chai';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NO_COUNTS } from '../../src/check-report/report.ts';
import { check, type CheckOptions, exitCodeOf } from '../../src/cli/check.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const NOW = Date.parse('2026-11-29T14:00:00Z');

const POLICY = `rules:
  registry-allowlist: { options: { registries: [docker.io] } }
profiles:
  prod: { rules: { require-digest: { action: deny } } }
  lab: { rules: { registry-allowlist: { action: off } } }
  hub: { rules: { registry-mirror: { action: rewrite, options: { mirrors: [{ registry: quay.io, mirror: docker.io/quay }] } } } }
namespaces:
  - { names: [dev-*], rules: { registry-allowlist: { action: warn } } }
exemptions:
  - { name: bots, reason: r, owner: o, expires: never, rules: [registry-allowlist], namespaces: [default], serviceAccounts: ['ci:bot'] }
podSpecs:
  - { group: argoproj.io, kind: Rollout, path: spec.template.spec }
`;

const pod = (image: string, namespace?: string): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: { name: p${namespace === undefined ? '' : `, namespace: ${namespace}`} }\nspec: { containers: [{ name: c, image: '${image}' }] }\n`;
const labelled = (name: string, labels: string): string =>
  `apiVersion: v1\nkind: Namespace\nmetadata: { name: ${name}, labels: { ${labels} } }\n`;

const QUAY = 'c image comes from an untrusted registry! (quay.io/a:1). Only images from docker.io are allowed.';
const DENIED = `4:40: Pod default/p: denied: ${QUAY} [registry-allowlist]\n`;
const DIGEST = 'c image has no digest! (quay.io/a:1). Only images with digests are allowed. [require-digest]\n';

/** Files, how they are checked, and what is printed with which exit code. */
const CHECKS: readonly (readonly [
  what: string,
  files: Readonly<Record<string, string>>,
  options: Partial<CheckOptions>,
  code: number,
  said: string,
])[] = [
  ['a good pod', { 'x.yaml': pod('docker.io/a:1') }, {}, 0, '0 denied, 1 allowed.\n'],
  ['a bad pod', { 'x.yaml': pod('quay.io/a:1') }, {}, 1, `x.yaml:${DENIED}1 denied.\n`],
  [
    'a bad pod beside what is none',
    { 'x.yaml': `a: 1\n---\n${labelled('a', 'b: c')}---\n${pod('quay.io/a:1')}` },
    {},
    1,
    `x.yaml:10${DENIED.slice(1)}1 denied, 1 of kinds without pods, 1 skipped, as they are no Kubernetes objects.\n`,
  ],
  [
    'a broken document, and the rest',
    { 'x.yaml': `a: "b\n---\n${pod('quay.io/a:1')}` },
    {},
    2,
    `x.yaml:2:1: expected YAML 1.2, found Missing closing "quote. Mend it there or just before; text with ": " or " #" in it needs quotes. [manifest-invalid]
x.yaml:6${DENIED.slice(1)}1 denied, 1 unreadable.\n`,
  ],
  [
    'a namespace that is given',
    { 'x.yaml': pod('quay.io/a:1') },
    { namespace: 'dev-a' },
    0,
    `x.yaml:4:40: Pod dev-a/p: warning: ${QUAY} [registry-allowlist]\n0 denied, 1 allowed.\n`,
  ],
  [
    'its own namespace, which counts more',
    { 'x.yaml': pod('quay.io/a:1', 'shop') },
    { namespace: 'dev-a' },
    1,
    `x.yaml:${DENIED.replace('default', 'shop')}1 denied.\n`,
  ],
  [
    'images as the policy rewrites them',
    { 'x.yaml': `${pod('quay.io/a:1')}---\n${pod('quay.io/b')}---\n${pod('docker.io/c:1')}` },
    { profile: 'hub' },
    1,
    `x.yaml:9:40: Pod default/p: denied: c image has no tag! (quay.io/b, rewritten to docker.io/quay/b). Only images with tags are allowed. [empty-tag]
1 denied, 2 allowed. 2 images are rewritten by the policy.
`,
  ],
  ['a profile that is given', { 'x.yaml': pod('quay.io/a:1') }, { profile: 'lab' }, 0, '0 denied, 1 allowed.\n'],
  [
    'the profile of a Namespace in a later file',
    { 'a.yaml': pod('quay.io/a:1', 'dev-a'), 'b.yaml': labelled('dev-a', 'imagegate/profile: prod') },
    {},
    1,
    `a.yaml:4:40: Pod dev-a/p: warning: ${QUAY} [registry-allowlist]
a.yaml:4:40: Pod dev-a/p: denied: ${DIGEST}1 denied, 1 of kinds without pods.\n`,
  ],
  [
    'a profile that is given, against that of a Namespace',
    { 'a.yaml': pod('quay.io/a:1', 'shop'), 'b.yaml': labelled('shop', 'imagegate/profile: prod') },
    { profile: 'lab' },
    0,
    '0 denied, 1 allowed, 1 of kinds without pods.\n',
  ],
  [
    'a profile of a Namespace that the policy does not have',
    { 'a.yaml': pod('quay.io/a:1', 'shop'), 'b.yaml': labelled('shop', 'imagegate/profile: lba') },
    {},
    1,
    `a.yaml:${DENIED.replace('default', 'shop')}1 denied, 1 of kinds without pods.\n`,
  ],
  [
    'an exempt namespace, and one that the webhook is not asked about',
    {
      'a.yaml': pod('quay.io/a:1', 'shop'),
      'b.yaml': labelled('shop', "imagegate/disable-filtering: 'true'"),
      'c.yaml': pod('quay.io/a:1', 'kube-system'),
    },
    {},
    0,
    '0 denied, 2 in exempt namespaces, 1 of kinds without pods.\n',
  ],
  [
    'a user whom an exemption knows',
    { 'x.yaml': pod('quay.io/a:1') },
    { user: 'system:serviceaccount:ci:bot' },
    0,
    `x.yaml:4:40: Pod default/p: exempt by bots: ${QUAY} [registry-allowlist]\n0 denied, 1 allowed.\n`,
  ],
  [
    'a kind of the policy',
    {
      'x.yaml':
        "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nspec: { template: { spec: { containers: [{ name: c, image: 'quay.io/a:1' }] } } }\n",
    },
    {},
    1,
    `x.yaml:3:60: Rollout default: denied: ${QUAY} [registry-allowlist]\n1 denied.\n`,
  ],
  [
    'an object that cannot be read',
    { 'x.yaml': 'apiVersion: v1\nkind: Pod\nspec: 1\n' },
    {},
    1,
    'x.yaml:1:1: Pod default: denied: ImageGate cannot read the object, so it is denied: object.spec of a Pod must be an object, found a number. [imagegate]\n1 denied.\n',
  ],
  [
    'a recorded review, by what it says',
    {
      'x.yaml': `apiVersion: admission.k8s.io/v1\nkind: AdmissionReview\nrequest:\n  uid: u\n  operation: CREATE\n  namespace: kube-system\n  kind: { group: '', version: v1, kind: Pod }\n  object: { spec: { containers: [{ name: c, image: 'quay.io/a:1' }] } }\n`,
    },
    {},
    1,
    `x.yaml:8:52: Pod kube-system: denied: ${QUAY} [registry-allowlist]\n1 denied.\n`,
  ],
  [
    'nothing',
    { 'x.yaml': '# nothing\n' },
    {},
    2,
    '$: expected Kubernetes objects, found none. Look whether what should write them, such as helm template, has failed. [manifest-invalid]\n0 denied, 1 unreadable.\n',
  ],
  [
    'what is no object alone',
    { 'x.yaml': 'a: 1\n' },
    {},
    2,
    '$: expected Kubernetes objects, found none. Look whether what should write them, such as helm template, has failed. [manifest-invalid]\n0 denied, 1 unreadable, 1 skipped, as they are no Kubernetes objects.\n',
  ],
];

describe('imagegate check', () => {
  const folder = temporaryFolder();

  /** What it prints of these paths, `$` for the folder and without it before files, and its exit code. */
  const tryCheck = async (paths: readonly string[], options: Partial<CheckOptions> = {}, stdin = '') => {
    const [said, failed]: [string[], string[]] = [[], []];
    async function* bytes(): AsyncGenerator<Uint8Array> {
      yield new TextEncoder().encode(stdin);
    }
    const code = await check({
      paths,
      stdin: bytes(),
      format: 'text',
      terminal: false,
      env: {},
      version: '1.2.3',
      now: NOW,
      write: (text) => void said.push(text),
      writeError: (text) => void failed.push(text),
      ...options,
    });
    const [stdout, stderr] = [said, failed].map((texts) =>
      texts.join('').replaceAll(`${folder.path}/`, '').replaceAll(folder.path, '$'),
    );
    return { code, stdout, stderr };
  };

  const withPolicy = async (): Promise<string> => {
    const policy = join(folder.path, 'policy');
    await writeFile(policy, POLICY);
    return policy;
  };

  for (const [index, [what, files, options, code, stdout]] of CHECKS.entries()) {
    it(`checks ${what}`, async () => {
      const path = join(folder.path, String(index));
      await mkdir(path);
      for (const [name, text] of Object.entries(files)) {
        // oxlint-disable-next-line no-await-in-loop -- few
        await writeFile(join(path, name), text);
      }
      const tried = await tryCheck([path], { path: await withPolicy(), ...options });
      const said = tried
        .stdout!.replaceAll(`${index}/`, '')
        .replaceAll(`$/${index}`, '$')
        .replaceAll(/^\d+(?=: expected Kub)/gm, '$');
      expect({ ...tried, stdout: said }).to.deep.equal({ code, stdout, stderr: '' });
    });
  }

  it('checks the standard input, of which a Namespace must come before what is in it', async () => {
    const [before, after] = [labelled('shop', 'imagegate/profile: lab'), pod('quay.io/a:1', 'shop')];
    const options = { path: await withPolicy() };
    expect(await tryCheck(['-'], options, `${before}---\n${after}`)).to.deep.equal({
      code: 0,
      stdout: '0 denied, 1 allowed, 1 of kinds without pods.\n',
      stderr: '',
    });
    expect(await tryCheck(['-'], options, `${after}---\n${before}`)).to.deep.equal({
      code: 2,
      stdout: `standard input:${DENIED.replace('default', 'shop')}standard input:5:1: expected a Namespace before what is in it, as its labels say how that is judged, found it after that. Put it first. [manifest-invalid]
1 denied, 1 unreadable, 1 of kinds without pods.\n`,
      stderr: '',
    });
  });

  it('takes what is in no namespace as in none, so that the Namespace default may come after it', async () => {
    const volume = 'apiVersion: v1\nkind: PersistentVolume\nmetadata: { name: v }\n';
    const labels = 'imagegate/profile: lab';
    const text = [volume, labelled('shop', labels), labelled('default', labels)].join('---\n');
    expect((await tryCheck(['-'], {}, text)).stdout).to.equal('0 denied, 3 of kinds without pods.\n');
  });

  it('says of one document what it has to before it reads on', async () => {
    const said: string[] = [];
    async function* stdin(): AsyncGenerator<Uint8Array> {
      yield new TextEncoder().encode(`${pod('nginx')}---\n`);
      expect(said.join('')).to.include('[empty-tag]');
    }
    const options = { stdin: stdin(), write: (text: string) => void said.push(text) };
    expect((await tryCheck(['-'], options)).code).to.equal(1);
  });

  it('says by its name that there was nothing on the standard input', async () => {
    expect((await tryCheck(['-'])).stdout).to.match(/^standard input: expected Kubernetes objects, found none\./);
  });

  it('checks by what holds without a policy, and a file once', async () => {
    const path = join(folder.path, 'twice.yaml');
    await writeFile(path, pod('nginx'));
    const { code, stdout } = await tryCheck([path, path]);
    expect(code).to.equal(1);
    expect(stdout!.split('\n').map((line) => / (\[.*\]|denied\.)$/.exec(line)?.[1])).to.deep.equal([
      '[empty-tag]',
      '[registry-allowlist]',
      'denied.',
      undefined,
    ]);
  });

  it('checks the rest where a path cannot be read', async () => {
    const path = join(folder.path, 'one.yaml');
    await writeFile(path, pod('docker.io/a:1'));
    const { code, stdout } = await tryCheck([join(folder.path, 'nowhere'), path]);
    expect(code).to.equal(2);
    expect(stdout).to.match(/^nowhere: expected a file or a folder .*\n0 denied, 1 unreadable, 1 allowed\.\n$/);
  });

  for (const [terminal, env, isRed] of [
    [true, {}, true],
    [true, { NO_COLOR: '' }, true],
    [true, { NO_COLOR: '1' }, false],
    [false, {}, false],
  ] as const) {
    it(`has ${isRed ? '' : 'no '}colours ${terminal ? 'on' : 'off'} a terminal with ${JSON.stringify(env)}`, async () => {
      const { stdout } = await tryCheck(['-'], { terminal, env }, pod('nginx'));
      expect(stdout!.includes('\u001B[31mdenied\u001B[39m')).to.equal(isRed);
    });
  }

  it('knows of each format the rules that it may name', async () => {
    const { code, stdout } = await tryCheck(['-'], { format: 'sarif' }, pod('docker.io/a:1'));
    const { runs } = JSON.parse(stdout!) as {
      readonly runs: readonly { readonly tool: { readonly driver: unknown } }[];
    };
    expect(code).to.equal(0);
    expect(JSON.stringify(runs[0]!.tool))
      .to.include('"ImageGate","version":"1.2.3"')
      .and.to.include('"id":"empty-tag"');
  });

  it('fixes the files first, says so, and checks what remains', async () => {
    const path = join(folder.path, 'fix');
    await mkdir(path);
    const files = {
      'a.yaml': `${pod('a:1')}---\n${pod('gcr.io/b:1')}`,
      'b.yaml': `${labelled('shop', 'imagegate/profile: prod')}---\n${pod('a:1', 'shop')}`,
      'c.yaml': pod('a\\x3a1').replaceAll("'", '"'),
      'd.yaml': pod('quya.io/a:1'),
    };
    for (const [name, text] of Object.entries(files)) {
      // oxlint-disable-next-line no-await-in-loop -- few
      await writeFile(join(path, name), text);
    }
    const tried = await tryCheck([path], { path: await withPolicy(), fix: true });
    expect(tried.code).to.equal(1);
    expect(tried.stderr).to.equal(
      `fix/a.yaml:4:40: 'a:1' is now 'docker.io/a:1'.
fix/b.yaml:8:40: 'a:1' is now 'docker.io/a:1'.
fix/c.yaml:4:40: expected docker.io/a:1, found a:1, not in one piece on one line. Write it there, in one piece. [manifest-unfixed]
`,
    );
    const left = tried.stdout!.split('\n').map((line) => /^(\S+) .* \[(.*)\]$/.exec(line)?.slice(1).join(' ') ?? line);
    expect(left).to.deep.equal([
      'fix/a.yaml:9:40: registry-allowlist',
      'fix/b.yaml:8:40: require-digest',
      'fix/c.yaml:4:40: registry-allowlist',
      'fix/d.yaml:4:40: registry-allowlist',
      '4 denied, 1 allowed, 1 of kinds without pods.',
      '',
    ]);
    expect(tried.stdout).to.include('are allowed. Write docker.io/a:1. [registry-allowlist]\n');
    expect(await readFile(join(path, 'a.yaml'), 'utf8')).to.equal(files['a.yaml'].replace("'a:1'", "'docker.io/a:1'"));
    expect(await readFile(join(path, 'd.yaml'), 'utf8')).to.equal(files['d.yaml']);
    const again = await tryCheck([path], { path: await withPolicy(), fix: true });
    expect(again.stderr).to.match(/^fix\/c\.yaml:4:40: .*\n$/);
    expect([again.code, again.stdout]).to.deep.equal([1, tried.stdout]);
  });

  it('says that a file cannot be written, and leaves it as it is', async () => {
    const path = join(folder.path, 'binary.yaml');
    // What is wrong comes after what has been read of it at first.
    const bytes = Buffer.concat([Buffer.from(`${pod('a:1')}---\n${'#'.repeat(100_000)}\n`), Buffer.from([0xff])]);
    await writeFile(path, bytes);
    const tried = await tryCheck([path], { path: await withPolicy(), fix: true });
    expect([tried.code, tried.stderr]).to.deep.equal([2, '']);
    expect(tried.stdout).to.match(
      /^binary\.yaml: expected a file that can be written, found .* \[manifest-unfixed\]\n/,
    );
    expect(await readFile(path)).to.deep.equal(bytes);
  });

  it('says what the gate says of a label that names no profile', async () => {
    const stdin = `${labelled('shop', 'imagegate/profile: lba')}---\n${pod('docker.io/a:1', 'shop')}`;
    const { code, stdout } = await tryCheck(['-'], { format: 'json', path: await withPolicy() }, stdin);
    expect(code).to.equal(0);
    expect(stdout).to.include(
      '"warnings":["The namespace\'s label imagegate/profile names no profile that the policy has',
    );
  });

  it('checks nothing by a policy that the gate would not use', async () => {
    const policy = join(folder.path, 'bad');
    await writeFile(policy, 'nonsense: 1\n');
    const { code, stdout, stderr } = await tryCheck([], { path: policy });
    expect([code, stdout]).to.deep.equal([2, '']);
    expect(stderr).to.match(/^Nothing was checked: one mistake\.\n\n {2}bad:1:1 nonsense: /);
  });

  it('checks nothing by a profile that the policy does not have', async () => {
    const tried = await tryCheck([], { path: await withPolicy(), profile: 'lba' });
    expect([tried.code, tried.stdout]).to.deep.equal([2, '']);
    expect(tried.stderr).to.include(
      '  --profile: expected one of prod, lab, hub, unknown, found lba. Did you mean lab? [setting-invalid]\n',
    );
  });
});

describe('exitCodeOf', () => {
  const none = { ...NO_COUNTS, allowed: 9, withoutPods: 9, exempt: 9, skipped: 9 };
  for (const [counts, code] of [
    [{}, 0],
    [{ denied: 1 }, 1],
    [{ errored: 1 }, 2],
    [{ unreadable: 1 }, 2],
    [{ denied: 1, unreadable: 1 }, 2],
  ] as const) {
    it(`is ${code} for ${JSON.stringify(counts)}`, () => expect(exitCodeOf({ ...none, ...counts })).to.equal(code));
  }
});
