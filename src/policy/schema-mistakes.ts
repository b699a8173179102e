import type { ErrorObject } from 'ajv';
import { type Mistake, type Remedy, shown } from '../mistake/mistake.ts';
import { nearestName } from '../mistake/nearest-name.ts';
import { schemaProblem } from '../mistake/schema-problem.ts';
import type { YamlDocument } from '../yaml/yaml-document.ts';
import { KEBAB_CASE } from './exemptions.ts';
import { actionsOf, UNFIT } from './flat-keys.ts';

/** The parts of a schema that messages use. */
interface Described {
  readonly description?: string;
  readonly pattern?: string;
  readonly patternErrorMessage?: string;
  readonly properties?: Readonly<Record<string, Described>>;
}

type Words = Remedy & Pick<Mistake, 'expected' | 'found'>;

/**
 * Translates the errors of Ajv (verbose) for a YAML document.
 *
 * @param owner what unknown keys do not belong to, for messages
 */
export function schemaMistakes(
  errors: readonly ErrorObject[],
  where: YamlDocument['where'],
  owner = 'the policy',
): readonly Mistake[] {
  return errors.filter(saysMost).map((error) => {
    const { path, wrong, expected } = schemaProblem(error);
    const key = path.at(-1) ?? '';
    const { properties = {}, description = '' } = error.parentSchema as Described;
    const mistake = (words: Words, at = path): Mistake => ({ code: 'policy-yaml-invalid', ...where(...at), ...words });
    if (wrong === 'missing key') {
      const remedy = properties[key]?.description ?? '';
      return mistake({ expected: `the key ${key}`, found: 'none', remedy }, path.slice(0, -1));
    }
    if (wrong === 'unknown key') {
      const known = Object.keys(properties);
      const remedy = nearestName(key, known, known.includes('options') ? optionsBelow(known) : undefined);
      return mistake({ expected: `a key that ${owner} has there`, found: shown(key), ...remedy });
    }
    if (error.keyword === 'anyOf') return mistake(NEITHER);
    if (wrong !== 'value') return mistake(wrongValue({ ...error, data: key }, expected, description));
    const isSetting = ['type', 'minItems'].includes(error.keyword) && Object.hasOwn(properties, 'action');
    return mistake(wrongValue(error, expected, isSetting ? asAction(path, error.data) : description));
  });
}

const NEITHER: Words = {
  expected: 'the key namespaces or images',
  found: 'neither',
  remedy: 'Rules alone are not enough, nor is who asks: say where, or of which images.',
};

/** The two forms of what a policy says of a rule. */
const SETTINGS = 'a setting, such as { action: warn }, or a list of settings';

function optionsBelow(keys: readonly string[]): string {
  return `Known: ${keys.join(', ')}. What the rule takes stands below options.`;
}

/** The remedy for an action without its key: for a rule, or for one of a list of settings. */
function asAction(path: readonly string[], found: unknown): string {
  const [rule, name] = path.at(-2) === 'rules' ? [path.at(-1)!, `${path.at(-1)}: `] : [path.at(-2)!, ''];
  const action = actionsOf(rule).find((known) => known === (found === false ? 'off' : found)) ?? 'deny';
  return `Write ${name}{ action: ${action} }.`;
}

/** For some mistakes Ajv reports two errors; this drops the less specific one. */
function saysMost({ keyword, schemaPath }: ErrorObject): boolean {
  return keyword !== 'propertyNames' && !schemaPath.includes('/anyOf/');
}

function wrongValue({ keyword, params, parentSchema, data }: ErrorObject, expected: string, remedy: string): Words {
  const { pattern = '', patternErrorMessage = '' } = parentSchema as Described;
  const found = shown(data);
  if (Array.isArray(params['type'])) return { expected: SETTINGS, found, remedy };
  if (keyword === 'enum') {
    if (typeof data === 'string' && Object.hasOwn(UNFIT, data)) return { expected, found, remedy: UNFIT[data]! };
    return { expected, found, ...nearestName(String(data), params['allowedValues'] as readonly string[]) };
  }
  const isUnquoted = params['type'] === 'string' && (typeof data === 'number' || typeof data === 'boolean');
  // Quoting would not help: 20270331 for 2027-03-31.
  const isNoMatch = keyword === 'pattern' || (isUnquoted && !new RegExp(pattern, 'u').test(String(data)));
  const name = String(data)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-');
  const isName = pattern.endsWith(KEBAB_CASE.slice(1)) && new RegExp(pattern, 'u').test(name);
  if (isNoMatch) return { expected: patternErrorMessage, found, remedy, ...(isName && { guess: name }) };
  return { expected, found, remedy: isUnquoted ? 'Quote it, so that YAML reads it as text.' : remedy };
}
