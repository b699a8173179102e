import { expect } from 'chai';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { audit } from '../../src/cli/audit/audit.ts';
import { check, type CheckOptions } from '../../src/cli/check.ts';
import { manifestItems } from '../../src/manifest/manifest-items.ts';
import { chunks, collected } from '../manifest/chunks.ts';
import { randomFrom, seedOfRun, type Random } from '../random.ts';
import { CONFIG, RULES, behindRules } from './rules-gate.ts';
import type { Json, Manifest } from './objects.ts';

const MANIFESTS = 1000;

const POLICY = `contact: 'Ask #platform.'
rules:
  require-digest: { action: warn, options: {} }
  required-pull-policy:
    action: deny
    options: { policies: [{ images: ['gcr.io/**'], policy: Always }] }
exemptions:
  - { name: old, reason: r, owner: o, expires: never, rules: [registry-allowlist], images: ['quay.io/old/*'] }
`;

/** The tests' gate has no mutating webhook: its workloads are judged as their pods will be, and its pods as they are. */
const REWRITING = `rules:
  default-registry: { action: rewrite }
  registry-mirror:
    action: rewrite
    options:
      mirrors:
        - { registry: docker.io, mirror: mirror.example.com/hub, except: ['docker.io/library/nginx:latest'] }
        - { registry: gcr.io/acme, mirror: mirror.example.com/acme, digests: refuse }
        - { registry: quay.io, mirror: mirror.example.com }
exemptions:
  - { name: old, reason: r, owner: o, expires: never, rules: [registry-mirror, registry-allowlist], images: ['quay.io/old/*'] }
`;

/** What a gate has in force, and which objects it and the commands must say the same of. */
const POLICIES = {
  check: { config: { 'policy.yaml': POLICY }, isMeant: () => true },
  rewrite: {
    config: { 'policy.yaml': REWRITING, ALLOWED_REGISTRIES: 'mirror.example.com,localhost:5000' },
    isMeant: ({ kind }: Manifest) => kind !== 'Pod',
  },
};

const RULE = `export default {
  meta: { name: 'no-debug', description: 'Deny images that are made for debugging.' },
  check(image, options, { workload, container }) {
    if (!image.repository.endsWith('-debug')) return;
    return [{ problem: 'is made for debugging', remedy: [workload.kind, workload.serviceAccountName, container.imagePullPolicy].join(', ') + '.' }];
  },
};
`;

const DIGEST = `@sha256:${'a'.repeat(64)}`;
const NAMES = [
  'nginx',
  'docker.io/nginx',
  'gcr.io/acme/api',
  'quay.io/old/x',
  'quay.io/new/x',
  'gcr.io/x-debug',
  'Bad/Name',
  'localhost:5000/x',
];
const TAGS = ['', ':1.2', ':latest', ':staging', `:1.2${DIGEST}`, DIGEST, ':latest' + DIGEST];

/** Objects of each kind whose parts the API server fills in, or not. */
function manifestOf(random: Random, index: number): Manifest {
  const image = (): string => random.pick(NAMES) + random.pick(TAGS);
  const container = (name: string): Json => ({
    name,
    image: image(),
    ...(random.chance(0.3) && { imagePullPolicy: random.pick(['Always', 'IfNotPresent', 'Never', '']) }),
  });
  const kind = random.pick(['Pod', 'Pod', 'Deployment', 'StatefulSet', 'Job', 'CronJob', 'PodTemplate']);
  const spec = {
    containers: [container('a'), ...(random.chance(0.3) ? [container('b')] : [])],
    ...(random.chance(0.2) && { initContainers: [container('i')] }),
    ...(random.chance(0.2) && {
      volumes: [
        { name: 'v', image: { reference: image() } },
        { name: 'e', emptyDir: {} },
      ],
    }),
    // The API server of the tests does without the admission of service accounts, which names one for each Pod.
    ...((kind === 'Pod' || random.chance(0.3)) && { [random.pick(['serviceAccountName', 'serviceAccount'])]: 'robot' }),
  };
  const metadata = random.chance(0.2) && kind === 'Pod' ? { generateName: `p${index}-` } : { name: `p${index}` };
  const template = { metadata: { labels: { app: 'a' } }, spec };
  const selected = { selector: { matchLabels: { app: 'a' } }, template };
  const job = { template: { ...template, spec: { ...spec, restartPolicy: 'Never' } } };
  const bodies: Readonly<Record<string, Json>> = {
    Pod: { apiVersion: 'v1', spec },
    PodTemplate: { apiVersion: 'v1', template },
    Deployment: { apiVersion: 'apps/v1', spec: selected },
    StatefulSet: { apiVersion: 'apps/v1', spec: { ...selected, serviceName: 'a' } },
    Job: { apiVersion: 'batch/v1', spec: job },
    CronJob: { apiVersion: 'batch/v1', spec: { schedule: '0 0 * * *', jobTemplate: { spec: job } } },
  };
  return { kind, metadata, ...bodies[kind]! } as unknown as Manifest;
}

