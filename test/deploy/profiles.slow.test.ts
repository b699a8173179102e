import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { assert, constantFrom, property, uniqueArray } from 'fast-check';
import { MAX_PROFILES, RESERVED_PROFILES } from '../../src/engine/policy.ts';
import { CertificatesRun } from './certificates-run.ts';
import { at, manifestsOf } from './manifests.ts';
import { skipWithout } from '../skip-without.ts';

type Labels = Readonly<Record<string, string>>;

interface Selector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: string[];
  }[];
}

/** As the API server has it: all must hold, and what has no such label is in no list. */
function selects({ matchLabels = {}, matchExpressions = [] }: Selector, labels: Labels): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const value = labels[key];
      if (operator === 'In') return value !== undefined && values.includes(value);
      if (operator === 'NotIn') return value === undefined || !values.includes(value);
      if (operator === 'Exists') return value !== undefined;
      if (operator === 'DoesNotExist') return value === undefined;
      throw new Error(`${operator} is no operator of a label selector.`);
    })
  );
}

/** The labels of namespaces with this profile: of any, of an exempt one, of the gate's own. */
function namespacesWith(profile: string | undefined): readonly Labels[] {
  const label: Labels = profile === undefined ? {} : { 'imagegate/profile': profile };
  return ['shop', 'imagegate', 'kube-system'].flatMap((name) =>
    [{}, { 'imagegate/disable-filtering': 'true' }, { 'imagegate/disable-filtering': 'false' }].map((exempt) => ({
      'kubernetes.io/metadata.name': name,
      ...label,
      ...exempt,
    })),
  );
}

interface Entry {
  readonly name: string;
  readonly failurePolicy: string;
  readonly rules: unknown;
  readonly clientConfig: { readonly service: { readonly path: string } };
  readonly namespaceSelector: Selector;
}

/** Names that YAML would read as something else, or that are near to each other, or as long as a name may be. */
const PROFILES = [
  'prod',
  'lab',
  'pro',
  'prod-1',
  '123',
  '0x1',
  '1e3',
  'no',
  'true',
  'null',
  'unknown-1',
  'a'.repeat(63),
];
const OTHER_VALUES = ['', 'unknown', 'Prod', 'PROD', 'prod.1', 'prod_1', 'False', 'workloads', 'z', '1'];

const flagsOf = (profiles: readonly string[]): string[] => profiles.flatMap((profile) => ['--profile', profile]);

