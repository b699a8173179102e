import { OUR_NAMESPACE } from '../../config-map/config-map.ts';
import { UNKNOWN_PROFILE } from '../../engine/policy.ts';
import type { Diagnosis } from './diagnosis.ts';
import { at, grouped, isSelected, listAt, nameOf, namesText, textAt } from './fields.ts';
import {
  allEntriesOf,
  type Check,
  entriesOf,
  isMatched,
  namespaceLabels,
  ofKind,
  OUR_WEBHOOK,
  ours,
  policyOf,
  type Snapshot,
  WEBHOOKS,
} from './snapshot.ts';

const HERE = `ValidatingWebhookConfiguration ${OUR_WEBHOOK}`;
const APPLY = 'Apply webhook-with-ca.yaml, as deploy/certificates.sh makes it.';

/** Where the gate judges images, and under which profile. */
export const VALIDATE = /^\/validate(?:\/([^/]+))?$/;

/** What makes pods, by group, as deploy/webhook.yaml lists it. */
const WORKLOADS: readonly (readonly [group: string, resource: string])[] = [
  ...['deployments', 'replicasets', 'statefulsets', 'daemonsets'].map((resource) => ['apps', resource] as const),
  ...['jobs', 'cronjobs'].map((resource) => ['batch', resource] as const),
  ...['replicationcontrollers', 'podtemplates'].map((resource) => ['', resource] as const),
];

/** What the API server asks the gate about, and where. */
export const WEBHOOK_CHECKS: readonly Check[] = [
  { needs: [WEBHOOKS], diagnose: missing },
  { needs: [WEBHOOKS, '/Service'], diagnose: services },
  { needs: [WEBHOOKS], diagnose: paths },
  { needs: [WEBHOOKS], diagnose: unaskedKinds },
  { needs: [WEBHOOKS], diagnose: failsOpen },
  { needs: [WEBHOOKS, '/Namespace'], diagnose: exemptNamespaces },
  { needs: [WEBHOOKS, '/Namespace'], diagnose: unaskedNamespaces },
  { needs: [WEBHOOKS], diagnose: profiles },
];

function missing(snapshot: Snapshot): readonly Diagnosis[] {
  if (ours(snapshot, WEBHOOKS, OUR_WEBHOOK) !== undefined) return [];
  const what = 'It is not there: the API server does not ask the gate, and every image passes.';
  return [{ code: 'webhook-missing', where: HERE, what, remedy: `Once the gate is ready: ${APPLY}` }];
}

/** An entry with a URL leads out of the cluster, where nothing can be looked at. */
function services(snapshot: Snapshot): readonly Diagnosis[] {
  return allEntriesOf(snapshot).flatMap(({ name, where: object, entry }): readonly Diagnosis[] => {
    const service = at(entry, 'clientConfig.service');
    if (service === undefined) return [];
    const port = Number(at(service, 'port') ?? 443);
    const asked = `${textAt(service, 'namespace')}/${textAt(service, 'name')}`;
    const found = ofKind(snapshot, '/Service').find(
      ({ metadata }) => `${textAt(metadata, 'namespace')}/${textAt(metadata, 'name')}` === asked,
    );
    const ports = listAt(found, 'spec.ports').map((one) => at(one, 'port'));
    // To the name of a host leads any port.
    if (found !== undefined && (ports.includes(port) || textAt(found, 'spec.type') === 'ExternalName')) return [];
    const where = `${object}, entry ${name}`;
    const isThere = found === undefined ? 'which is not there' : `which has the ports ${ports.join(', ')}`;
    const what = `It asks port ${port} of the Service ${asked}, ${isThere}.`;
    return [{ code: 'service-unknown', where, what, remedy: `Apply deploy/deployment.yaml. ${APPLY}` }];
  });
}

function paths(snapshot: Snapshot): readonly Diagnosis[] {
  const unknown = entriesOf(snapshot).filter(({ isReview, path }) => isReview && !VALIDATE.test(path));
  return unknown.map(({ name, path }): Diagnosis => {
    const what = `It asks at ${path || 'no path'}, where the gate answers 404.`;
    return { code: 'path-unknown', where: `${HERE}, entry ${name}`, what, remedy: APPLY };
  });
}

/** By path: the entries for pods and for workloads of one profile have the same, and profiles are kept apart by labels. */
function unaskedKinds(snapshot: Snapshot): readonly Diagnosis[] {
  const entries = entriesOf(snapshot).filter(({ isReview }) => isReview);
  const byPath = grouped(entries, ({ path }) => path);
  const podSpecs = [...(policyOf(snapshot)?.ruleset.policy.podSpecPaths.keys() ?? [])];
  return [...byPath].flatMap(([path, ofPath]): readonly Diagnosis[] => {
    const rules = ofPath.flatMap(({ entry }) => listAt(entry, 'rules'));
    const lacks = (group: string, resource: string, ...operations: readonly string[]): boolean =>
      operations.some((operation) => !isMatched(rules, group, resource, operation));
    const pods = [
      ...(lacks('', 'pods', 'CREATE', 'UPDATE') ? ['pods'] : []),
      ...(lacks('', 'pods/ephemeralcontainers', 'UPDATE') ? ['pods/ephemeralcontainers'] : []),
    ];
    const workloads = WORKLOADS.filter(([group, resource]) => lacks(group, resource, 'CREATE', 'UPDATE'));
    const kinds = podSpecs.filter((kind) => !pluralsOf(kind).some((plural) => !lacks(...plural, 'CREATE', 'UPDATE')));
    const others = [...workloads.map(([, resource]) => resource), ...kinds];
    const where = `${HERE}, path ${path}`;
    const podsSaid = `Nobody asks about ${pods.join(' and ')}: their images pass.`;
    const said = `Nobody asks about ${namesText(others)}: that an image is denied is told of their pods alone.`;
    const remedy = `Write the rules of deploy/webhook.yaml into its entries. ${APPLY}`;
    return [
      ...(pods.length > 0 ? [{ code: 'pods-unasked', where, what: podsSaid, remedy } as const] : []),
      ...(others.length > 0 ? [{ code: 'workloads-unasked', where, what: said, remedy } as const] : []),
    ];
  });
}

