import { setImmediate } from 'node:timers/promises';
import type { AdmissionRequest } from '../admission/admission-review.ts';
import { inSlices } from '../admission/in-slices.ts';
import { reviewing } from '../admission/review.ts';
import type { Finding } from '../engine/finding.ts';
import { type BoundRule, type Ruleset, type Selection } from '../engine/ruleset.ts';
import type { Mistake } from '../mistake/mistake.ts';
import { lostRemedy } from '../sandbox/import-mistake.ts';

/**
 * Judges the sample pods, whatever the verdicts: a rule that fails on one of them would fail on real ones. The result does
 * not depend on the machine: steps are limited, not time.
 *
 * @returns a mistake for every rule that failed
 */
export async function tryRuleset(ruleset: Ruleset): Promise<readonly Mistake[]> {
  const failures = new Map<string, Mistake>();
  for (const { request, selection, profile } of samplesOf(ruleset)) {
    // A rule that has failed is not run again: it might use up all of its steps each time.
    const rules = selection.rules.filter(({ name }) => !failures.has(name));
    const trial = { everywhere: { ...selection, rules }, overrides: [] };
    const profiles = new Map(profile === undefined ? [] : [[profile, trial]]);
    // oxlint-disable-next-line no-await-in-loop -- sequential, and the event loop runs in between
    const failed = await failedFindings(request, { ...ruleset, ...trial, profiles }, profile);
    for (const finding of failed) {
      if (!failures.has(finding.rule)) failures.set(finding.rule, failureMistake(finding));
    }
  }
  return [...failures.values()];
}

async function failedFindings(
  request: AdmissionRequest,
  ruleset: Ruleset,
  profile: string | undefined,
): Promise<readonly Finding[]> {
  const judging = reviewing(request, ruleset, { now: Date.now(), profile });
  const { verdict, error, findings } = await inSlices(judging, async () => setImmediate());
  if (verdict === 'errored') throw error;
  return findings.filter(({ failed }) => failed);
}

function failureMistake({ rule, image, remedy, failure = '' }: Finding): Mistake {
  return {
    code: 'rule-fails-on-sample',
    source: { name: `rule ${rule}` },
    expected: `an answer about the image ${image.raw} of a sample pod`,
    found: `none: ${remedy}`,
    remedy: `${lostRemedy(failure) ?? 'Mend the rule.'} \`imagegate test-rules\` tries it on the same pods.`,
  };
}

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;

/** Every form of reference that a rule may meet. */
const IMAGES = [
  'nginx',
  'nginx:1.27',
  'library/nginx:latest',
  `nginx@${DIGEST}`,
  'docker.io/library/nginx:1.27.3-alpine',
  `gcr.io/acme/team/app:v1.2.3@${DIGEST}`,
  'localhost:5000/app',
  '[2001:db8::1]:5000/app:1',
  'registry.example.com:8443/a/b/c/d:Some_Tag.1-2',
];

interface Sample {
  readonly request: AdmissionRequest;
  readonly profile: string | undefined;
  /** The rules not yet tried with these options, without what limits them to some images. */
  readonly selection: Selection;
}

/**
 * The samples for a ruleset. Each rule is tried once for each of its distinct options: the first time on every sample pod,
 * then on one, which also has every form of reference.
 */
function* samplesOf(ruleset: Ruleset): Generator<Sample> {
  // Names of rules, and names with the place of options.
  const tried = new Set<string>();
  for (const { profile, selection, index } of placesOf(ruleset)) {
    const untried = new Map<string, BoundRule>();
    for (const rule of selection.rules) {
      const like = `${rule.name} ${rule.place}`;
      if (!tried.has(like)) untried.set(like, { ...rule, judges: undefined });
    }
    const rules = [...untried.values()];
    if (rules.length === 0) continue;
    const pods = samplePods(namespaceOf(ruleset, index));
    const count = rules.every(({ name }) => tried.has(name)) ? 1 : pods.length;
    for (const [like, { name }] of untried) tried.add(like).add(name);
    for (const request of pods.slice(0, count)) yield { request, profile, selection: { ...selection, rules } };
  }
}

interface Place {
  readonly profile: string | undefined;
  readonly selection: Selection;
  /** That of the namespace override; `undefined` for everywhere. */
  readonly index?: number;
}

function placesOf(ruleset: Ruleset): readonly Place[] {
  return [[undefined, ruleset] as const, ...ruleset.profiles].flatMap(([profile, { everywhere, overrides }]) => [
    { profile, selection: everywhere },
    ...overrides.map(({ selection }, index) => ({ profile, selection, index })),
  ]);
}

/** One that the override applies to; if earlier ones take all of its names, any of them. */
function namespaceOf({ policy, overrides }: Ruleset, index: number | undefined): string {
  if (index === undefined) return 'default';
  const namespaces = policy.namespaces[index]!.names.map((name) => name.replaceAll('*', 'sample'));
  const leading = namespaces.find((namespace) => overrides.findIndex(({ matches }) => matches(namespace)) === index);
  return leading ?? namespaces[0] ?? 'default';
}

/** A pod with every form of reference in every place, once as from a user and once as from a controller. */
function samplePods(namespace: string): readonly AdmissionRequest[] {
  return [
    pod(namespace, '00000000-0000-4000-8000-000000000000', { name: 'sample' }),
    pod(namespace, '00000000-0000-4000-8001-000000000000', { generateName: 'sample-' }),
  ];
}

function pod(
  namespace: string,
  uid: string,
  metadata: { readonly name: string } | { readonly generateName: string },
): AdmissionRequest {
  const isMadeByController = 'generateName' in metadata;
  const pullPolicy = isMadeByController ? { imagePullPolicy: 'IfNotPresent' } : {};
  const containers = (prefix: string) =>
    IMAGES.map((image, index) => ({ name: `${prefix}-${index}`, image, ...pullPolicy }));
  return {
    uid,
    kind: { group: '', version: 'v1', kind: 'Pod' },
    operation: 'CREATE',
    namespace,
    ...metadata,
    userInfo: isMadeByController
      ? {
          username: 'system:serviceaccount:kube-system:replicaset-controller',
          groups: ['system:serviceaccounts', 'system:serviceaccounts:kube-system', 'system:authenticated'],
        }
      : { username: 'sample', groups: ['system:authenticated'] },
    object: {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: isMadeByController ? metadata : { ...metadata, labels: { app: 'sample' }, annotations: { sample: '' } },
      spec: {
        // The API server fills these in, except for custom kinds.
        ...(isMadeByController && { serviceAccountName: 'default' }),
        initContainers: containers('init'),
        containers: containers('main'),
        ephemeralContainers: containers('debug'),
        volumes: IMAGES.map((reference, index) => ({ name: `volume-${index}`, image: { reference } })),
      },
    },
  };
}
