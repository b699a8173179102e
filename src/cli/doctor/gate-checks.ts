import { OUR_NAMESPACE } from '../../config-map/config-map.ts';
import type { KubernetesObject } from '../../manifest/manifest-items.ts';
import { printable } from '../../mistake/printable.ts';
import type { Diagnosis } from './diagnosis.ts';
import { at, isSelected, labelsOf, listAt, nameOf, textAt } from './fields.ts';
import { type Check, DEPLOYMENT, ofKind, OUR_NAME, ours, type Snapshot, WEBHOOKS } from './snapshot.ts';
import { closedEntries } from './webhook-checks.ts';

const BUDGET = 'policy/PodDisruptionBudget';
const HERE = `Deployment ${OUR_NAMESPACE}/${OUR_NAME}`;

/** Whether the gate is there, stays there, and judges by what is written. */
export const GATE_CHECKS: readonly Check[] = [
  { needs: [DEPLOYMENT], diagnose: missing },
  { needs: [DEPLOYMENT, WEBHOOKS], diagnose: few },
  { needs: [DEPLOYMENT, '/Pod'], diagnose: unready },
  { needs: [DEPLOYMENT, BUDGET], diagnose: budgets },
  { needs: ['/Pod'], diagnose: loaded },
];

function missing(snapshot: Snapshot): readonly Diagnosis[] {
  if (ours(snapshot, DEPLOYMENT) !== undefined) return [];
  return [{ code: 'gate-missing', where: HERE, what: 'It is not there.', remedy: 'Run kubectl apply -k deploy.' }];
}

function replicasOf(snapshot: Snapshot): number | undefined {
  const deployment = ours(snapshot, DEPLOYMENT);
  return deployment === undefined ? undefined : Number(at(deployment, 'spec.replicas') ?? 1);
}

function few(snapshot: Snapshot): readonly Diagnosis[] {
  const replicas = replicasOf(snapshot) ?? 2;
  if (replicas > 1 || closedEntries(snapshot).length === 0) return [];
  const what = `It has ${replicas} ${replicas === 1 ? 'replica' : 'replicas'}, and under failurePolicy: Fail no pod starts while that is away.`;
  return [{ code: 'replicas-few', where: HERE, what, remedy: 'Set replicas to two or more.' }];
}

function unready(snapshot: Snapshot): readonly Diagnosis[] {
  const replicas = replicasOf(snapshot);
  if (replicas === undefined) return [];
  const ready = snapshot.replicas.filter(({ pod }) => isReady(pod)).length;
  if (ready >= replicas && ready > 0) return [];
  const what = `${ready} of ${replicas} replicas are ready.`;
  const remedy = `Look into kubectl -n ${OUR_NAMESPACE} describe pods, and into their logs.`;
  return [{ code: ready === 0 ? 'gate-down' : 'replicas-unready', where: HERE, what, remedy }];
}

function isReady(pod: KubernetesObject): boolean {
  const ready = listAt(pod, 'status.conditions').find((condition) => textAt(condition, 'type') === 'Ready');
  return textAt(ready, 'status') === 'True';
}

function budgets(snapshot: Snapshot): readonly Diagnosis[] {
  const deployment = ours(snapshot, DEPLOYMENT);
  if (deployment === undefined) return [];
  const labels = labelsOf(deployment, 'spec.template.metadata.labels');
  const covering = ofKind(snapshot, BUDGET).filter((budget) => isSelected(labels, at(budget, 'spec.selector')));
  if (covering.length === 0) {
    const what = 'No PodDisruptionBudget covers its pods: a drain of nodes may take all at once.';
    return [{ code: 'budget-missing', where: HERE, what, remedy: 'Apply deploy/deployment.yaml, which has one.' }];
  }
  return covering
    .filter((budget) => allowsNone(budget, replicasOf(snapshot) ?? 1))
    .map((budget): Diagnosis => {
      const where = `PodDisruptionBudget ${OUR_NAMESPACE}/${nameOf(budget)}`;
      const what = 'It lets no pod of the gate go: the drain of a node with one waits for ever.';
      return { code: 'budget-blocks', where, what, remedy: 'Give it maxUnavailable: 1, and no minAvailable.' };
    });
}

function allowsNone(budget: KubernetesObject, replicas: number): boolean {
  const count = (field: string): number | undefined => {
    const value = at(budget, `spec.${field}`);
    if (typeof value === 'number') return value;
    // As the API server does, a share is rounded up.
    return typeof value === 'string' ? Math.ceil((Number.parseFloat(value) / 100) * replicas) : undefined;
  };
  return count('maxUnavailable') === 0 || (count('minAvailable') ?? 0) >= replicas;
}

function loaded({ replicas, digest }: Snapshot): readonly Diagnosis[] {
  return replicas.flatMap(({ pod, status, problem = '' }): readonly Diagnosis[] => {
    const where = `Pod ${OUR_NAMESPACE}/${nameOf(pod)}`;
    if (status === undefined) {
      const what = `It does not tell what it has loaded: ${printable(problem, 512)}`;
      const remedy = `Its user needs to get pods/proxy there, and network policies must let the API server reach its ops port. By hand: kubectl -n ${OUR_NAMESPACE} port-forward ${nameOf(pod)} 8080, and get localhost:8080/status.`;
      return [{ code: 'replica-unasked', where, what, remedy }];
    }
    const problems = ['policy', 'certificate']
      .map((part) => textAt(status, `${part}.problem`))
      .filter((text) => text !== '');
    if (problems.length > 0) {
      const what = printable(problems.join(' '), 2048);
      return [{ code: 'replica-rejects', where, what, remedy: 'Mend that before the next pod starts: it would not.' }];
    }
    const has = textAt(status, 'policy.digest');
    const image = textAt(listAt(pod, 'spec.containers')[0], 'image');
    if (digest === undefined || has === digest) {
      const what = `It judges by the policy ${has}, and runs ${image}.`;
      return [{ code: 'replica-loaded', where, what, remedy: 'Nothing is to be done.' }];
    }
    const what = `It judges by the policy ${has}, and the ConfigMaps are ${digest}.`;
    const remedy = 'The kubelet takes a minute or two to bring a change. After that, restart the rollout.';
    return [{ code: 'replica-differs', where, what, remedy }];
  });
}