describe('deploy/certificates.sh --profile', function () {
  let deploy: CertificatesRun;

  before(function () {
    for (const command of ['openssl', 'bash']) {
      if (spawnSync(command, ['--help']).error !== undefined) skipWithout(command, this);
    }
  });

  beforeEach(() => {
    deploy = new CertificatesRun();
    deploy.firstRun();
  });

  afterEach(() => deploy.remove());

  const webhook = (): string => deploy.read('webhook-with-ca.yaml');
  const entries = (): readonly Entry[] => at(manifestsOf(webhook())[0], ['webhooks']) as Entry[];
  const mutating = (): readonly Entry[] =>
    at(manifestsOf(deploy.read('mutating-webhook-with-ca.yaml'))[0], ['webhooks']) as Entry[];
  const told = (): string[] =>
    entries().map(
      ({ name, failurePolicy, clientConfig: { service } }) =>
        `${name} ${failurePolicy} ${service.path.replace(/(?<=policy\/).*/, 'TOKEN')}`,
    );

  it('makes entries for no profile, each profile and every other value', () => {
    const { stdout } = deploy.succeed('--profile', 'prod', '--profile=lab');
    expect(told()).to.deep.equal([
      'com.imagegate.webhook Fail /validate',
      'prod.com.imagegate.webhook Fail /validate/prod',
      'lab.com.imagegate.webhook Fail /validate/lab',
      'unknown.com.imagegate.webhook Fail /validate/unknown',
      'workloads.com.imagegate.webhook Ignore /validate',
      'prod.workloads.com.imagegate.webhook Ignore /validate/prod',
      'lab.workloads.com.imagegate.webhook Ignore /validate/lab',
      'unknown.workloads.com.imagegate.webhook Ignore /validate/unknown',
      'policy.com.imagegate.webhook Ignore /validate-policy/TOKEN',
    ]);
    expect(stdout).to.include('\nProfiles: prod lab.\n').and.include('kubectl apply -f webhook-with-ca.yaml\n');
  });

  it('changes name, path and selector of an entry, and nothing else', () => {
    const [pods, workloads, policy] = entries();
    deploy.succeed(...flagsOf(PROFILES));
    const made = entries();
    expect(made).to.have.length(2 * (PROFILES.length + 2) + 1);
    expect(made.at(-1)).to.deep.equal(policy);
    made.slice(0, -1).forEach((entry, index) => {
      const shipped = index < made.length / 2 - 1 ? pods! : workloads!;
      const { name, clientConfig, namespaceSelector, ...rest } = entry;
      const { name: _, clientConfig: asked, namespaceSelector: selector, ...as } = shipped;
      expect(rest, name).to.deep.equal(as);
      const service = { ...clientConfig.service, path: '/validate' };
      expect({ ...clientConfig, service }, name).to.deep.equal(asked);
      const expressions = namespaceSelector.matchExpressions?.filter(({ key }) => key !== 'imagegate/profile');
      expect({ ...namespaceSelector, matchExpressions: expressions }, name).to.deep.equal(selector);
    });
  });

  it('does the same to the entry that rewrites', () => {
    const [shipped] = mutating();
    deploy.succeed(...flagsOf(PROFILES));
    const judging = entries().slice(0, PROFILES.length + 2);
    mutating().forEach((entry, index) => {
      const { name, clientConfig, namespaceSelector } = judging[index]!;
      expect(entry).to.deep.equal({
        ...shipped,
        name: name.replace('com.', 'mutate.com.'),
        clientConfig: {
          ...clientConfig,
          service: { ...clientConfig.service, path: clientConfig.service.path.replace('validate', 'mutate') },
        },
        namespaceSelector,
      });
    });
    expect(mutating()).to.have.length(judging.length);
  });

  it('has each namespace met once, by the entry that its label says, and by none where it is exempt', () => {
    const [pods, workloads] = entries();
    const metOnce = property(uniqueArray(constantFrom(...PROFILES), { minLength: 1 }), (profiles) => {
      deploy.firstRun();
      deploy.succeed(...flagsOf(profiles));
      for (const shipped of [pods!, workloads!]) {
        const alike = entries().filter(({ rules }) => JSON.stringify(rules) === JSON.stringify(shipped.rules));
        expect(alike).to.have.length(profiles.length + 2);
        for (const value of [undefined, ...PROFILES, ...OTHER_VALUES]) {
          const path = value === undefined ? '/validate' : `/validate/${profiles.includes(value) ? value : 'unknown'}`;
          for (const labels of namespacesWith(value)) {
            const asked = alike.filter(({ namespaceSelector }) => selects(namespaceSelector, labels));
            expect(
              asked.map(({ clientConfig }) => clientConfig.service.path),
              JSON.stringify(labels),
            ).to.deep.equal(selects(shipped.namespaceSelector, labels) ? [path] : []);
          }
        }
      }
    });
    assert(metOnce, { numRuns: 12 });
  });

  it('keeps them on later runs, those for another CA included', () => {
    deploy.succeed('--profile', 'prod', '--profile', 'lab');
    const names = told();
    const before = webhook();
    expect(deploy.succeed().stdout).to.include('\nProfiles: prod lab.\n').and.not.include('webhook-with-ca.yaml');
    expect(webhook()).to.equal(before);
    for (const flag of ['--new-ca', '--drop-old-ca']) {
      expect(deploy.succeed(flag).stdout).to.include('\nProfiles: prod lab.\n');
      expect(told(), flag).to.deep.equal(names);
    }
  });

  it('adds to those that there are, and --drop-profile takes some out', () => {
    const none = webhook();
    const profiles = (...flags: string[]) => {
      const { stdout } = deploy.succeed(...flags);
      const names = told().flatMap((one) => /^(.*)\.workloads/.exec(one)?.[1] ?? []);
      return { names: names.join(' '), said: /^Profiles: (.*)\.$/m.exec(stdout)?.[1] };
    };
    expect(profiles('--profile', 'prod')).to.deep.equal({ names: 'prod unknown', said: 'prod' });
    expect(profiles('--profile', 'lab')).to.deep.equal({ names: 'prod lab unknown', said: 'prod lab' });
    expect(profiles('--profile', 'prod')).to.deep.equal({ names: 'prod lab unknown', said: 'prod lab' });
    expect(profiles('--drop-profile', 'prod', '--profile=dev')).to.deep.equal({
      names: 'lab dev unknown',
      said: 'lab dev',
    });
    expect(profiles('--drop-profile=lab', '--drop-profile=dev')).to.deep.equal({ names: '', said: undefined });
    expect(webhook(), 'as without profiles, to the byte').to.equal(none);
  });

  it('says so where the file that has them is gone, and how to see those of the cluster', () => {
    deploy.succeed('--profile', 'prod');
    rmSync(join(deploy.folder, 'webhook-with-ca.yaml'));
    for (const flags of [[], ['--profile', 'lab']]) {
      rmSync(join(deploy.folder, 'webhook-with-ca.yaml'), { force: true });
      const { stdout } = deploy.succeed(...flags);
      expect(stdout).to.include('webhook-with-ca.yaml was gone').and.include('kubectl get validatingwebhookconfig');
    }
    expect(deploy.succeed().stdout).to.not.include('was gone');
  });

  it('stays within what kubectl can apply, with 16 of the longest names and three CAs', () => {
    deploy.succeed('--new-ca');
    deploy.succeed('--new-ca');
    deploy.succeed(
      ...flagsOf(Array.from({ length: MAX_PROFILES }, (_, index) => 'abcdefghijklmnop'[index]!.repeat(63))),
    );
    expect(deploy.trusted()[0]).to.have.length(3);
    // kubectl keeps the object in an annotation, and all annotations of an object have at most 256 KiB.
    expect(JSON.stringify(manifestsOf(webhook())[0]).length).to.be.below(256 * 1024 - 16 * 1024);
  });

  describe('a mistake', () => {
    /** Nothing may have changed. */
    function fails(flags: readonly string[], code: number, says: string): void {
      const before = deploy.files();
      const run = deploy.run(flags);
      expect(run.stderr).to.include(says);
      expect({ code: run.code, stdout: run.stdout }).to.deep.equal({ code, stdout: '' });
      expect(deploy.files()).to.deep.equal(before);
    }
    const form = (name: string): string =>
      `takes a name of 1 to 63 lower-case letters, digits and inner hyphens, not "${name}"`;
    const names = [
      '',
      'Prod',
      'pr\u00F6d',
      'prod.1',
      'prod_1',
      '-prod',
      'prod-',
      'a b',
      'prod\n',
      '*',
      '&',
      '\\1',
      'a'.repeat(64),
    ];
    const many = Array.from({ length: MAX_PROFILES + 1 }, (_, index) => `p${index}`);
    const mistakes: readonly (readonly [readonly string[], string])[] = [
      [['--profile'], '--profile needs the name of a profile'],
      [['--drop-profile'], '--drop-profile needs the name of a profile'],
      ...names.map((name) => [[`--profile=${name}`], `--profile ${form(name)}`] as const),
      [['--drop-profile', 'Prod'], `--drop-profile ${form('Prod')}`],
      ...RESERVED_PROFILES.map((name) => [['--profile', name], `--profile: "${name}" is reserved`] as const),
      [['--profile', 'prod', '--profile', 'prod'], '--profile: "prod" is given twice'],
      [['--profile', 'prod', '--drop-profile', 'prod'], '--drop-profile: "prod" is given twice'],
      [['--drop-profile', 'prod'], '--drop-profile: webhook-with-ca.yaml has no profile "prod"'],
      [flagsOf(many), `these are 17 profiles, and there may be ${MAX_PROFILES}: ${many.join(' ')}`],
    ];
    for (const [flags, says] of mistakes) {
      it(`in the flags is a clear error: ${JSON.stringify(flags.join(' ').slice(0, 50))}`, () => fails(flags, 2, says));
    }

    it('is one more than 16 with those that there are', () => {
      deploy.succeed(...flagsOf(many.slice(1)));
      fails(['--profile', 'p0'], 2, 'these are 17 profiles');
    });

    for (const [what, from, to] of [
      [
        'an entry without a selector',
        /    namespaceSelector:\n      matchExpressions:\n/,
        '    objectSelector:\n      matchExpressions:\n',
      ],
      ['an entry with another path', 'path: /validate\n', 'path: /\n'],
    ] as const) {
      it(`is ${what} in webhook.yaml`, () => {
        const file = join(deploy.folder, 'webhook.yaml');
        writeFileSync(file, readFileSync(file, 'utf8').replace(from, to));
        fails(['--profile', 'prod'], 1, 'webhook.yaml should have entries with path: /validate, 2 of them');
      });
    }
  });
});
