import { OUR_NAMESPACE } from '../../config-map/config-map.ts';
import { CERTIFICATE_CHECKS } from './certificate-checks.ts';
import { CLUSTER_CHECKS } from './cluster-checks.ts';
import { type Diagnosis, type Severity, severityOf } from './diagnosis.ts';
import { GATE_CHECKS } from './gate-checks.ts';
import { POLICY_CHECKS } from './policy-checks.ts';
import { secretNameOf } from './mounted-secret.ts';
import { REWRITE_CHECKS } from './rewrite-checks.ts';
import { DEPLOYMENT, ours, type Snapshot } from './snapshot.ts';
import { WEBHOOK_CHECKS } from './webhook-checks.ts';

const CHECKS = [
  ...WEBHOOK_CHECKS,
  ...REWRITE_CHECKS,
  ...CERTIFICATE_CHECKS,
  ...GATE_CHECKS,
  ...POLICY_CHECKS,
  ...CLUSTER_CHECKS,
];
export const ORDER: readonly Severity[] = ['error', 'warning', 'note'];

/** All that is found in a snapshot, the worst first. */
export function diagnose(snapshot: Snapshot): readonly Diagnosis[] {
  const isUnread = (kind: string): boolean => 'unread' in (snapshot.kinds.get(kind) ?? []);
  const found = CHECKS.filter(({ needs }) => !needs.some(isUnread)).flatMap((check) => check.diagnose(snapshot));
  return [...found, ...unreadIn(snapshot)].toSorted(
    (a, b) => ORDER.indexOf(severityOf(a)) - ORDER.indexOf(severityOf(b)),
  );
}

/** What was not looked at for lack of powers, say. */
function unreadIn(snapshot: Snapshot): readonly Diagnosis[] {
  const { kinds, policy, replicas, secret } = snapshot;
  const mistakes = [...kinds.values(), policy].flatMap((one) => ('unread' in one ? one.unread : []));
  const unread = mistakes.map(({ source, expected, found, remedy }): Diagnosis => {
    const what = `It does not give what it was asked for, so what depends on that is not looked at: expected ${expected}, found ${found}.`;
    return { code: 'unreadable', where: source.name, what, remedy };
  });
  if (secret !== undefined || replicas.some(({ status }) => status !== undefined)) return unread;
  const what =
    'No replica tells its certificate, and the Secret with it cannot be read, or is not there: whether the API server takes it is not looked at.';
  const remedy = 'Mend what keeps the replicas from telling, or let the user get that Secret.';
  const where = `Secret ${OUR_NAMESPACE}/${secretNameOf(ours(snapshot, DEPLOYMENT))}`;
  return [...unread, { code: 'unreadable', where, what, remedy }];
}
