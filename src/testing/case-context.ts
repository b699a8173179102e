import { shown } from '../mistake/mistake.ts';
import type { RuleContext } from '../rule/rule.ts';
import type { CaseContext } from './rule-cases.ts';
import { RuleTestError } from './test-runner.ts';

/** A user creates a Pod, with the API server's defaults filled in. */
const BY_DEFAULT = {
  operation: 'CREATE',
  now: '2026-01-01T00:00:00.000Z',
  namespace: 'default',
  profile: undefined,
  userInfo: { username: 'jane', groups: ['system:authenticated'] },
  workload: { apiVersion: 'v1', kind: 'Pod', name: 'app', labels: {}, annotations: {}, serviceAccountName: 'default' },
  container: { name: 'app', type: 'container', fieldPath: '', imagePullPolicy: 'IfNotPresent', oldImage: undefined },
} satisfies RuleContext;

const FIELD_PATHS: Readonly<Record<RuleContext['container']['type'], string>> = {
  initContainer: 'spec.initContainers[0].image',
  container: 'spec.containers[0].image',
  ephemeralContainer: 'spec.ephemeralContainers[0].image',
  imageVolume: 'spec.volumes[0].image.reference',
};

/** Strings that may be absent. */
const MAY_BE_ABSENT: ReadonlySet<string> = new Set([
  'namespace',
  'profile',
  'serviceAccountName',
  'imagePullPolicy',
  'oldImage',
]);

/** The operations that rules judge. */
const OPERATIONS: Readonly<Record<string, true>> = { CREATE: true, UPDATE: true };

/**
 * The context of a case, completed with that of a new Pod.
 *
 * @throws {RuleTestError} for an unknown part, or one of the wrong type.
 */
export function caseContext(context: CaseContext): RuleContext {
  refuseUnknown('context', context, BY_DEFAULT);
  const { userInfo = {}, workload = {}, container = {}, ...texts } = context;
  refuseOthers('context', texts, BY_DEFAULT);
  refuseOthers('context.userInfo', userInfo, BY_DEFAULT.userInfo);
  refuseOthers('context.workload', workload, BY_DEFAULT.workload);
  refuseOthers('context.container', container, BY_DEFAULT.container);
  const { operation = BY_DEFAULT.operation, now = BY_DEFAULT.now } = context;
  const { type = 'container' } = container;
  // In JavaScript a case may have values that never reach a rule.
  refuseUnknown('context.operation', { [operation]: true }, OPERATIONS);
  refuseUnknown('container.type', { [type]: true }, FIELD_PATHS);
  refuseOtherMoments(now);
  if (container.oldImage !== undefined && operation !== 'UPDATE')
    throw new RuleTestError('`context.container.oldImage` is there on UPDATE only: add `operation: "UPDATE"`.');
  return {
    ...BY_DEFAULT,
    ...context,
    userInfo: { ...BY_DEFAULT.userInfo, ...userInfo },
    workload: { ...BY_DEFAULT.workload, ...workload },
    container: { ...BY_DEFAULT.container, fieldPath: FIELD_PATHS[type], ...container },
  };
}

function refuseUnknown(where: string, given: object, known: object): void {
  const unknown = Object.keys(given).find((key) => !Object.hasOwn(known, key));
  if (unknown === undefined) return;
  throw new RuleTestError(`\`${where}\` cannot be \`${unknown}\`: known are ${Object.keys(known).join(', ')}.`);
}

/** The gate passes whole minutes in one format: anything else would test a case that never occurs. */
function refuseOtherMoments(now: string): void {
  const moment = Date.parse(now);
  if (moment % 60_000 === 0 && new Date(moment).toISOString() === now) return;
  throw new RuleTestError(`\`context.now\` must be a minute, such as ${BY_DEFAULT.now}, found ${shown(now)}.`);
}

/** Refuses unknown parts and wrong types: `includes` of a string differs from that of a list. */
function refuseOthers(where: string, given: object, known: object): void {
  if (typeof given !== 'object' || given === null)
    throw new RuleTestError(`\`${where}\` must be an object, found ${shown(given)}.`);
  refuseUnknown(where, given, known);
  for (const [key, value] of Object.entries(given) as [string, unknown][]) {
    const expected = expectedLike(Reflect.get(known, key), value);
    if (expected === undefined || (value === undefined && MAY_BE_ABSENT.has(key))) continue;
    throw new RuleTestError(`\`${where}.${key}\` must be ${expected}, found ${shown(value)}.`);
  }
}

/** The expected type of a value; `undefined` if it has it. */
function expectedLike(known: unknown, value: unknown): string | undefined {
  if (isText(known) || known === undefined) return isText(value) ? undefined : 'a text';
  if (Array.isArray(known)) return Array.isArray(value) && value.every(isText) ? undefined : 'a list of texts';
  const isTexts = typeof value === 'object' && value !== null && Object.values(value).every(isText);
  return isTexts && !Array.isArray(value) ? undefined : 'an object of texts';
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}
