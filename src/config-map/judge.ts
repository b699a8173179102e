import type { AdmissionRequest } from '../admission/admission-review.ts';
import { allowed, policyDenied, type AdmissionResponse } from '../admission/response.ts';
import { printable } from '../mistake/printable.ts';
import { warnings } from '../admission/warnings.ts';
import { MistakesError, mistakeText, type Mistake } from '../mistake/mistake.ts';
import { isGuess } from '../mistake/nearest-name.ts';
import { isObject, typeName } from '../workload/json-object.ts';
import { addedThoughMounted, writtenAfter, writtenBefore, writtenWithout, type ConfigMapChange } from './change.ts';
import type { PolicyConfigMap } from './config-map.ts';
import { POLICY_YAML } from '../policy/policy-yaml.ts';
import { ruleFilesOf } from './rule-files-of.ts';
import type { RulesetLoader, Written } from '../ruleset/ruleset-loader.ts';

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
  const mistakes = await mistakesOf(writtenAfter(change), loader);
  const twice = addedThoughMounted(change).slice(0, MAX_WARNINGS).map(twiceWarning);
  if (mistakes.length === 0) return allowed(uid, { warnings: twice, auditAnnotations: {} });
  const [later, now] = partition(mistakes, mayComeLater);
  if (now.some(({ where }) => isOf(configMap, name, where))) return policyDenied(uid, mistakes.map(mistakeText));
  const [foreign, own] = partition(now, now.length === 0 ? () => true : await foreignTo(change, now, loader));
  if (own.length > 0) return policyDenied(uid, mistakes.map(mistakeText));
  const failing = now.length === 0 ? await failingRules(change, loader) : [];
  if (failing.length > 0) return policyDenied(uid, [...failing, ...mistakes].map(mistakeText));
  const told = [...twice, ...later.map(laterWarning), ...foreignWarnings(foreign)];
  return allowed(uid, { warnings: warnings([], told), auditAnnotations: {} });
}

/**
 * Tells the mistakes that are not of this change: those that were there before. Were they held against it, two bad
 * ConfigMaps could never be mended: each would wait for the other.
 *
 * Samples are tried only where nothing else is wrong. So where something was, a rule that fails at them now has perhaps
 * done so before: it has if it does without this ConfigMap. For all else that would not do, since what only this ConfigMap
 * gives is missing there just as where the change drops it.
 */
async function foreignTo(
  change: ConfigMapChange,
  mistakes: readonly Mistake[],
  loader: RulesetLoader,
): Promise<(mistake: Mistake) => boolean> {
  const before = await mistakesOf(writtenBefore(change), loader);
  const wasNotTried = change.before !== undefined && !before.every(isOfSample);
  const hidden = wasNotTried && mistakes.some(isOfSample) ? await mistakesOf(writtenWithout(change), loader) : [];
  const places = new Set([...before, ...hidden].map(placeOf));
  return (mistake) => places.has(placeOf(mistake));
}

/**
 * The rules of this ConfigMap that fail at samples, which are not tried as long as the policy names a rule that may come
 * later: hence under none at all.
 */
async function failingRules(change: ConfigMapChange, loader: RulesetLoader): Promise<readonly Mistake[]> {
  const own = new Set(ruleFilesOf(change.after, change.name).map(({ name }) => `rule ${name}`));
  if (own.size === 0) return [];
  const mistakes = await mistakesOf({ ...writtenAfter(change), policy: { keys: new Map(), mistakes: [] } }, loader);
  return mistakes.filter((mistake) => isOfSample(mistake) && own.has(mistake.where));
}

function isOfSample({ code }: Mistake): boolean {
  return code === 'rule-fails-on-sample';
}

/** What a mistake is known by: its words may tell of what the rule does, or of a value. */
function placeOf({ code, where }: Mistake): string {
  return `${code} ${where}`;
}

/** Whether a mistake is for certain in this ConfigMap, which saves the search elsewhere. */
function isOf({ data }: PolicyConfigMap, name: string, where: string): boolean {
  if (where.startsWith(POLICY_YAML)) return Object.hasOwn(data ?? {}, POLICY_YAML);
  return where.includes('(ConfigMap)') || where.startsWith(`ConfigMap ${name}/`);
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
function mayComeLater({ code, remedy }: Mistake): boolean {
  return code === 'rule-unknown' && !isGuess(remedy);
}

function laterWarning({ where, found }: Mistake): string {
  const text = `${where}: no rule ${found} is loaded. Until it is, the gate goes on with the policy that it has.`;
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
