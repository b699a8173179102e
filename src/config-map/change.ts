import { basename } from 'node:path';
import type { Written } from '../ruleset/load-ruleset.ts';
import { policyKeysOf, ruleFilesOf, type PolicyConfigMap } from './config-map.ts';

/** What becomes of a ConfigMap by a request, and what is mounted meanwhile, of it and of the other one. */
export interface ConfigMapChange {
  readonly name: string;
  /** Absent where there was none. */
  readonly before: PolicyConfigMap | undefined;
  readonly after: PolicyConfigMap;
  readonly mounted: Written;
}

// Which of the two ConfigMaps holds a key or a rule makes no difference, since both are mounted as one folder.

/** What would be mounted. */
export function writtenAfter(change: ConfigMapChange): Written {
  const { name, before = {}, after, mounted } = change;
  return withConfigMap(after, without([...keysOf(before), ...keysOf(after)], mounted), name);
}

/** What would be mounted without the change. */
export function writtenBefore(change: ConfigMapChange): Written {
  const { name, before, after, mounted } = change;
  if (before === undefined) return without(keysOf(after), mounted);
  return withConfigMap(before, without(keysOf(before), mounted), name);
}

/**
 * The keys and rule files that the change adds here and that are mounted already: they stand in the other ConfigMap too.
 * Or they were removed here a moment ago: a kubelet lags behind by a minute or two, so that is not certain.
 */
export function addedThoughMounted({ before = {}, after, mounted }: ConfigMapChange): readonly string[] {
  const already = new Set([...mounted.policy.keys.keys(), ...mounted.ruleFiles.map(({ path }) => basename(path))]);
  const here = new Set(keysOf(before));
  return keysOf(after).filter((key) => already.has(key) && !here.has(key));
}

function without(keys: readonly string[], written: Written): Written {
  const names = new Set(keys);
  return {
    ...written,
    policy: { ...written.policy, keys: new Map([...written.policy.keys].filter(([key]) => !names.has(key))) },
    ruleFiles: written.ruleFiles.filter(({ path }) => !names.has(basename(path))),
  };
}

function withConfigMap(configMap: PolicyConfigMap, others: Written, name: string): Written {
  const { keys, mistakes } = policyKeysOf(configMap, name);
  return {
    ...others,
    policy: {
      keys: new Map([...others.policy.keys, ...keys]),
      mistakes: [...others.policy.mistakes, ...mistakes],
    },
    ruleFiles: [...others.ruleFiles, ...ruleFilesOf(configMap, name)],
  };
}

function keysOf({ data, binaryData }: PolicyConfigMap): readonly string[] {
  return [...Object.keys(data ?? {}), ...Object.keys(binaryData ?? {})];
}
