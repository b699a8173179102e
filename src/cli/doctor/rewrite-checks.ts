import { UNKNOWN_PROFILE } from '../../engine/policy.ts';
import type { ByNamespace, Ruleset, Selection } from '../../engine/ruleset.ts';
import type { Diagnosis } from './diagnosis.ts';
import { at, grouped, isSelected, listAt, nameOf, namesText, textAt } from './fields.ts';
import {
  type Check,
  entriesOf,
  isMatched,
  MUTATING,
  namespaceLabels,
  ofKind,
  OUR_WEBHOOK,
  policyOf,
  type Snapshot,
  WEBHOOKS,
} from './snapshot.ts';
import { podEntries, VALIDATE } from './webhook-checks.ts';

const HERE = `MutatingWebhookConfiguration ${OUR_WEBHOOK}`;
const APPLY = 'Apply mutating-webhook-with-ca.yaml, as deploy/certificates.sh makes it.';

/** Where the gate rewrites images, and under which profile. */
const MUTATE = /^\/mutate(?:\/([^/]+))?$/;

/** Whether what the policy wants rewritten is: what is not, is denied. */
export const REWRITE_CHECKS: readonly Check[] = [
  { needs: [MUTATING], diagnose: missing },
  { needs: [MUTATING], diagnose: paths },
  { needs: [MUTATING], diagnose: profiles },
  { needs: [MUTATING], diagnose: unaskedPods },
  { needs: [MUTATING, WEBHOOKS, '/Namespace'], diagnose: namespaces },
  { needs: [MUTATING], diagnose: failures },
  { needs: [], diagnose: mirrors },
];

function selectionsOf({ everywhere, overrides }: ByNamespace): readonly Selection[] {
  return [everywhere, ...overrides.map(({ selection }) => selection)];
}

/** The profiles under which something is rewritten somewhere; '' for what is judged without one. */
function rewritingProfiles(ruleset: Ruleset): ReadonlySet<string> {
  const all: readonly (readonly [string, ByNamespace])[] = [['', ruleset], ...ruleset.profiles];
  const rewriting = all.filter(([, under]) => selectionsOf(under).some(({ rewrites }) => rewrites.length > 0));
  return new Set(rewriting.map(([name]) => name));
}

function profileAt(path: string, form: RegExp): string | undefined {
  const found = form.exec(path);
  return found === null ? undefined : (found[1] ?? '');
}

/** A profile that the policy does not have is judged as none. */
function judgedAs(profile: string, ruleset: Ruleset): string {
  return ruleset.profiles.has(profile) ? profile : '';
}

function missing(snapshot: Snapshot): readonly Diagnosis[] {
  const policy = policyOf(snapshot);
  if (policy === undefined) return [];
  const rewrites = rewritingProfiles(policy.ruleset).size > 0;
  const isThere = entriesOf(snapshot, MUTATING).length > 0;
  if (rewrites && !isThere) {
    const what = 'It is not there, but the policy rewrites images: each that should be rewritten is denied.';
    return [{ code: 'rewrite-missing', where: HERE, what, remedy: APPLY }];
  }
  if (rewrites || !isThere) return [];
  const what = 'It is there, but the policy rewrites nothing: the gate is asked about each pod twice.';
  const remedy = `Nothing is to be done if it is to rewrite soon. Otherwise: kubectl delete mutatingwebhookconfiguration ${OUR_WEBHOOK}`;
  return [{ code: 'rewrite-unneeded', where: HERE, what, remedy }];
}

function paths(snapshot: Snapshot): readonly Diagnosis[] {
  return entriesOf(snapshot, MUTATING)
    .filter(({ path }) => !MUTATE.test(path))
    .map(({ name, path }): Diagnosis => {
      const what = `It asks at ${path || 'no path'}, where the gate rewrites nothing.`;
      return { code: 'path-unknown', where: `${HERE}, entry ${name}`, what, remedy: APPLY };
    });
}

/** Those of the policy that have no entry, and those that have one for nothing. */
function profiles(snapshot: Snapshot): readonly Diagnosis[] {
  const policy = policyOf(snapshot);
  const entries = entriesOf(snapshot, MUTATING);
  if (policy === undefined || entries.length === 0) return [];
  const asked = new Set(entries.flatMap(({ path }) => profileAt(path, MUTATE) ?? []));
  const { ruleset } = policy;
  const unknown = [...asked].filter((name) => !['', UNKNOWN_PROFILE].includes(name) && !ruleset.profiles.has(name));
  const unasked = [...rewritingProfiles(ruleset)].filter((name) => !asked.has(name));
  return [
    ...unknown.map((name): Diagnosis => {
      const what = `It asks for the profile ${name}, which the policy does not have: it rewrites as without one.`;
      const remedy = `Write the profile into the policy, or run deploy/certificates.sh --drop-profile ${name}.`;
      return { code: 'profile-unknown', where: HERE, what, remedy };
    }),
    ...unasked.map((name): Diagnosis => {
      const under = name === '' ? 'namespaces without a profile' : `the profile ${name}`;
      const what = `No entry asks for ${under}, where the policy rewrites images: each that should be rewritten is denied.`;
      const remedy = name === '' ? APPLY : `Run deploy/certificates.sh --profile ${name}, and apply what it writes.`;
      return { code: 'rewrite-unasked', where: HERE, what, remedy };
    }),
  ];
}

