import { type ActiveAction, DEFAULT_POLICY, type RuleSetting } from '../engine/policy.ts';
import { type Mistake, shown, type Source } from '../mistake/mistake.ts';
import { nearestName } from '../mistake/nearest-name.ts';
import {
  ENFORCEMENT,
  type Environment,
  type FlatKey,
  type FlatKeys,
  POLICY_YAML,
  readEnforcement,
  RULE_PREFIX,
  ruleActionKey,
  ruleActionKeyName,
  type ConfigValue,
} from './flat-keys.ts';

/** The setting that a flat key makes. */
export interface FlatSetting {
  readonly rule: string;
  readonly setting: Partial<RuleSetting>;
  readonly value: ConfigValue;
}

/** The valid settings of all flat keys, and the mistakes of the others. */
export interface FlatPolicy {
  /** In ascending precedence. */
  readonly settings: readonly FlatSetting[];
  readonly enforcement: ActiveAction;
  /** Every key that is unknown, invalid, or set differently in both places. */
  readonly mistakes: readonly Mistake[];
}

type Reading = FlatSetting | { readonly enforcement: ActiveAction } | { readonly mistake: Mistake };

/** Reads the flat keys of the environment and of the policy folder. */
export function flatPolicy(
  environment: Environment,
  inFolder: ReadonlyMap<string, ConfigValue>,
  flatKeys: FlatKeys,
): FlatPolicy {
  const isKnown = (key: string): boolean =>
    key === ENFORCEMENT || flatKeys.has(key) || ruleActionKey(key) !== undefined;
  const keys = keyNames(environment, inFolder, flatKeys).map((key) => ({
    key,
    // A variable is a key, known or not, if it looks like one; every file is one.
    values: configValues(
      key,
      isKnown(key) || key.startsWith(RULE_PREFIX) ? environment[key] : undefined,
      inFolder.get(key),
    ),
  }));
  const [known, unknown] = [keys.filter(({ key }) => isKnown(key)), keys.filter(({ key }) => !isKnown(key))];
  const readings = known.flatMap(({ key, values }) => readingsOf(key, values, flatKeys));
  const enforcement = readings.find((reading) => 'enforcement' in reading);
  return {
    settings: readings.filter((reading) => 'setting' in reading),
    enforcement: enforcement?.enforcement ?? DEFAULT_POLICY.enforcement,
    mistakes: [
      ...unknown.flatMap(({ key, values }) => values.map((value) => unknownKey(key, value, flatKeys))),
      ...readings.filter((reading) => 'mistake' in reading).map(({ mistake }) => mistake),
    ],
  };
}

/** The keys to look for, RULE_EMPTY_TAG after DISABLE_EMPTY_TAG. Other environment variables are ignored. */
function keyNames(
  environment: Environment,
  inFolder: ReadonlyMap<string, ConfigValue>,
  flatKeys: FlatKeys,
): readonly string[] {
  const ofRules = Object.keys(environment).filter((key) => key.startsWith(RULE_PREFIX));
  const others = [...inFolder.keys(), ...ofRules].filter((key) => key !== POLICY_YAML).toSorted();
  return [...new Set([...flatKeys.keys(), ENFORCEMENT, ...others])];
}

/** The readings of a key, and a conflict if its two places differ. */
function readingsOf(key: string, values: readonly ConfigValue[], flatKeys: FlatKeys): readonly Reading[] {
  const readings = values.map((value) => readingOf(flatKeys.get(key) ?? ruleActionKey(key), value));
  const [one, other] = readings.map((reading, index) => meaning(reading, values[index]!));
  if (other === undefined) return readings;
  return one === other ? readings.slice(0, 1) : [{ mistake: conflict(values[0]!, values[1]!) }, ...readings];
}

/** Equal for equivalent values: `a,b` and `a, b`. */
function meaning(reading: Reading, { text }: ConfigValue): string {
  if ('mistake' in reading) return `mistake: ${text}`;
  if ('enforcement' in reading) return reading.enforcement;
  const { action, options } = reading.setting;
  return JSON.stringify([action, options]);
}

function readingOf(flatKey: FlatKey | undefined, value: ConfigValue): Reading {
  if (flatKey === undefined) return readEnforcement(value);
  const reading = flatKey.read(value);
  return 'mistake' in reading ? reading : { rule: flatKey.rule, setting: reading.setting, value };
}

/** The values of a key in the environment and the folder; two equal ones count once. */
function configValues(key: string, text: string | undefined, file: ConfigValue | undefined): readonly ConfigValue[] {
  const inFolder = file === undefined ? [] : [file];
  if (text === undefined) return inFolder;
  const inEnvironment = { text, source: { name: key, in: 'environment' } };
  return file?.text.trim() === text.trim() ? [inEnvironment] : [inEnvironment, ...inFolder];
}

function conflict(one: ConfigValue, other: ConfigValue): Mistake {
  return {
    code: 'policy-key-conflict',
    source: one.source,
    other: { source: other.source },
    expected: 'the same value in both places',
    found: `${shown(one.text)} and ${shown(other.text)}`,
    remedy: `The ConfigMap is the place that changes without a restart. ${howToRemove(one.source)}`,
  };
}

/** How to remove a key from where it is set, a sentence. */
export function howToRemove({ name, in: holder, configMap = 'imagegate-webhook-config' }: Source): string {
  return holder === 'environment'
    ? `To remove ${name}, delete it below env: kubectl -n imagegate edit deployment imagegate-webhook.`
    : `To remove ${name}, delete its line below data: kubectl -n imagegate edit configmap ${configMap}.`;
}

function unknownKey(key: string, { source }: ConfigValue, flatKeys: FlatKeys): Mistake {
  const rule = /^rule[-_.](.*)/i
    .exec(key)?.[1]
    ?.toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-');
  const likely = rule === undefined ? undefined : ruleActionKeyName(rule);
  const known = nearestName(key, [...flatKeys.keys(), ENFORCEMENT, `${RULE_PREFIX}<NAME>`, POLICY_YAML]);
  const guess = likely !== undefined && ruleActionKey(likely) !== undefined && { guess: likely };
  const expected = 'a key that the policy has';
  // kubectl takes the folder of a manifest.
  const remedy = /\.(?:ya?ml|json)$/.test(key) && { remedy: 'If it is a manifest, name the file, not its folder.' };
  return { code: 'policy-key-unknown', source, expected, found: shown(key), ...known, ...guess, ...remedy };
}