/** Containers as written, whose image kubectl has to read as manifests are read here. */
const WRITTEN: readonly string[] = [
  ...[
    'off',
    '1.20',
    '1_000',
    '0x10',
    '2027-03-31',
    '~',
    '!!str off',
    '"a\\x41"',
    "'a''b'",
    'a:1#b',
    'a # b',
    '&x a',
    '[a]',
  ].map((image) => `{ image: ${image} }`),
  '{ image: a, image: b }',
  '{ image: a, <<: *one }',
  '{ <<: *one, image: a }',
  '{ <<: [*two, *one] }',
  '{ <<: *two, <<: *one }',
  '{ "<<": { image: a } }',
  '{ ? image : a }',
  '{ <<: text }',
  '{ image: *none }',
  '{\timage:\ta }',
  '{ image: "a\n  b" }',
  '{ image: a\n---# b\n }',
];

/** A verdict in the words of the gate. */
interface Verdict {
  readonly message: string | undefined;
  readonly warnings: readonly string[];
  /** The sentences of what denies, each with its rule; a check has the message alone. */
  readonly denials?: readonly string[];
}

/** As an audit prints it. */
interface Audited {
  readonly owners: readonly {
    readonly name: string;
    readonly findings: readonly { readonly level: string; readonly rule: string; readonly message: string }[];
  }[];
}

