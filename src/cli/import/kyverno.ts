import { mutateReading } from './kyverno-mutate.ts';
import { validateReading } from './kyverno-validate.ts';
import type { Part } from './part.ts';
import { namespacePatterns, type Reading, type Unit } from './unit.ts';

/** What changes no verdict on what is created or updated. */
const NO_MATTER = [
  'background',
  'emitWarning',
  'failurePolicy',
  'generateExisting',
  'mutateExistingOnPolicyUpdate',
  'schemaValidation',
  'useServerSideApply',
  'webhookTimeoutSeconds',
];
const ACTION = /^(?:enforce|audit)$/i;
const MESSAGE = /^(?!.*\{\{)[ -~]{1,256}$/;
const ON_CREATE = /^\{\{\s*request\.operation\s*(?:\|\|\s*['`]"?BACKGROUND"?['`]\s*)?\}\}$/;
const HAS_ANY = /^\{\{\s*request\.object\.spec\.\w+(?:\[\])?\s*\|\|\s*`\[\]`\s*\|\s*length\(@\)\s*\}\}$/;

/**
 * The rules of a ClusterPolicy or a Policy.
 *
 * @param namespace that of a Policy
 */
export function kyvernoUnits(name: string, spec: Part, namespace?: string): readonly Unit[] {
  const isSilent = spec.at('emitWarning').value !== true;
  for (const key of NO_MATTER) if (typeof spec.at(key).value !== 'object') spec.at(key).take();
  takeTrue(spec.at('admission'));
  const byDefault = spec.at('validationFailureAction').match(ACTION)?.[0];
  const common = spec.children.filter((part) => part !== spec.at('rules'));
  return spec.at('rules').items.map((rule, index) => {
    const ruleName = rule.at('name').match(/^/)?.input ?? String(index);
    const places = readMatch(rule.at('match'));
    const excluded = readMatch(rule.at('exclude'));
    readPreconditions(rule.at('preconditions'));
    rule.at('skipBackgroundRequests').take();
    const validate = rule.at('validate');
    takeTrue(validate.at('allowExistingViolations'));
    const own = validate.at('failureAction').match(ACTION)?.[0];
    const isEnforced = (own ?? byDefault)?.toLowerCase() === 'enforce';
    const reading = validate.isAbsent ? mutateReading(rule.at('mutate')) : validateReading(validate);
    return {
      ...readingOf(reading),
      name: `${name}, rule ${ruleName}`,
      part: rule,
      parts: [...common, rule],
      action: reading?.action ?? (validate.isAbsent ? 'warn' : isEnforced ? 'deny' : isSilent ? 'audit' : 'warn'),
      message: messageOf(validate.at('message')),
      namespaces: namespace === undefined ? places : [namespace],
      excluded: excluded ?? [],
    };
  });
}

/** What an API server fills in, and is so here too. */
function takeTrue(part: Part): void {
  if (part.value === true) part.take();
}

function readingOf(reading: Reading | undefined): Reading {
  return reading ?? { settings: [], differences: [] };
}

function messageOf(part: Part): string | undefined {
  if (typeof part.value !== 'string') return undefined;
  const text = part.value.trim().replaceAll(/\s+/g, ' ');
  if (MESSAGE.test(text)) {
    part.take();
    return text;
  }
  const remedy = 'Write a message by hand, or let the sentence of the rule do.';
  part.leave({ expected: 'at most 256 characters of printable ASCII, without variables', remedy });
  return undefined;
}

/** Reads a filter of pods by namespaces; `undefined` if it names none. */
function readMatch(match: Part): readonly string[] | undefined {
  const [any, all] = [match.at('any'), match.at('all')];
  const filters = match.keys.includes('resources')
    ? [match]
    : any.isAbsent && all.items.length === 1
      ? all.items
      : any.items;
  const namespaces = filters.map((filter) => {
    const resources = filter.at('resources');
    const kinds = resources.at('kinds');
    if (kinds.texts.some(({ text }) => /^(?:(?:\*\/)?\*|(?:v1\/|\*\/)?Pod)$/.test(text))) kinds.take();
    const operations = resources.at('operations');
    if (bringsImages(operations.value)) operations.take();
    return namespacePatterns(resources.at('namespaces'));
  });
  return namespaces.length === 0 || namespaces.includes(undefined)
    ? undefined
    : namespaces.flatMap((names) => names ?? []);
}

function bringsImages(operations: unknown): boolean {
  return ['CREATE', 'UPDATE'].every((operation) => [operations].flat().includes(operation));
}

/** Reads conditions that hold for all that brings images. */
function readPreconditions(preconditions: Part): void {
  const conditions =
    preconditions.items.length > 0 ? preconditions.items : ['any', 'all'].flatMap((key) => preconditions.at(key).items);
  for (const condition of conditions) {
    const [key, operator, value] = ['key', 'operator', 'value'].map((name) => condition.at(name).value);
    const isOnCreate = typeof key === 'string' && ON_CREATE.test(key);
    const isNotDeleted = operator === 'NotEquals' && value === 'DELETE';
    const isAmong = (operator === 'AnyIn' || operator === 'In') && bringsImages(value);
    if (isOnCreate && (isNotDeleted || isAmong)) condition.take();
    const isOnList = typeof key === 'string' && HAS_ANY.test(key) && operator === 'GreaterThanOrEquals' && value === 1;
    if (isOnList && conditions.length === 1) condition.take();
  }
}