/** Whatever may bring an image, by path. */
function unaskedPods(snapshot: Snapshot): readonly Diagnosis[] {
  const byPath = grouped(
    entriesOf(snapshot, MUTATING).filter(({ path }) => MUTATE.test(path)),
    ({ path }) => path,
  );
  return [...byPath].flatMap(([path, ofPath]): readonly Diagnosis[] => {
    const rules = ofPath.flatMap(({ entry }) => listAt(entry, 'rules'));
    const lacking = [
      ['CREATE', 'pods'] as const,
      ['UPDATE', 'pods'] as const,
      ['UPDATE', 'pods/ephemeralcontainers'] as const,
    ].filter(([operation, resource]) => !isMatched(rules, '', resource, operation));
    if (lacking.length === 0) return [];
    const where = `${HERE}, ${namesText(ofPath.map(({ name }) => `entry ${name}`))}`;
    const what = `What asks at ${path} does not ask about ${lacking.map((pair) => pair.join(' of ')).join(', ')}: images that come so are not rewritten, and denied.`;
    return [{ code: 'rewrite-unasked', where, what, remedy: APPLY }];
  });
}

/** Where pods are judged by what nobody has rewritten, or by another profile than the one that they were rewritten by. */
function namespaces(snapshot: Snapshot): readonly Diagnosis[] {
  const policy = policyOf(snapshot);
  const entries = entriesOf(snapshot, MUTATING).filter(({ path }) => MUTATE.test(path));
  if (policy === undefined || entries.length === 0) return [];
  const { ruleset } = policy;
  const rewriting = rewritingProfiles(ruleset);
  const profileOf = (selecting: typeof entries, form: RegExp, namespace: string): string | undefined => {
    const labels = namespaceLabels(snapshot, namespace);
    const found = selecting.find(({ entry }) => isSelected(labels, at(entry, 'namespaceSelector')));
    const profile = found && profileAt(found.path, form);
    return profile === undefined ? undefined : judgedAs(profile, ruleset);
  };
  const judging = podEntries(snapshot);
  const differing = ofKind(snapshot, '/Namespace')
    .map(nameOf)
    .filter((name) => {
      const [judged, rewritten] = [profileOf(judging, VALIDATE, name), profileOf(entries, MUTATE, name)];
      if (judged === rewritten) return false;
      // A profile without an entry is told by itself.
      if (judged !== undefined && rewritten === undefined && !entriesAsk(entries, judged)) return false;
      return [judged, rewritten].some((profile) => profile !== undefined && rewriting.has(profile));
    });
  if (differing.length === 0) return [];
  const what = `Its entries and those of the webhook that judges do not select the same for these namespaces: ${namesText(differing)}. What is judged there is not what is rewritten.`;
  const remedy = `Write the namespaceSelector of deploy/webhook.yaml into its entries too. ${APPLY}`;
  return [{ code: 'rewrite-namespaces', where: HERE, what, remedy }];
}

function entriesAsk(entries: readonly { readonly path: string }[], profile: string): boolean {
  return entries.some(({ path }) => profileAt(path, MUTATE) === profile);
}

/** How it behaves where something goes wrong. */
function failures(snapshot: Snapshot): readonly Diagnosis[] {
  const entries = entriesOf(snapshot, MUTATING);
  const whereOf = (found: typeof entries): string => `${HERE}, ${namesText(found.map(({ name }) => `entry ${name}`))}`;
  const closed = entries.filter(({ entry }) => textAt(entry, 'failurePolicy') !== 'Ignore');
  const once = entries.filter(({ entry }) => textAt(entry, 'reinvocationPolicy') !== 'IfNeeded');
  const diagnosed = (found: typeof entries, code: Diagnosis['code'], what: string, remedy: string) =>
    found.length === 0 ? [] : [{ code, where: whereOf(found), what, remedy }];
  return [
    ...diagnosed(
      closed,
      'rewrite-fails-closed',
      'Not under failurePolicy: Ignore, it stops pods that need no rewriting, too, while the gate is down.',
      `Set it to Ignore: what was not rewritten, the other webhook judges. ${APPLY}`,
    ),
    ...diagnosed(
      once,
      'rewrite-once',
      'Without reinvocationPolicy: IfNeeded, an image that a later webhook sets is not rewritten, and denied.',
      `Set it to IfNeeded. ${APPLY}`,
    ),
  ];
}

/** What nodes may pull cannot be seen from here. */
function mirrors(snapshot: Snapshot): readonly Diagnosis[] {
  const policy = policyOf(snapshot);
  if (policy === undefined) return [];
  const all = [policy.ruleset, ...policy.ruleset.profiles.values()].flatMap(selectionsOf);
  const mappings = all.flatMap(({ rewrites }) => rewrites.flatMap(({ setting }) => listAt(setting.options, 'mirrors')));
  const names = new Set(mappings.map((mapping) => textAt(mapping, 'mirror')).filter((mirror) => mirror !== ''));
  if (names.size === 0) return [];
  const what = `Images are rewritten to ${namesText(names)}. Whether nodes may pull from there was not looked at: a pod brings the pull secrets of the registry that it named.`;
  const remedy =
    'Let the nodes pull there without a secret of the pod, or see to one in each namespace: docs/mirrors.md.';
  return [{ code: 'mirror-access', where: 'policy.yaml, mirrors', what, remedy }];
}
