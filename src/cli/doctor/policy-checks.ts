import type { KubernetesObject } from '../../manifest/manifest-items.ts';
import { mistakeText } from '../../mistake/mistake.ts';
import { isObject } from '../../workload/json-object.ts';
import { policiesOf } from '../export/export-vap.ts';
import type { Diagnosis } from './diagnosis.ts';
import { at, listAt, nameOf, namesText, textAt } from './fields.ts';
import { type Check, ofKind, policyOf, type Snapshot } from './snapshot.ts';

const POLICIES = 'admissionregistration.k8s.io/ValidatingAdmissionPolicy';
const MS_PER_DAY = 86_400_000;
/** How long before its end an exemption is a warning: as the alert of docs/operations.md. */
const NOTICE_DAYS = 14;

/** Whether the policy can be used, what of it ends, and whether its copy in the API server is still one. */
export const POLICY_CHECKS: readonly Check[] = [
  { needs: [], diagnose: invalid },
  { needs: [], diagnose: exemptions },
  { needs: [POLICIES], diagnose: exported },
];

const HERE = 'ConfigMaps imagegate-webhook-config and imagegate-webhook-rules';

function invalid({ policy }: Snapshot): readonly Diagnosis[] {
  const mistakes = 'mistakes' in policy ? policy.mistakes : [];
  const remedy = 'Mend it: a pod of the gate that starts now ends at once.';
  return mistakes.map((mistake) => ({ code: 'policy-invalid', where: HERE, what: mistakeText(mistake), remedy }));
}

function exemptions(snapshot: Snapshot): readonly Diagnosis[] {
  const all = policyOf(snapshot)?.ruleset.policy.exemptions ?? [];
  return all.flatMap(({ name, owner, expires }): readonly Diagnosis[] => {
    const days = Math.floor((expires - snapshot.now) / MS_PER_DAY);
    if (days >= NOTICE_DAYS) return [];
    const where = `policy.yaml, exemption ${name}`;
    if (expires <= snapshot.now) {
      const what = 'It has ended, and covers nothing any more.';
      return [{ code: 'exemption-ended', where, what, remedy: 'Take it out of the policy.' }];
    }
    const what = `It ends in ${days} ${days === 1 ? 'day' : 'days'}; then what it covers is denied.`;
    return [{ code: 'exemption-ends', where, what, remedy: `Ask ${owner}, who answers for it.` }];
  });
}

/** What `imagegate export vap` would print now, against what is in force. */
function exported(snapshot: Snapshot): readonly Diagnosis[] {
  const policy = policyOf(snapshot);
  const found = ofKind(snapshot, POLICIES).filter((object) => /^imagegate-(?:deny|warn|audit)$/.test(nameOf(object)));
  const [first] = found;
  if (policy === undefined || first === undefined) return [];
  const { objects } = policiesOf(policy, { isStatic: false, namespaces: namespacesOf(first), now: snapshot.now });
  const wanted = objects.filter((object) => at(object, 'kind') === 'ValidatingAdmissionPolicy');
  const same = wanted.filter((object) =>
    found.some((there) => nameOf(there) === nameOf(object) && isIn(at(object, 'spec'), there['spec'])),
  );
  const differing = [...wanted, ...found].map(nameOf).filter((name) => !same.map(nameOf).includes(name));
  if (differing.length === 0) return [];
  const where = `ValidatingAdmissionPolicy ${namesText(differing)}`;
  const what = 'It is not what the policy in force would be: it was exported from another, or by another version.';
  const remedy = 'Run imagegate export vap --policy cluster, and apply what it prints.';
  return [{ code: 'exported-policy-differs', where, what, remedy }];
}

/** Those that it was exported for; absent if for all. */
function namespacesOf(policy: KubernetesObject): readonly string[] | undefined {
  const expressions = listAt(policy, 'spec.matchConstraints.namespaceSelector.matchExpressions');
  const only = expressions.find((expression) => textAt(expression, 'operator') === 'In');
  return only === undefined ? undefined : listAt(only, 'values').map(String);
}

/** Whether all of a value is in another, which may have more: what the API server fills in. */
function isIn(value: unknown, whole: unknown): boolean {
  if (Array.isArray(value))
    return (
      Array.isArray(whole) && value.length === whole.length && value.every((item, index) => isIn(item, whole[index]))
    );
  if (!isObject(value)) return value === whole;
  return isObject(whole) && Object.entries(value).every(([key, item]) => item === undefined || isIn(item, whole[key]));
}
