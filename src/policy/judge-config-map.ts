import type { AdmissionRequest } from '../admission/admission-review.ts';
import { allowed, policyDenied, type AdmissionResponse } from '../admission/response.ts';
import { printable } from '../admission/printable.ts';
import { basename } from 'node:path';
import { MistakesError, mistakeText, type Mistake } from '../mistake/mistake.ts';
import { isObject, typeName } from '../workload/json-object.ts';
import { policyKeysOf, type PolicyConfigMap } from './policy-keys-of.ts';
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
  const written = withConfigMap(configMap, oldObject, await loader.read(), name);
  try {
    const { custom } = await loader.load(written);
    await custom?.close();
    return allowed(uid);
  } catch (error) {
    if (!(error instanceof MistakesError)) throw error;
    const [later, now] = partition(error.mistakes, (mistake) => mayComeLater(mistake));
    if (now.length > 0) return policyDenied(uid, error.mistakes.map(mistakeText));
    return allowed(uid, { warnings: later.map(laterWarning), auditAnnotations: {} });
  }
}

/**
 * What would be mounted: what is now, without what this ConfigMap had, and with what it has. Which of the two holds a key
 * or a rule makes no difference, since both are mounted as one folder.
 */
function withConfigMap(configMap: PolicyConfigMap, old: unknown, written: Written, name: string): Written {
  const before = readConfigMap(old ?? {});
  const names = new Set([before, configMap].flatMap((map) => (typeof map === 'string' ? [] : keysOf(map))));
  const keys = policyKeysOf(configMap);
  return {
    policy: {
      keys: new Map([...[...written.policy.keys].filter(([key]) => !names.has(key)), ...keys.keys]),
      mistakes: [...written.policy.mistakes, ...keys.mistakes],
    },
    ruleFiles: [
      ...written.ruleFiles.filter(({ path }) => !names.has(basename(path))),
      ...ruleFilesOf(configMap, `ConfigMap ${name}`),
    ],
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
  return code === 'rule-unknown' && !remedy.startsWith('Did you mean');
}

function laterWarning({ where, found }: Mistake): string {
  const text = `${where}: no rule ${found} is loaded yet. Until it is, the gate goes on with the policy that it has.`;
  return `${printable(text, 230)} [imagegate]`;
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