/** What a kind may be called in a path; how, only the API server knows. */
function pluralsOf(kind: string): readonly (readonly [group: string, resource: string])[] {
  const [group = '', name = ''] = kind.toLowerCase().split('/');
  return [`${name}s`, `${name}es`, name.replace(/y$/, 'ies')].map((plural) => [group, plural] as const);
}

/** The entries for images of pods themselves. */
export function podEntries(snapshot: Snapshot) {
  return entriesOf(snapshot).filter(
    ({ entry, isReview }) => isReview && isMatched(listAt(entry, 'rules'), '', 'pods', 'CREATE'),
  );
}

/** Those that stop pods while the gate is down. */
export function closedEntries(snapshot: Snapshot) {
  return podEntries(snapshot).filter(({ entry }) => textAt(entry, 'failurePolicy') !== 'Ignore');
}

function failsOpen(snapshot: Snapshot): readonly Diagnosis[] {
  const open = podEntries(snapshot).filter(({ entry }) => textAt(entry, 'failurePolicy') === 'Ignore');
  if (open.length === 0) return [];
  const where = `${HERE}, ${namesText(open.map(({ name }) => `entry ${name}`))}`;
  const what = 'Under failurePolicy: Ignore every pod passes while the gate is down or slow.';
  return [{ code: 'fails-open', where, what, remedy: 'Set it to Fail, with two replicas of the gate or more.' }];
}

/** The gate must be able to come back, and so must what it needs. */
function exemptNamespaces(snapshot: Snapshot): readonly Diagnosis[] {
  const asked = (namespace: string): readonly string[] =>
    closedEntries(snapshot)
      .filter(({ entry }) => isSelected(namespaceLabels(snapshot, namespace), at(entry, 'namespaceSelector')))
      .map(({ name }) => `entry ${name}`);
  const [own, system] = [asked(OUR_NAMESPACE), asked('kube-system')];
  const remedy = `Write the namespaceSelector of deploy/webhook.yaml into its entries. ${APPLY}`;
  const diagnosed = (names: readonly string[], code: Diagnosis['code'], what: string): readonly Diagnosis[] =>
    names.length === 0 ? [] : [{ code, where: `${HERE}, ${namesText(names)}`, what, remedy }];
  return [
    ...diagnosed(own, 'own-namespace-asked', `It asks about ${OUR_NAMESPACE}: a gate that is down cannot come back.`),
    ...diagnosed(system, 'system-namespace-asked', 'It asks about kube-system, which the gate needs to start.'),
  ];
}

/** Those that no entry for pods selects, but for the two that are left out for a reason. */
function unaskedNamespaces(snapshot: Snapshot): readonly Diagnosis[] {
  const selectors = podEntries(snapshot).map(({ entry }) => at(entry, 'namespaceSelector'));
  if (selectors.length === 0) return [];
  const names = ofKind(snapshot, '/Namespace')
    .map(nameOf)
    .filter((name) => ![OUR_NAMESPACE, 'kube-system'].includes(name))
    .filter((name) => !selectors.some((selector) => isSelected(namespaceLabels(snapshot, name), selector)));
  const isExempt = (name: string): boolean => namespaceLabels(snapshot, name)['imagegate/disable-filtering'] === 'true';
  const [exempt, unasked] = [names.filter(isExempt), names.filter((name) => !isExempt(name))];
  const exempted = `By their label nobody asks about them, and every image passes: ${namesText(exempt)}.`;
  const what = `No entry selects them, and every image passes: ${namesText(unasked)}.`;
  const remedy = `Write the namespaceSelector of deploy/webhook.yaml into its entries. ${APPLY}`;
  return [
    ...(unasked.length > 0 ? [{ code: 'namespaces-unasked', where: HERE, what, remedy } as const] : []),
    ...(exempt.length > 0
      ? [
          {
            code: 'namespaces-exempt',
            where: 'Label imagegate/disable-filtering',
            what: exempted,
            remedy: 'Look whether each still has to be.',
          } as const,
        ]
      : []),
  ];
}

function profiles(snapshot: Snapshot): readonly Diagnosis[] {
  const policy = policyOf(snapshot);
  const entries = entriesOf(snapshot).filter(({ isReview, path }) => isReview && VALIDATE.test(path));
  if (policy === undefined || entries.length === 0) return [];
  const asked = new Set(entries.map(({ path }) => path.replace(/^\/validate\/?/, '')));
  const known = [...policy.ruleset.profiles.keys()];
  const unknown = [...asked].filter((name) => name !== '' && name !== UNKNOWN_PROFILE && !known.includes(name));
  return [
    ...unknown.map((name): Diagnosis => {
      const what = `It asks for the profile ${name}, which the policy does not have: it is judged as without one.`;
      const remedy = `Write the profile into the policy, or run deploy/certificates.sh --drop-profile ${name}.`;
      return { code: 'profile-unknown', where: HERE, what, remedy };
    }),
    ...known
      .filter((name) => !asked.has(name))
      .map((name): Diagnosis => {
        const what = `No entry asks for the profile ${name} of the policy: namespaces with its label are judged as without one.`;
        const remedy = `Run deploy/certificates.sh --profile ${name}, and apply what it writes.`;
        return { code: 'profile-unasked', where: HERE, what, remedy };
      }),
  ];
}
