import { shown } from '../mistake/mistake.ts';
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

/** The operations that a rule is asked about. */
const OPERATIONS: Readonly<Record<string, true>> = { CREATE: true, UPDATE: true };

/**
 * The context of a case: what it says, and for the rest a new Pod.
 *
 * @throws {RuleTestError} for a part that no context has, or that is not what it is in one.
 */
export function caseContext(context: CaseContext): RuleContext {
  refuseUnknown('context', context, BY_DEFAULT);
  const { userInfo = {}, workload = {}, container = {}, ...texts } = context;
  refuseOthers('context', texts, BY_DEFAULT);
  refuseOthers('context.userInfo', userInfo, BY_DEFAULT.userInfo);
  refuseOthers('context.workload', workload, BY_DEFAULT.workload);
  refuseOthers('context.container', container, BY_DEFAULT.container);
  const { operation = 'CREATE' } = context;
  const { type = 'container' } = container;
  // What there is not would never come to the rule; whoever writes JavaScript is told.
  refuseUnknown('context.operation', { [operation]: true }, OPERATIONS);
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

/** Refuses what is unknown, or of another type than the default: `includes` of a text is not that of a list. */
function refuseOthers(where: string, written: object, known: object): void {
  if (typeof written !== 'object' || written === null)
    throw new RuleTestError(`\`${where}\` must be an object, found ${shown(written)}.`);
  refuseUnknown(where, written, known);
  for (const [key, value] of Object.entries(written) as [string, unknown][]) {
    const expected = expectedLike(Reflect.get(known, key), value);
    // An object may have no namespace.
    if (expected === undefined || (key === 'namespace' && value === undefined)) continue;
    throw new RuleTestError(`\`${where}.${key}\` must be ${expected}, found ${shown(value)}.`);
  }
}

/** What a value had to be; nothing if it is. */
function expectedLike(known: unknown, value: unknown): string | undefined {
  if (isText(known)) return isText(value) ? undefined : 'a text';
  if (Array.isArray(known)) return Array.isArray(value) && value.every(isText) ? undefined : 'a list of texts';
  const isTexts = typeof value === 'object' && value !== null && Object.values(value).every(isText);
  return isTexts && !Array.isArray(value) ? undefined : 'an object of texts';
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}
