import { MANIFEST, MANIFEST_INVALID } from '../manifest/manifest-items.ts';
import { type Mistake, MistakesError, within } from '../mistake/mistake.ts';
import { isObject, type JsonObject, property, textAt } from '../workload/json-object.ts';
import { yamlDocuments } from '../yaml/yaml-document.ts';

/** `webhook.yaml` and `mutating-webhook.yaml` as they are shipped, and `profiles`. */
export const ENTRIES = 'imagegate-webhook-entries';

/** What the webhooks are to be made of. */
export interface Shipped {
  readonly judging: readonly JsonObject[];
  /** `undefined` where nothing is to be rewritten. */
  readonly rewriting: readonly JsonObject[] | undefined;
  readonly profiles: readonly string[];
}

/** Labels: lower case, digits and inner hyphens; some names are those of other entries. */
const PROFILE_FORM = /^(?!(?:unknown|policy|workloads)$)[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;
const MAX_PROFILES = 16;

/** @throws {MistakesError} if the ConfigMap has something else. */
export function shippedEntries(config: JsonObject | undefined): Shipped {
  const data = property(config, 'data');
  const judging = entriesOf(data, 'webhook.yaml');
  const isRewriting = property(data, 'mutating-webhook.yaml') !== undefined;
  const rewriting = isRewriting ? entriesOf(data, 'mutating-webhook.yaml') : undefined;
  const profiles = textAt(data, 'profiles')
    .split(/[\s,]+/)
    .filter((name) => name !== '');
  const mistakes = [...judging.mistakes, ...(rewriting?.mistakes ?? [])];
  const bad = profiles.filter((name) => !PROFILE_FORM.test(name));
  if (bad.length > 0 || profiles.length > MAX_PROFILES) {
    const expected = `at most ${MAX_PROFILES} names of profiles, of 1 to 63 lower-case letters, digits and inner hyphens`;
    mistakes.push(invalid(sourceOf('profiles'), expected, bad.join(', ') || `${profiles.length} of them`));
  }
  if (mistakes.length > 0) throw new MistakesError(mistakes);
  return { judging: judging.entries, rewriting: rewriting?.entries, profiles };
}

function entriesOf(data: unknown, name: string) {
  const source = sourceOf(name);
  const [document, second] = yamlDocuments(textAt(data, name), source, MANIFEST);
  const list = property(document!.value, 'webhooks');
  const entries = Array.isArray(list) ? list.filter(isObject) : [];
  const mistakes = [...document!.mistakes];
  if (entries.length === 0 || second !== undefined) {
    mistakes.push(invalid(source, 'the one manifest of the webhook, with entries', second ? 'another one' : 'none'));
  }
  return { entries, mistakes };
}

function sourceOf(name: string): Mistake['source'] {
  return { name, in: 'ConfigMap', configMap: ENTRIES };
}

function invalid(source: Mistake['source'], expected: string, found: string): Mistake {
  const remedy = 'Apply the ConfigMap as it is shipped.';
  return { code: MANIFEST_INVALID, ...within({ source }), expected, found, remedy };
}
