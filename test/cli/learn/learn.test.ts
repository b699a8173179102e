import { expect } from 'chai';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { learn } from '../../../src/cli/learn/learn.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { tryOnFiles } from '../try-on-files.ts';

const pod = (image: string, metadata = 'name: p'): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: { ${metadata} }\nspec: { containers: [{ name: c, image: '${image}' }] }\n`;

const controlled = (name: string): string =>
  `name: ${name}, ownerReferences: [{ apiVersion: apps/v1, kind: ReplicaSet, name: r, controller: true }]`;

const recorded = (operation: string, object: string): string =>
  `apiVersion: admission.k8s.io/v1\nkind: AdmissionReview\nrequest: { uid: u, operation: ${operation}, namespace: shop, kind: { group: '', version: v1, kind: Pod }, object: ${object} }\n`;

/** Manifests, the entries that are learnt, and the exit code. */
const LEARNT: readonly (readonly [
  what: string,
  files: Readonly<Record<string, string>>,
  code: number,
  entries: readonly string[],
  stderr: string,
])[] = [
  [
    'pods, by what controls them',
    {
      'a.yaml': `${pod('quay.io/a/b:1', controlled('p'))}---\n${pod('quay.io/a/b:1', controlled('q'))}`,
      'b.yaml': pod('quay.io/c/d:1', 'name: x, namespace: shop'),
    },
    0,
    ['quay.io/a/b # ReplicaSet default/r', 'quay.io/c/d # Pod shop/x'],
    '',
  ],
  [
    'all places of images, and nothing that is exempt',
    {
      '-': `apiVersion: v1
kind: Namespace
metadata: { name: lab, labels: { imagegate/disable-filtering: 'true' } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: d }
spec:
  template:
    spec:
      initContainers: [{ name: i, image: 'quay.io/a/i:1' }]
      containers: [{ name: c, image: 'ghcr.io/a/c:1' }]
      volumes: [{ name: v, image: { reference: 'gcr.io/a/v:1' } }]
---
${pod('quay.io/a/lab:1', 'name: p, namespace: lab')}---\n${pod('quay.io/a/system:1', 'name: p, namespace: kube-system')}`,
    },
    0,
    ['gcr.io/a/v # Deployment default/d', 'ghcr.io/a/c # Deployment default/d', 'quay.io/a/i # Deployment default/d'],
    '',
  ],
  [
    'recorded reviews, by what they create',
    {
      'x.yaml': `${recorded('CREATE', "{ spec: { containers: [{ name: c, image: 'quay.io/a/b:1' }] } }")}---\n${recorded('DELETE', '{}')}`,
    },
    0,
    ['quay.io/a/b # Pod shop'],
    '',
  ],
  [
    'what is no reference',
    { 'x.yaml': `${pod('NGINX')}---\n${pod('quay.io/a/b:1')}` },
    1,
    ['quay.io/a/b # Pod default/p'],
    '',
  ],
  [
    'the rest of what cannot be read',
    { 'x.yaml': `apiVersion: v1\nkind: Pod\nspec: 1\n---\n${pod('quay.io/a/b:1')}` },
    2,
    ['quay.io/a/b # Pod default/p'],
    `Not all was read: one mistake.

  x.yaml:1:1: expected an object that the gate can read, found object.spec of a Pod must be an object, found a number. The gate would deny it: mend it. [manifest-invalid]
`,
  ],
  [
    'nothing where there are no images',
    { 'x.yaml': 'apiVersion: v1\nkind: ConfigMap\n' },
    2,
    [],
    `Not all was read: one mistake.

  x.yaml: expected objects with images, found none. Name what runs, such as the output of kubectl get pods -A -o yaml. [manifest-invalid]
`,
  ],
  [
    'nothing where there is nothing',
    { 'x.yaml': '' },
    2,
    [],
    `Not all was read: one mistake.

  x.yaml: expected Kubernetes objects, found none. Look whether what should write them, such as helm template, has failed. [manifest-invalid]
