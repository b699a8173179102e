import { expect } from 'chai';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { createTrialLoader } from '../../../src/cli/create-loader.ts';
import { importPolicies } from '../../../src/cli/import/import.ts';
import { policyOfText } from '../../../src/config-map/policy-of-text.ts';
import { isObject } from '../../../src/workload/json-object.ts';
import { randomFrom, seedOfRun } from '../../random.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { PEER_POLICIES } from './peer-policies.ts';
import { clusterPolicy, constraint, tryImport } from './try-import.ts';

const POLICIES = `${constraint('K8sDisallowedTags', "{ tags: [latest, 'x*'], exemptImages: ['eu.foo.io/a:1'] }")}---
${clusterPolicy(`validate:
  message: Ask us.
  pattern: { spec: { containers: [{ image: 'eu.foo.io/*' }] } }`)}    - name: s
      validate: {}
      context: [{ name: x }]
---
apiVersion: v1
kind: Pod
---
apiVersion: kyverno.io/v2
kind: PolicyException
metadata: { name: e }
spec: { exceptions: [] }
`;

const IMPORTED = `# Written by imagegate import.
# Init containers, ephemeral containers and image volumes are judged as containers are, in pods and in what makes pods.
# Images are parsed: what is no reference, or is read differently by runtimes, is denied by itself.

rules:
  empty-tag:
    # standard input:5:3 K8sDisallowedTags c
    # A port is no tag here: localhost:5000/app has none.
    action: deny
  blocked-tags:
    # standard input:5:3 K8sDisallowedTags c
    # A port is no tag here: localhost:5000/app has none.
    action: deny
    options:
      tags:
        - latest
      digest: pass
  registry-allowlist:
    # standard input:14:7 ClusterPolicy p, rule r
    # Only containers are judged there; initContainers and ephemeralContainers are too here.
    action: deny
    options:
      registries:
        - eu.foo.io
    message: Ask us.
exemptions:
  - name: imported-1
    reason: exemptImages of K8sDisallowedTags c
    owner: to be named
    expires: never
    rules:
      - empty-tag
      - blocked-tags
    images:
      - eu.foo.io/a:1
`;

const SAID = `Read differently here:

  Init containers, ephemeral containers and image volumes are judged as containers are, in pods and in what makes pods.
  Images are parsed: what is no reference, or is read differently by runtimes, is denied by itself.
  K8sDisallowedTags c: A port is no tag here: localhost:5000/app has none.
  ClusterPolicy p, rule r: Only containers are judged there; initContainers and ephemeralContainers are too here.

Left out:

  6:32 spec.parameters.tags[1]: expected text without "*", found "x*". It is no wildcard there, so it matches nothing: remove it. [import-left-out]
  21:16 spec.rules[1].context: expected what has a counterpart here, found [{"name":"x"}]. ClusterPolicy p, rule s is left out: write it by hand, as docs/from-other-engines.md has such policies. [import-left-out]
  29:7 spec: expected what has a counterpart here, found {"exceptions":[]}. PolicyException e is left out: write it by hand, as docs/from-other-engines.md has such policies. [import-left-out]

Skipped, as they are no such policies: 1.
Next: imagegate test-policy policy.yaml says what would hold, imagegate diff what would change for your manifests.
`;

const NONE = 'Nothing was imported.\n';
const BARE = (spec: string): string => `apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: { name: p }\n${spec}`;

/** What becomes no policy, with the exit code and words of what is said. */
const NOTHING: readonly (readonly [what: string, text: string, code: number, said: string])[] = [
  ['nothing', '', 2, 'standard input: expected policies of other engines, found none.'],
  ['other objects', 'apiVersion: v1\nkind: Pod', 2, 'Skipped, as they are no such policies: 1.'],
  ['a template', 'apiVersion: templates.gatekeeper.sh/v1\nkind: ConstraintTemplate', 2, 'no such policies: 1.'],
  ['what is no YAML', 'a: "b', 2, 'Missing closing'],
  ['no spec', BARE(''), 1, 'ClusterPolicy p is left out'],
  ['an empty spec', BARE('spec: {}'), 1, 'ClusterPolicy p is left out'],
  ['a spec without rules', BARE('spec: { background: true }'), 1, 'ClusterPolicy p is left out'],
  ['a rule without anything', BARE('spec: { rules: [{ name: a }] }'), 1, 'ClusterPolicy p, rule a is left out'],
];

