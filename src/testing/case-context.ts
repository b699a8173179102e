import { shown } from '../mistake/mistake.ts';
import type { RuleContext } from '../rule/rule.ts';
import type { CaseContext } from './rule-cases.ts';
import { RuleTestError } from './test-runner.ts';

/** A person creates a Pod, in which the API server has filled in what it fills in. */
const BY_DEFAULT = {
  operation: 'CREATE',
  now: '2026-01-01T00:00:00.000Z',
  namespace: 'default',
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

/** What may be absent in the object under review, and is a text where it is not. */
const MAY_BE_ABSENT: ReadonlySet<string> = new Set(['namespace', 'serviceAccountName', 'imagePullPolicy', 'oldImage']);

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
  const { operation = BY_DEFAULT.operation, now = BY_DEFAULT.now } = context;
  const { type = 'container' } = container;
  // What there is not would never come to the rule; whoever writes JavaScript is told.
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

function refuseUnknown(where: string, written: object, known: object): void {
  const unknown = Object.keys(written).find((key) => !Object.hasOwn(known, key));
  if (unknown === undefined) return;
  throw new RuleTestError(`\`${where}\` cannot be \`${unknown}\`: known are ${Object.keys(known).join(', ')}.`);
}

/** The gate tells rules the minute, and in one form: with another a rule would be tested on what never comes. */
function refuseOtherMoments(now: string): void {
  const moment = Date.parse(now);
  if (moment % 60_000 === 0 && new Date(moment).toISOString() === now) return;
  throw new RuleTestError(`\`context.now\` must be a minute, such as ${BY_DEFAULT.now}, found ${shown(now)}.`);
}

/** Refuses what is unknown, or of another type than the default: `includes` of a text is not that of a list. */
function refuseOthers(where: string, written: object, known: object): void {
  if (typeof written !== 'object' || written === null)
    throw new RuleTestError(`\`${where}\` must be an object, found ${shown(written)}.`);
  refuseUnknown(where, written, known);
  for (const [key, value] of Object.entries(written) as [string, unknown][]) {
    const expected = expectedLike(Reflect.get(known, key), value);
    if (expected === undefined || (value === undefined && MAY_BE_ABSENT.has(key))) continue;
    throw new RuleTestError(`\`${where}.${key}\` must be ${expected}, found ${shown(value)}.`);
  }
}

/** What a value had to be; nothing if it is. */
function expectedLike(known: unknown, value: unknown): string | undefined {
  if (isText(known) || known === undefined) return isText(value) ? undefined : 'a text';
  if (Array.isArray(known)) return Array.isArray(value) && value.every(isText) ? undefined : 'a list of texts';
  const isTexts = typeof value === 'object' && value !== null && Object.values(value).every(isText);
  return isTexts && !Array.isArray(value) ? undefined : 'an object of texts';
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}
