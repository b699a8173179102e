import { setImmediate } from 'node:timers/promises';
import type { AdmissionRequest } from '../admission/admission-review.ts';
import { inSlices } from '../admission/in-slices.ts';
import { reviewing } from '../admission/review.ts';
import type { Finding } from '../engine/finding.ts';
import { type Ruleset, type Selection, selectionFor } from '../engine/ruleset.ts';
import type { Mistake } from '../mistake/mistake.ts';
import { lostRemedy } from '../sandbox/import-mistake.ts';
import { settingsBySelection } from '../engine/policy.ts';

/**
 * Judges the sample pods, whatever the verdicts: a rule that fails on one of them would fail on real ones. The result does
 * not depend on the machine: steps are limited, not time.
 *
 * @returns a mistake for every rule that failed
 */
export async function tryRuleset(ruleset: Ruleset): Promise<readonly Mistake[]> {
  const failures = new Map<string, Mistake>();
  for (const { request, selection } of samplesOf(ruleset)) {
    // A rule that has failed is not run again: it might use up all of its steps each time.
    const rules = selection.rules.filter(({ name }) => !failures.has(name));
    // oxlint-disable-next-line no-await-in-loop -- sequential, and the event loop runs in between
    const failed = await failedFindings(request, { ...ruleset, everywhere: { ...selection, rules }, overrides: [] });
    for (const finding of failed) {
      if (!failures.has(finding.rule)) failures.set(finding.rule, failureMistake(finding));
    }
  }
  return [...failures.values()];
}

async function failedFindings(request: AdmissionRequest, ruleset: Ruleset): Promise<readonly Finding[]> {
  const judging = reviewing(request, ruleset, { now: Date.now() });
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
  /** The rules not yet tried with these options. */
  readonly selection: Selection;
}

/**
 * The samples for a ruleset. Each rule is tried once for each of its distinct options: the first time on every sample pod,
 * then on one, which also has every form of reference.
 */
function* samplesOf(ruleset: Ruleset): Generator<Sample> {
  const settings = settingsBySelection(ruleset.policy);
  // Names of rules, and names with options.
  const tried = new Set<string>();
  for (const selection of [ruleset.everywhere, ...ruleset.overrides.map((override) => override.selection)]) {
    const options = (name: string): object => settings[selection.index]!.get(name)?.options ?? {};
    const like = (name: string): string => `${name} ${JSON.stringify(options(name))}`;
    const isUntried = ({ name }: { readonly name: string }): boolean => !tried.has(like(name));
    const rules = selection.rules.filter(isUntried);
    const names = rules.map(({ name }) => name);
    if (names.length === 0) continue;
    const pods = samplePods(namespaceOf(selection, ruleset));
    const count = names.every((name) => tried.has(name)) ? 1 : pods.length;
    for (const name of names) tried.add(name).add(like(name));
    for (const request of pods.slice(0, count)) yield { request, selection: { ...selection, rules } };
  }
}

/** A namespace that the selection applies to; if earlier overrides take all of its names, any of them. */
function namespaceOf(selection: Selection, ruleset: Ruleset): string {
  const { names } = ruleset.policy.namespaces[selection.index - 1] ?? { names: [] };
  const namespaces = names.map((name) => name.replaceAll('*', 'sample'));
  const leading = namespaces.find((namespace) => selectionFor(ruleset, namespace) === selection);
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
