import type { ErrorObject } from 'ajv';
import { shown, type Mistake } from '../mistake/mistake.ts';
import { nearestName } from '../mistake/nearest-name.ts';
import { NEVER_OFF } from './action-keys.ts';
import { limitText, typeText } from './expected-text.ts';
import type { YamlDocument } from '../yaml/yaml-document.ts';
import { pointerSegment } from '../yaml/yaml-values.ts';

/** What of a schema says more than Ajv does. */
interface Described {
  readonly description?: string;
  readonly pattern?: string;
  readonly patternErrorMessage?: string;
  readonly properties?: Readonly<Record<string, Described>>;
}

interface Wrong extends Pick<Mistake, 'expected' | 'found' | 'remedy'> {
  readonly pointer: string;
}

/**
 * What Ajv (verbose) found wrong with policy.yaml, in words.
 *
 * @param owner what the keys of an object belong to
 */
export function schemaMistakes(
  errors: readonly ErrorObject[],
  where: YamlDocument['where'],
  owner = 'the policy',
): readonly Mistake[] {
  return errors
    .map((error) =>
      error.propertyName === undefined ? wrongObject(error, owner) : wrongName(error, error.propertyName),
    )
    .filter((wrong) => wrong !== undefined)
    .map(({ pointer, ...words }) => ({ code: 'policy-yaml-invalid', where: where(pointer), ...words }));
}

/** What is wrong with the keys of an object, or with any other value; nothing if another error says it better. */
function wrongObject(error: ErrorObject, owner: string): Wrong | undefined {
  const { keyword, instancePath: pointer, params, schemaPath } = error;
  const { properties = {} } = error.parentSchema as Described;
  switch (keyword) {
    case 'additionalProperties': {
      const key = String(params['additionalProperty']);
      const remedy = nearestName(key, Object.keys(properties));
      return { pointer: below(pointer, key), expected: `a key that ${owner} has there`, found: shown(key), remedy };
    }
    case 'required': {
      if (schemaPath.includes('/anyOf/')) return undefined;
      const key = String(params['missingProperty']);
      return { pointer, expected: `the key ${key}`, found: 'none', remedy: properties[key]?.description ?? '' };
    }
    case 'anyOf': {
      const remedy = 'Rules alone are not enough, nor is who asks: say where, or of which images.';
      return { pointer, expected: 'the key namespaces or images', found: 'neither', remedy };
    }
    case 'propertyNames':
      return undefined;
    default:
      return { pointer, ...wrongValue(error, error.data) };
  }
}

function wrongName(error: ErrorObject, name: string): Wrong {
  const remedy = "It is the name of the rule's file, in lower case, with dashes.";
  return { pointer: below(error.instancePath, name), ...wrongValue(error, name), remedy };
}

function wrongValue({ keyword, params, parentSchema }: ErrorObject, value: unknown): Omit<Wrong, 'pointer'> {
  const { description = '', pattern = '', patternErrorMessage = '' } = parentSchema as Described;
  const found = shown(value);
  switch (keyword) {
    case 'type': {
      const isScalar = typeof value === 'number' || typeof value === 'boolean';
      if (params['type'] !== 'string' || !isScalar)
        return { expected: typeText(params['type']), found, remedy: description };
      // As text it would be refused as well: 20270331 for 2027-03-31.
      if (!new RegExp(pattern, 'u').test(String(value)))
        return { expected: patternErrorMessage, found, remedy: description };
      return { expected: 'text', found, remedy: 'Quote it, so that YAML reads it as text.' };
    }
    case 'enum': {
      const allowed = params['allowedValues'] as readonly string[];
      const remedy = value === 'off' ? NEVER_OFF : nearestName(String(value), allowed);
      return { expected: `one of ${allowed.join(', ')}`, found, remedy };
    }
    case 'pattern':
      return { expected: patternErrorMessage, found, remedy: description };
    default:
      return { expected: limitText(keyword, params['limit']), found, remedy: description };
  }
}

function below(pointer: string, key: string): string {
  return `${pointer}/${pointerSegment(key)}`;
}