for (const [namespace, { config, isMeant }] of Object.entries(POLICIES))
  describe(`the engine before the cluster, ${namespace}`, () => {
    const gate = behindRules(namespace, { config, rules: { 'no-debug.mjs': RULE } });
    const seed = seedOfRun();
    const random = randomFrom(seed);
    const manifests = Array.from({ length: MANIFESTS }, (_, index) => manifestOf(random, index)).filter(isMeant);
    let folder: string;

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'imagegate-check-'));
    });

    after(async () => rm(folder, { recursive: true, force: true }));

    /** What the gate says when they are created. */
    const asked = async (manifest: Manifest): Promise<Verdict> => {
      const { cluster } = gate();
      const group = manifest.apiVersion === 'v1' ? 'api/v1' : `apis/${manifest.apiVersion}`;
      const path = `/${group}/namespaces/${namespace}/${manifest.kind.toLowerCase()}s?dryRun=All`;
      const { status, text, warnings } = await cluster.api.send('POST', path, manifest);
      const { message, details } = JSON.parse(text) as Status;
      if (status !== 201 && !message?.includes(' denied the request: ')) throw new Error(`${status} ${text}`);
      return {
        message: status === 201 ? undefined : message!.replace(/^.*? denied the request: /, ''),
        warnings: warnings.filter((warning) => warning.includes('[imagegate')),
        denials: status === 201 ? [] : details!.causes.map(({ reason, message: said }) => `${said} [${reason}]`),
      };
    };

    /** A file with the policy and the rules in force. */
    const policyInForce = async (): Promise<string> => {
      const { kubectl } = gate();
      const maps = await Promise.all(
        [CONFIG, RULES].map(async (name) => kubectl(['get', 'configmap', name, '-n', 'imagegate', '-o', 'yaml'])),
      );
      const policy = join(folder, 'policy');
      await writeFile(policy, maps.map(({ stdout }) => stdout).join('---\n'));
      return policy;
    };

    /** What a command prints in JSON about the manifests on its standard input. */
    const printed = async (path: string, command: (given: Given) => Promise<unknown>): Promise<unknown> => {
      let said = '';
      const write = (text: string): void => void (said += text);
      async function* stdin(): AsyncGenerator<Uint8Array> {
        for (const manifest of manifests) yield new TextEncoder().encode(`${JSON.stringify(manifest)}\n`);
      }
      const output = { write, writeError: write, terminal: false, env: {}, format: 'json' } as const;
      await command({ paths: ['-'], path, namespace: gate().namespace, stdin: stdin(), now: Date.now(), ...output });
      return JSON.parse(said);
    };

    const checked = async (path: string): Promise<readonly Partial<Verdict>[]> => {
      const said = await printed(path, async (given) => check({ ...given, version: '1.2.3' }));
      const { results } = said as { readonly results: readonly Verdict[] };
      return results.map(({ message, warnings }) => ({ message, warnings }));
    };

    /** Each manifest is its own owner; those of which nothing is said are not told. */
    const audited = async (path: string): Promise<readonly Partial<Verdict>[]> => {
      const { owners } = (await printed(path, async (given) => audit({ ...given, progress: false }))) as Audited;
      const found = new Map(owners.map(({ name, findings }) => [Number(/\d+/.exec(name)), findings]));
      return manifests.map(({ metadata }) => {
        const of = (level: string, words = ''): readonly string[] =>
          (found.get(Number(/\d+/.exec(JSON.stringify(metadata)))) ?? [])
            .filter((finding) => finding.level === level)
            .map(({ message, rule }) => `${message} [${words}${rule}]`);
        return { warnings: of('warn', 'imagegate: '), denials: of('deny') };
      });
    };

    /** Commands that judge manifests, by the policy in a file: each has what it says in the order of these. */
    const commands = { check: checked, audit: audited };

    it(`says of ${manifests.length} manifests what the gate says, to the letter, each time (SEED=${seed})`, async () => {
      const policy = await policyInForce();
      const verdicts: Verdict[] = [];
      for (const manifest of manifests) {
        // oxlint-disable-next-line no-await-in-loop -- the API server has enough to do with one
        verdicts.push(await asked(manifest));
      }
      expect(verdicts.filter(({ message }) => message === undefined).length).to.be.within(10, manifests.length - 100);
      for (const [name, judged] of Object.entries(commands)) {
        for (const time of ['first', 'second']) {
          // oxlint-disable-next-line no-await-in-loop -- one after the other
          const said = await judged(policy);
          expect(said).to.have.lengthOf(manifests.length);
          for (const [index, manifest] of manifests.entries())
            expect(verdicts[index], `${name}, the ${time} time: ${JSON.stringify(manifest)}`).to.deep.include(
              said[index],
            );
        }
      }
      for (const [index, manifest] of manifests.entries()) {
        // oxlint-disable-next-line no-await-in-loop -- as well
        expect(await asked(manifest), JSON.stringify(manifest)).to.deep.equal(verdicts[index]);
      }
    });

    it('reads what kubectl reads', async () => {
      for (const written of WRITTEN) {
        const head = 'one: &one { image: one, <<: { image: zero } }\ntwo: &two { image: two }\n';
        const input = `${head}apiVersion: v1\nkind: Pod\nmetadata: { name: a }\nspec: { containers: [${written}] }\n`;
        const args = ['label', '--local', '-f', '-', 'a=b', '-o', 'json'];
        // oxlint-disable-next-line no-await-in-loop -- a processor has enough to do with one
        const { code, stdout } = await gate().cluster.kubectl(args, { input });
        // oxlint-disable-next-line no-await-in-loop -- as well
        const [item] = await collected(manifestItems(chunks(input), 'x.yaml'));
        const imageOf = (object: unknown): unknown => (object as Pod).spec.containers[0]?.['image'];
        const read = item !== undefined && 'object' in item ? imageOf(item.object) : 'refused';
        expect(read, written).to.deep.equal(code === 0 ? imageOf(JSON.parse(stdout)) : 'refused');
      }
    });
  });

/** The API server's, in part. */
interface Status {
  readonly message?: string;
  readonly details?: { readonly causes: readonly { readonly reason: string; readonly message: string }[] };
}

/** What both commands take. */
type Given = Omit<CheckOptions, 'format' | 'version' | 'fix'> & { readonly format: 'json' };

interface Pod {
  readonly spec: { readonly containers: readonly Json[] };
}
