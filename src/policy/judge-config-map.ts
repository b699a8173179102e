import type { AdmissionRequest } from '../admission/admission-review.ts';
import { allowed, policyDenied, type AdmissionResponse } from '../admission/response.ts';
import { printable } from '../admission/printable.ts';
import { basename } from 'node:path';
import { MistakesError, mistakeText, type Mistake } from '../mistake/mistake.ts';
import { isGuess } from '../mistake/nearest-name.ts';
import { isObject, typeName } from '../workload/json-object.ts';
import { policyKeysOf, type PolicyConfigMap } from './policy-keys-of.ts';
import { POLICY_YAML } from './policy-yaml.ts';
import { ruleFilesOf } from './rule-files-of.ts';
import type { RulesetLoader, Written } from './ruleset-loader.ts';

/** The ConfigMaps of the policy and of custom rules, as deploy/ names them. */
const OUR_CONFIG_MAPS: ReadonlySet<string> = new Set(['imagegate-webhook-config', 'imagegate-webhook-rules']);

/**
 * Makes what judges the gate's own ConfigMaps where they are written: each is loaded, with the other one as it is mounted
 * now, as a reload would load it. One at a time, since custom rules are started for it.
 */
export function createConfigMapJudge(loader: RulesetLoader): (request: AdmissionRequest) => Promise<AdmissionResponse> {
  let before: Promise<unknown> = Promise.resolve();
  return async (request) => {
    const judgement = before.then(async () => judge(request, loader));
    before = judgement.catch(() => {});
    return judgement;
  };
}

async function judge(
  { uid, kind, operation, name, object, oldObject }: AdmissionRequest,
  loader: RulesetLoader,
): Promise<AdmissionResponse> {
  const isOurs = kind.group === '' && kind.kind === 'ConfigMap' && OUR_CONFIG_MAPS.has(name ?? '');
  if (operation === 'DELETE' || operation === 'CONNECT' || name === undefined || !isOurs) return allowed(uid);
  const configMap = readConfigMap(object);
  if (typeof configMap === 'string') return policyDenied(uid, [configMap]);
  const others = withoutConfigMap(configMap, oldObject, await loader.read());
  const mistakes = await mistakesOf(withConfigMap(configMap, others, name), loader);
  if (mistakes.length === 0) return allowed(uid);
  const [later, now] = partition(mistakes, mayComeLater);
  if (now.some(({ where }) => isOf(configMap, name, where))) return policyDenied(uid, mistakes.map(mistakeText));
  // Were those elsewhere held against it, two bad ConfigMaps could never be mended: each would wait for the other.
  const elsewhere = new Set(now.length === 0 ? [] : (await mistakesOf(others, loader)).map(mistakeText));
  const [foreign, own] = partition(now, (mistake) => elsewhere.has(mistakeText(mistake)));
  if (own.length > 0) return policyDenied(uid, mistakes.map(mistakeText));
  return allowed(uid, { warnings: [...later.map(laterWarning), ...foreignWarnings(foreign)], auditAnnotations: {} });
}

/** Whether a mistake is for certain in this ConfigMap, which saves the search elsewhere. */
function isOf({ data }: PolicyConfigMap, name: string, where: string): boolean {
  if (where.startsWith(POLICY_YAML)) return Object.hasOwn(data ?? {}, POLICY_YAML);
  return where.includes('(ConfigMap)') || where.startsWith(`ConfigMap ${name}/`);
}

async function mistakesOf(written: Written, loader: RulesetLoader): Promise<readonly Mistake[]> {
  try {
    const { custom } = await loader.load(written);
    await custom?.close();
    return [];
  } catch (error) {
    if (error instanceof MistakesError) return error.mistakes;
    throw error;
  }
}

/**
 * What is mounted now, without what this ConfigMap had and has. Which of the two holds a key or a rule makes no
 * difference, since both are mounted as one folder.
 */
function withoutConfigMap(configMap: PolicyConfigMap, old: unknown, written: Written): Written {
  const before = readConfigMap(old ?? {});
  const names = new Set([before, configMap].flatMap((map) => (typeof map === 'string' ? [] : keysOf(map))));
  return {
    ...written,
    policy: { ...written.policy, keys: new Map([...written.policy.keys].filter(([key]) => !names.has(key))) },
    ruleFiles: written.ruleFiles.filter(({ path }) => !names.has(basename(path))),
  };
}

/** What would be mounted. */
function withConfigMap(configMap: PolicyConfigMap, others: Written, name: string): Written {
  const { keys, mistakes } = policyKeysOf(configMap);
  return {
    ...others,
    policy: {
      keys: new Map([...others.policy.keys, ...keys]),
      mistakes: [...others.policy.mistakes, ...mistakes],
    },
    ruleFiles: [...others.ruleFiles, ...ruleFilesOf(configMap, `ConfigMap ${name}`)],
  };
}

function keysOf({ data, binaryData }: PolicyConfigMap): readonly string[] {
  return [...Object.keys(data ?? {}), ...Object.keys(binaryData ?? {})];
}

/**
 * Whether a mistake may be none once the other ConfigMap is changed too. Only one of them is seen at a time, so a policy
 * that names a rule which nobody has is no mistake yet, unless it is likely to be a slip of the pen.
 */
function mayComeLater({ code, remedy }: Mistake): boolean {
  return code === 'rule-unknown' && !isGuess(remedy);
}

function laterWarning({ where, found }: Mistake): string {
  const text = `${where}: no rule ${found} is loaded yet. Until it is, the gate goes on with the policy that it has.`;
  return `${printable(text, 230)} [imagegate]`;
}

/** Not all: the API server cuts warnings, and the log has them all. */
function foreignWarnings(mistakes: readonly Mistake[]): readonly string[] {
  return mistakes
    .slice(0, 10)
    .map((mistake) => `${printable(`Not in use before this is mended too: ${mistakeText(mistake)}`, 230)} [imagegate]`);
}

function readConfigMap(object: unknown): PolicyConfigMap | string {
  if (!isObject(object)) return `object of a ConfigMap must be an object, found ${typeName(object)}`;
  for (const field of ['data', 'binaryData']) {
    const value = object[field] ?? {};
    if (!isObject(value) || !Object.values(value).every((text) => typeof text === 'string'))
      return `object.${field} of a ConfigMap must hold texts by their keys`;
  }
  return object;
}

function partition<T>(items: readonly T[], test: (item: T) => boolean): readonly [readonly T[], readonly T[]] {
  return [items.filter(test), items.filter((item) => !test(item))];
}
