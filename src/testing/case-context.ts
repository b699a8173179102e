import type { RuleContext } from '../rule/rule.ts';
import type { CaseContext } from './rule-cases.ts';
import { RuleTestError } from './rule-test-error.ts';

/** A person creates a Pod. */
const BY_DEFAULT = {
  operation: 'CREATE',
  namespace: 'default',
  userInfo: { username: 'jane', groups: ['system:authenticated'] },
  workload: { apiVersion: 'v1', kind: 'Pod', name: 'app', labels: {}, annotations: {} },
  container: { name: 'app', type: 'container', fieldPath: '' },
} satisfies RuleContext;

const FIELD_PATHS: Readonly<Record<RuleContext['container']['type'], string>> = {
  initContainer: 'spec.initContainers[0].image',
  container: 'spec.containers[0].image',
  ephemeralContainer: 'spec.ephemeralContainers[0].image',
  imageVolume: 'spec.volumes[0].image.reference',
};

/**
 * The context of a case: what it says, and for the rest a new Pod.
 *
 * @throws {RuleTestError} for a part that no context has.
 */
export function caseContext(context: CaseContext): RuleContext {
  refuseUnknown('context', context, BY_DEFAULT);
  const { userInfo = {}, workload = {}, container = {} } = context;
  refuseUnknown('context.userInfo', userInfo, BY_DEFAULT.userInfo);
  refuseUnknown('context.workload', workload, BY_DEFAULT.workload);
  refuseUnknown('context.container', container, BY_DEFAULT.container);
  const { type = 'container' } = container;
  // A type that there is not would leave the place open; whoever writes JavaScript is told.
  refuseUnknown('container.type', { [type]: true }, FIELD_PATHS);
  return {
    ...BY_DEFAULT,
    ...context,
    userInfo: { ...BY_DEFAULT.userInfo, ...userInfo },
    workload: { ...BY_DEFAULT.workload, ...workload },
    container: { ...BY_DEFAULT.container, fieldPath: FIELD_PATHS[type], ...container },
  };
}

function refuseUnknown(where: string, written: object, known: object): void {
  const unknown = Object.keys(written).find((key) => !Object.hasOwn(known, key));
  if (unknown === undefined) return;
  throw new RuleTestError(`\`${where}\` cannot be \`${unknown}\`: known are ${Object.keys(known).join(', ')}.`);
}
