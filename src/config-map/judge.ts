import type { AdmissionRequest } from '../admission/admission-review.ts';
import { type AdmissionResponse, allowed, policyDenied } from '../admission/response.ts';
import { printable } from '../mistake/printable.ts';
import { warnings } from '../admission/warnings.ts';
import { locationText, type Mistake, MistakesError, mistakeText } from '../mistake/mistake.ts';
import { isObject, typeName } from '../workload/json-object.ts';
import { type PolicyConfigMap, policyKeysOf, ruleFilesOf } from './config-map.ts';
import type { RulesetLoader, Written } from '../ruleset/load-ruleset.ts';
import { basename } from 'node:path';

/** The ConfigMaps of the policy and of custom rules, as deploy/ names them. */
const OUR_CONFIG_MAPS: ReadonlySet<string> = new Set(['imagegate-webhook-config', 'imagegate-webhook-rules']);

/** Of each kind: the API server cuts what is more than 4 KiB in all. */
const MAX_WARNINGS = 10;

/**
 * Makes what judges the gate's own ConfigMaps where they are written: each is loaded, with the other one as it is mounted
 * now, as a reload would load it. One at a time, so that what they take of memory is bounded.
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
  const change = { name, before: configMapBefore(oldObject), after: configMap, mounted: await loader.read() };
  const [later, now] = partition(await mistakesOf(writtenAfter(change), loader), mayComeLater);
  const foreign = await foreignAmong(now, change, loader);
  if (foreign.length < now.length) return policyDenied(uid, [...now, ...later].map(mistakeText));
  const twice = addedThoughMounted(change).slice(0, MAX_WARNINGS).map(twiceWarning);
  const told = [...twice, ...later.map(laterWarning), ...foreignWarnings(foreign)];
  return allowed(uid, { warnings: warnings([], told), auditAnnotations: {} });
}

/**
 * The mistakes that are not of this change: those that are not in this ConfigMap, and were there before. Were they held
 * against it, two bad ConfigMaps could never be mended: each would wait for the other.
 */
async function foreignAmong(
  mistakes: readonly Mistake[],
  change: ConfigMapChange,
  loader: RulesetLoader,
): Promise<readonly Mistake[]> {
  const isHere = ({ source, other }: Mistake): boolean =>
    [source, other?.source].some((one) => one?.configMap === change.name);
  if (mistakes.length === 0 || mistakes.some(isHere)) return [];
  const before = new Set((await mistakesOf(writtenBefore(change), loader)).map(identity));
  return mistakes.filter((mistake) => before.has(identity(mistake)));
}

/** What a mistake is known by: its words may tell of what the rule does, or of a value. */
function identity({ code, source, place, other }: Mistake): string {
  return JSON.stringify([code, source, place, other]);
}

async function mistakesOf(written: Written, loader: RulesetLoader): Promise<readonly Mistake[]> {
  try {
    await loader.load(written);
    return [];
  } catch (error) {
    if (error instanceof MistakesError) return error.mistakes;
    throw error;
  }
}

/**
 * Whether a mistake may be none once the other ConfigMap is changed too. Only one of them is seen at a time, so a policy
 * that names a rule which nobody has is no mistake yet, unless it is likely to be a slip of the pen.
 */
function mayComeLater({ code, guess }: Mistake): boolean {
  return code === 'rule-unknown' && guess === undefined;
}

function laterWarning(mistake: Mistake): string {
  const text = `${locationText(mistake)}: no rule ${mistake.found} is loaded. Until it is, the gate goes on with the policy that it has.`;
  return `${printable(text, 230)} [imagegate]`;
}

/** Otherwise the change would be without effect, and nobody would know. No denial: it may be a matter of a minute. */
function twiceWarning(key: string): string {
  return `${printable(key, 64)} is mounted already: the other ConfigMap has it too, or it was removed here a moment ago. Where both have it, that of imagegate-webhook-rules counts. [imagegate]`;
}

/** Not all: the API server cuts warnings, and the log has them all. */
function foreignWarnings(mistakes: readonly Mistake[]): readonly string[] {
  return mistakes
    .slice(0, MAX_WARNINGS)
    .map((mistake) => `${printable(`Not in use before this is mended too: ${mistakeText(mistake)}`, 230)} [imagegate]`);
}

/** What cannot be read is as good as nothing: nothing is foreign for its sake. */
function configMapBefore(oldObject: unknown): PolicyConfigMap | undefined {
  if (oldObject === undefined || oldObject === null) return undefined;
  const before = readConfigMap(oldObject);
  return typeof before === 'string' ? {} : before;
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

/** What becomes of a ConfigMap by a request, and what is mounted meanwhile, of it and of the other one. */
interface ConfigMapChange {
  readonly name: string;
  /** Absent where there was none. */
  readonly before: PolicyConfigMap | undefined;
  readonly after: PolicyConfigMap;
  readonly mounted: Written;
}

// Which of the two ConfigMaps holds a key or a rule makes no difference, since both are mounted as one folder.

/** What would be mounted. */
function writtenAfter(change: ConfigMapChange): Written {
  const { name, before = {}, after, mounted } = change;
  return withConfigMap(after, without([...keysOf(before), ...keysOf(after)], mounted), name);
}

/** What would be mounted without the change. */
function writtenBefore(change: ConfigMapChange): Written {
  const { name, before, after, mounted } = change;
  if (before === undefined) return without(keysOf(after), mounted);
  return withConfigMap(before, without(keysOf(before), mounted), name);
}

/**
 * The keys and rule files that the change adds here and that are mounted already: they stand in the other ConfigMap too.
 * Or they were removed here a moment ago: a kubelet lags behind by a minute or two, so that is not certain.
 */
function addedThoughMounted({ before = {}, after, mounted }: ConfigMapChange): readonly string[] {
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