describe('imagegate import', () => {
  const folder = temporaryFolder();

  it('writes a policy, and says what differs and what is left out', async () => {
    const { stdout, stderr, code } = await tryImport(POLICIES);
    expect(stdout).to.equal(IMPORTED);
    expect(stderr).to.equal(SAID);
    expect(code).to.equal(1);
  });

  for (const [what, text, code, said] of NOTHING) {
    it(`writes nothing for ${what}`, async () => {
      const found = await tryImport(text);
      expect({ code: found.code, stdout: found.stdout }).to.deep.equal({ code, stdout: '' });
      expect(found.stderr).to.include(said.replace('standard input:', '')).and.to.include(NONE);
    });
  }

  it('reads folders and files, each once, and goes on after one that cannot be read', async () => {
    const path = join(folder.path, 'a.yaml');
    await mkdir(join(folder.path, 'b'));
    await writeFile(path, constraint('K8sImageDigests', '{}'));
    const [said, failed]: [string[], string[]] = [[], []];
    const code = await importPolicies({
      paths: [folder.path, path, join(folder.path, 'none.yaml')],
      stdin: (async function* () {})(),
      write: (text) => void said.push(text),
      writeError: (text) => void failed.push(text),
    });
    expect(code).to.equal(2);
    expect(said.join('').match(/K8sImageDigests/g)).to.have.lengthOf(1);
    expect(failed.join('')).to.include('none.yaml: expected a file or a folder that can be read');
  });

  const seed = seedOfRun();
  const random = randomFrom(seed);
  const WRONG = [
    null,
    '',
    'x y',
    -1,
    true,
    [],
    {},
    { any: [null] },
    ['*', 'a?', '**'],
    '{{ x }}',
    '__proto__',
    'a'.repeat(300),
  ];

  /** A value with one part of it replaced, removed, doubled or added. */
  const mutated = (value: unknown): unknown => {
    const keys = isObject(value) || Array.isArray(value) ? Object.keys(value) : [];
    if (keys.length === 0 || random.chance(0.1)) return random.pick(WRONG);
    const key = random.pick(keys);
    if (Array.isArray(value)) {
      const inner = mutated(value[Number(key)]);
      return random.chance(0.2) ? [...value, inner] : value.with(Number(key), inner);
    }
    const { [key]: inner, ...rest } = value as Record<string, unknown>;
    if (random.chance(0.15)) return rest;
    return random.chance(0.2) ? { ...rest, [key]: inner, unknown: 'x' } : { ...rest, [key]: mutated(inner) };
  };

  it(`makes of broken policies one that loads, and forgets nothing, with SEED=${seed}`, async () => {
    const originals = Object.values(PEER_POLICIES).flatMap((policies) => Object.values(policies));
    const loader = await createTrialLoader(undefined, { writeError: () => {} });
    const mounted = await loader.read();
    let loaded = 0;
    for (let round = 0; round < 400; round += 1) {
      const { spec, ...object } = parse(random.pick(originals).split('---')[0]!);
      const broken = stringify({ ...object, spec: random.chance(0.5) ? mutated(spec) : mutated(mutated(spec)) });
      const found = await tryImport(broken);
      expect(found.code, broken).to.equal(found.leftOut.length === 0 ? 0 : 1);
      if (found.policy === null) expect(found.leftOut, broken).not.to.deep.equal([]);
      if (/^ *(?:- )?unknown:/m.test(broken)) expect(found.leftOut, broken).not.to.deep.equal([]);
      if (found.policy === null) continue;
      loaded += 1;
      await loader.load({ ...mounted, ...policyOfText(found.stdout, 'policy.yaml') });
    }
    expect(loaded).to.be.above(50);
  });
});
