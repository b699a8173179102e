import { DEFAULT_POLICY, type Policy, type RuleSetting } from '../engine/policy.ts';
import { shown, type Mistake } from '../mistake/mistake.ts';
import { nearestName } from '../mistake/nearest-name.ts';
import { FLAT_KEYS, type WrittenValue } from './flat-keys.ts';
import { readPolicyFolder, type PolicyFolder } from './policy-folder.ts';

/** Variables by name, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

const NO_FOLDER: PolicyFolder = { keys: new Map(), mistakes: [] };

/** What the operator decided, as far as it can be understood: so that the rest is judged too before the start fails. */
export interface LoadedPolicy {
  readonly policy: Policy;
  /** Every key that is unknown, set differently in both places, or cannot be read or understood. */
  readonly mistakes: readonly Mistake[];
}

/**
 * What the operator decided about images: keys of the environment and of the policy folder. What neither says is left
 * to the defaults in the rules' schemas. It never throws: a policy with mistakes is for `loadRuleset` to refuse.
 */
export async function loadPolicy(environment: Environment, folder: string | undefined): Promise<LoadedPolicy> {
  const { keys, mistakes: unreadable } = folder === undefined ? NO_FOLDER : await readPolicyFolder(folder);
  const mistakes = [...unreadable, ...unknownKeys(keys)];
  const rules = new Map<string, RuleSetting>();
  for (const [key, { rule, read }] of FLAT_KEYS) {
    const values = writtenValues(key, environment[key], keys.get(key));
    if (values.length > 1) mistakes.push(conflict(values));
    for (const value of values) {
      const reading = read(value);
      if ('mistake' in reading) mistakes.push(reading.mistake);
      else rules.set(rule, { options: {}, sources: {}, ...reading.setting });
    }
  }
  return { policy: { ...DEFAULT_POLICY, rules }, mistakes };
}

/** What is written for a key: in neither place, in one, or in both; twice the same counts once. */
function writtenValues(key: string, text: string | undefined, file: WrittenValue | undefined): readonly WrittenValue[] {
  const inFolder = file === undefined ? [] : [file];
  if (text === undefined) return inFolder;
  const inEnvironment = { text, where: `${key} (environment)` };
  return file?.text.trim() === text.trim() ? [inEnvironment] : [inEnvironment, ...inFolder];
}

function conflict(values: readonly WrittenValue[]): Mistake {
  return {
    code: 'policy-key-conflict',
    where: values.map(({ where }) => where).join(' and '),
    expected: 'the same value in both places',
    found: values.map(({ text }) => shown(text)).join(' and '),
    remedy: 'Set it in one place only; the folder is the one that a ConfigMap keeps up to date.',
  };
}

function unknownKeys(inFolder: ReadonlyMap<string, WrittenValue>): Mistake[] {
  const known = [...FLAT_KEYS.keys()];
  return [...inFolder]
    .filter(([key]) => !FLAT_KEYS.has(key))
    .map(([key, { where }]) => ({
      code: 'policy-key-unknown',
      where,
      expected: 'a key that the policy has',
      found: shown(key),
      remedy: nearestName(key, known),
    }));
}
