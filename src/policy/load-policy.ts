import type { Policy, RuleSetting } from '../engine/ruleset.ts';
import { MistakesError, shown, type Mistake } from '../mistake/mistake.ts';
import { nearestName } from '../mistake/nearest-name.ts';
import { FLAT_KEYS, type WrittenValue } from './flat-keys.ts';
import { readPolicyFolder } from './policy-folder.ts';

/**
 * What the operator decided about images: keys of the environment and of the policy folder. What neither says is left
 * to the defaults in the rules' schemas.
 *
 * @throws {MistakesError} with every key that is unknown, set differently in both places, or cannot be understood.
 */
export async function loadPolicy(
  environment: Readonly<Record<string, string | undefined>>,
  folder: string | undefined,
): Promise<Policy> {
  const inFolder = folder === undefined ? new Map<string, WrittenValue>() : await readPolicyFolder(folder);
  const mistakes: Mistake[] = unknownKeys(inFolder);
  const rules = new Map<string, RuleSetting>();
  for (const [key, { rule, read }] of FLAT_KEYS) {
    const value = writtenValue(key, environment[key], inFolder.get(key), mistakes);
    if (value === undefined) continue;
    const reading = read(value);
    if ('mistake' in reading) mistakes.push(reading.mistake);
    else rules.set(rule, { action: 'deny', options: {}, sources: {}, ...reading.setting });
  }
  if (mistakes.length > 0) throw new MistakesError(mistakes);
  return { rules };
}

/** The value of a key, wherever it is set; said twice, it must say the same. */
function writtenValue(
  key: string,
  environmentText: string | undefined,
  file: WrittenValue | undefined,
  mistakes: Mistake[],
): WrittenValue | undefined {
  if (environmentText === undefined) return file;
  const where = `${key} (environment)`;
  if (file !== undefined && file.text.trim() !== environmentText.trim()) {
    mistakes.push({
      code: 'policy-key-conflict',
      where: `${where} and ${file.where}`,
      expected: 'the same value in both places',
      found: `${shown(environmentText)} and ${shown(file.text)}`,
      remedy: 'Set it in one place only; the folder is the one that a ConfigMap keeps up to date.',
    });
  }
  return { text: environmentText, where };
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
