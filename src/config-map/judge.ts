import type { AdmissionRequest } from '../admission/admission-review.ts';
import { type AdmissionResponse, allowed, policyDenied } from '../admission/response.ts';
import { printable } from '../mistake/printable.ts';
import { warnings } from '../admission/warnings.ts';
import { locationText, type Mistake, MistakesError, mistakeText } from '../mistake/mistake.ts';
import { isObject, typeName } from '../workload/json-object.ts';
import { OUR_CONFIG_MAPS, type PolicyConfigMap, policyKeysOf, ruleFilesOf } from './config-map.ts';
import type { RulesetLoader, PolicyInput } from '../ruleset/load-ruleset.ts';
import { basename } from 'node:path';

/** Of each kind: the API server truncates warnings beyond 4 KiB in all. */
const MAX_WARNINGS = 10;

/**
 * Judges the gate's own ConfigMaps on admission: loads each as a reload would, together with the other one as it is mounted
 * now. One at a time, to bound the memory.
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
  const isOurs = kind.group === '' && kind.kind === 'ConfigMap' && OUR_CONFIG_MAPS.includes(name ?? '');
  if (operation === 'DELETE' || operation === 'CONNECT' || name === undefined || !isOurs) return allowed(uid);
  const configMap = readConfigMap(object);
  if (typeof configMap === 'string') return policyDenied(uid, [configMap]);
  const change = { name, before: configMapBefore(oldObject), after: configMap, mounted: await loader.read() };
  const [newer, mistakes] = partition(await mistakesOf(inputAfter(change), loader), isVersion);
  const [later, now] = partition(mistakes, mayComeLater);
  const foreign = await foreignAmong(now, change, loader);
  if (foreign.length < now.length) return policyDenied(uid, [...newer, ...now, ...later].map(mistakeText));
  const twice = addedThoughMounted(change).slice(0, MAX_WARNINGS).map(twiceWarning);
  const remarks = [...twice, ...newer.map(warningOf), ...later.map(laterWarning), ...foreignWarnings(foreign)];
  return allowed(uid, { warnings: warnings([], remarks), auditAnnotations: {} });
}

/**
 * The mistakes that the change did not cause: not in this ConfigMap, and there before. Were they held against it, two bad
 * ConfigMaps could never be fixed: each would wait for the other.
 */
async function foreignAmong(
  mistakes: readonly Mistake[],
  change: ConfigMapChange,
  loader: RulesetLoader,
): Promise<readonly Mistake[]> {
  const isHere = ({ source, other }: Mistake): boolean =>
    [source, other?.source].some((one) => one?.configMap === change.name);
  if (mistakes.length === 0 || mistakes.some(isHere)) return [];
  const before = new Set((await mistakesOf(inputBefore(change), loader)).map(identity));
  return mistakes.filter((mistake) => before.has(identity(mistake)));
}

/** Identifies a mistake without its words, which may vary with a rule's output or a value. */
function identity({ code, source, place, other }: Mistake): string {
  return JSON.stringify([code, source, place, other]);
}

async function mistakesOf(input: PolicyInput, loader: RulesetLoader): Promise<readonly Mistake[]> {
  try {
    await loader.load(input);
    return [];
  } catch (error) {
    if (error instanceof MistakesError) return error.mistakes;
    throw error;
  }
}

/** That a policy is for a newer gate is no mistake by itself. */
function isVersion({ code }: Mistake): boolean {
  return code === 'policy-version-newer';
}

function warningOf(mistake: Mistake): string {
  return `${printable(mistakeText(mistake), 230)} [imagegate]`;
}

/**
 * Whether a change of the other ConfigMap may resolve a mistake. Only one of them is seen at a time, so a policy that names
 * an unknown rule is no mistake yet, unless it is likely to be a typo.
 */
function mayComeLater({ code, guess }: Mistake): boolean {
  return code === 'rule-unknown' && guess === undefined;
}

function laterWarning(mistake: Mistake): string {
  const text = `${locationText(mistake)}: no rule ${mistake.found} is loaded. Until it is, the gate goes on with the policy that it has.`;
  return `${printable(text, 230)} [imagegate]`;
}

/** Otherwise the change would silently have no effect. No denial: it may resolve itself within a minute. */
function twiceWarning(key: string): string {
  return `${printable(key, 64)} is mounted already: the other ConfigMap has it too, or it was removed here a moment ago. Where both have it, that of imagegate-webhook-rules counts. [imagegate]`;
}

/** Not all: the API server truncates warnings, and the log has all of them. */
function foreignWarnings(mistakes: readonly Mistake[]): readonly string[] {
  return mistakes
    .slice(0, MAX_WARNINGS)
    .map((mistake) => `${printable(`Not in use before this is mended too: ${mistakeText(mistake)}`, 230)} [imagegate]`);
}

/** An unreadable old ConfigMap counts as empty: no mistake is foreign because of it. */
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

/** A change of a ConfigMap by a request, and what is mounted now, of it and of the other one. */
interface ConfigMapChange {
  readonly name: string;
  /** `undefined` on CREATE. */
  readonly before: PolicyConfigMap | undefined;
  readonly after: PolicyConfigMap;
  readonly mounted: PolicyInput;
}

// Which of the two ConfigMaps holds a key or a rule does not matter: both are mounted as one folder.

/** What would be mounted after the change. */
function inputAfter(change: ConfigMapChange): PolicyInput {
  const { name, before = {}, after, mounted } = change;
  return withConfigMap(after, without([...keysOf(before), ...keysOf(after)], mounted), name);
}

/** What would be mounted without the change. */
function inputBefore(change: ConfigMapChange): PolicyInput {
  const { name, before, after, mounted } = change;
  if (before === undefined) return without(keysOf(after), mounted);
  return withConfigMap(before, without(keysOf(before), mounted), name);
}

/**
 * The keys and rule files that the change adds although they are mounted already: they are in the other ConfigMap, too,
 * or were removed here a moment ago, since a kubelet lags behind by a minute or two.
 */
function addedThoughMounted({ before = {}, after, mounted }: ConfigMapChange): readonly string[] {
  const already = new Set([...mounted.policy.keys.keys(), ...mounted.ruleFiles.map(({ path }) => basename(path))]);
  const here = new Set(keysOf(before));
  return keysOf(after).filter((key) => already.has(key) && !here.has(key));
}

function without(keys: readonly string[], input: PolicyInput): PolicyInput {
  const names = new Set(keys);
  return {
    ...input,
    policy: { ...input.policy, keys: new Map([...input.policy.keys].filter(([key]) => !names.has(key))) },
    ruleFiles: input.ruleFiles.filter(({ path }) => !names.has(basename(path))),
  };
}

function withConfigMap(configMap: PolicyConfigMap, others: PolicyInput, name: string): PolicyInput {
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
