import type { AdmissionRequest } from '../admission/admission-review.ts';
import { selectionFor, type Ruleset, type Selection } from '../engine/ruleset.ts';
import { settingsBySelection } from '../engine/settings-by-selection.ts';
import { samplePods } from './sample-pods.ts';

/** A pod to try rules on. */
export interface Sample {
  readonly request: AdmissionRequest;
  /** Of what holds somewhere, the rules that have not been tried like this before. */
  readonly selection: Selection;
}

/**
 * What proves that a ruleset works. A rule is tried wherever its options differ, which in most namespaces are those of
 * everywhere: the first time on every sample pod, then on one, which has every form of reference too.
 */
export function* samplesOf(ruleset: Ruleset): Generator<Sample> {
  const settings = settingsBySelection(ruleset.policy);
  // Rules, and rules with their options.
  const tried = new Set<string>();
  for (const selection of [ruleset.everywhere, ...ruleset.overrides.map((override) => override.selection)]) {
    const options = (name: string): object => settings[selection.index]!.get(name)?.options ?? {};
    const like = (name: string): string => `${name} ${JSON.stringify(options(name))}`;
    const isUntried = ({ name }: { readonly name: string }): boolean => !tried.has(like(name));
    const rules = selection.rules.filter(isUntried);
    const names = rules.map(({ name }) => name);
    if (names.length === 0) continue;
    const pods = samplePods(namespaceOf(selection, ruleset));
    const count = names.every((name) => tried.has(name)) ? 1 : pods.length;
    for (const name of names) tried.add(name).add(like(name));
    for (const request of pods.slice(0, count)) yield { request, selection: { ...selection, rules } };
  }
}

/** A namespace that leads to a selection; if all that its override names lead to others before it, one of them. */
function namespaceOf(selection: Selection, ruleset: Ruleset): string {
  const { names } = ruleset.policy.namespaces[selection.index - 1] ?? { names: [] };
  const namespaces = names.map((name) => name.replaceAll('*', 'sample'));
  const leading = namespaces.find((namespace) => selectionFor(ruleset, namespace) === selection);
  return leading ?? namespaces[0] ?? 'default';
}