`,
  ],
];

describe('imagegate learn', () => {
  const folder = temporaryFolder();

  for (const [what, files, code, entries, stderr] of LEARNT) {
    it(`learns ${what}`, async () => {
      const tried = await tryOnFiles(learn, folder.path, files, {});
      const learnt = [...tried.stdout.matchAll(/^ {8}- (.*)$/gm)].map(([, entry]) => entry);
      expect(tried.stdout === '').to.equal(entries.length === 0);
      expect({ code: tried.code, learnt, stderr: tried.stderr }).to.deep.equal({
        code,
        learnt: entries,
        stderr: stderr && `${stderr}\ndocs/errors.md explains the codes in brackets.\n`,
      });
    });
  }

  it('learns of the kinds that a policy knows, which it then knows too', async () => {
    const kinds = ['spec.template.spec', 'spec.items[*].spec'].map(
      (path, index) => `{ group: a.b, kind: Kind${index}, path: '${path}' }`,
    );
    const files = {
      'old.yaml': `podSpecs: [${kinds.join(', ')}]\nrules: { registry-allowlist: { action: off } }\n`,
      'x.yaml': `apiVersion: a.b/v1\nkind: Kind1\nspec: { items: [{ spec: { containers: [{ name: c, image: 'quay.io/a/b:1' }] } }] }\n`,
    };
    const learnBy = async (path: string) =>
      tryOnFiles(learn, folder.path, files, { path: join(folder.path, path), names: ['x.yaml'] });
    const { code, stdout } = await learnBy('old.yaml');
    expect(code).to.equal(0);
    expect(stdout).to.include('\n        - quay.io/a/b # Kind1 default\n');
    await writeFile(join(folder.path, 'policy.yaml'), stdout);
    expect(await learnBy('policy.yaml')).to.deep.equal({ code, stdout, stderr: '' });
  });

  it('learns images as a policy rewrites them, which it says', async () => {
    const mirrors = '{ mirrors: [{ registry: docker.io, mirror: quay.io/hub }] }';
    const files = {
      'old.yaml': `rules: { registry-mirror: { action: rewrite, options: ${mirrors} } }\nnamespaces: [{ names: [raw], rules: { registry-mirror: { action: off } } }]\n`,
      'x.yaml': `${pod('nginx:1')}---\n${pod('docker.io/nginx:1', 'name: q')}---\n${pod('docker.io/a/b:1', 'name: r, namespace: raw')}`,
    };
    const options = { path: join(folder.path, 'old.yaml'), names: ['x.yaml'] };
    const { code, stdout } = await tryOnFiles(learn, folder.path, files, options);
    expect(code).to.equal(0);
    expect(stdout)
      .to.include('\n        - quay.io/hub/library/nginx # 1 image of 2 workloads\n')
      .and.include('\n        - docker.io/a/b # Pod raw/r\n')
      .and.include('\n# It has 1 image as the policy rewrites it: keep the rules that rewrite.\n');
  });

  it('says that images are rewritten which pods have as they were', async () => {
    const files = {
      'old.yaml':
        'rules: { registry-mirror: { action: rewrite, options: { mirrors: [{ registry: docker.io, mirror: quay.io/hub }] } } }\n',
      'x.yaml': `${pod('quay.io/hub/a/b:1')}---\n${pod('a/b:1', 'name: q')}`,
    };
    const options = { path: join(folder.path, 'old.yaml'), names: ['x.yaml'] };
    const { stdout } = await tryOnFiles(learn, folder.path, files, options);
    expect(stdout).to.include('\n# It has 1 image as the policy rewrites it: keep the rules that rewrite.\n');
  });

  it('learns nothing by a policy that the gate would not use', async () => {
    const files = { 'old.yaml': 'x: 1\n', 'x.yaml': pod('quay.io/a/b:1') };
    const options = { path: join(folder.path, 'old.yaml'), names: ['x.yaml'] };
    const { code, stdout, stderr } = await tryOnFiles(learn, folder.path, files, options);
    expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' });
    expect(stderr).to.match(/^Nothing was learnt: one mistake\.\n\n {2}old\.yaml:1:1 x: /);
  });

  it('says what it lacks', async () => {
    const { stdout } = await tryOnFiles(learn, folder.path, { 'x.yaml': `a: "b\n---\n${pod('quay.io/a/b:1')}` }, {});
    expect(stdout).to.include('\n# It lacks what could not be read: 1 document.\n');
  });
});
