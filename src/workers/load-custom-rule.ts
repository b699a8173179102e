import type { Ajv } from 'ajv';
import { pathToFileURL } from 'node:url';
import { distinctMistakes } from '../engine/distinct-mistakes.ts';
import { prepareRule, type RuleOptions } from '../engine/prepare-rule.ts';
import type { Mistake } from '../mistake/mistake.ts';
import type { RuleFile } from '../rule/rule-files.ts';
import { ruleMistakes } from '../rule/rule-mistakes.ts';
import type { AnyRule } from '../rule/rule.ts';
import { unloadableRule } from '../rule/unloadable-rule.ts';
import { cut } from './cut.ts';
import { importPlace } from './import-place.ts';
import type { FileReport, WorkerLoad } from './worker-protocol.ts';

/** A rule as a worker holds it. */
export interface LoadedRule {
  readonly rule: AnyRule;
  /** What `check` receives, for each selection. */
  readonly prepared: readonly unknown[];
}

const DEFAULTS: RuleOptions = { options: {}, sources: {} };

/** Imports a rule file, and has the rule prepare the options of every selection. */
export async function loadCustomRule(
  file: RuleFile,
  { settings, sources }: Pick<WorkerLoad, 'settings' | 'sources'>,
  ajv: Ajv,
): Promise<{ readonly loaded?: LoadedRule; readonly report: FileReport }> {
  try {
    const module = (await import(pathToFileURL(file.path).href)) as Record<string, unknown>;
    const mistakes = ruleMistakes(module['default'], file);
    if (mistakes.length > 0) return { report: { mistakes: mistakes.map(cutMistake), placeless: false } };
    return prepareSelections(module['default'] as AnyRule, file, settings, ajv);
  } catch (error) {
    const place = importPlace(error, file, sources);
    const mistakes = [cutMistake(unloadableRule(file, error, place))];
    return { report: { mistakes, placeless: error instanceof SyntaxError && place === undefined } };
  }
}

function prepareSelections(
  rule: AnyRule,
  file: RuleFile,
  settings: WorkerLoad['settings'],
  ajv: Ajv,
): { readonly loaded: LoadedRule; readonly report: FileReport } {
  const { name } = rule.meta;
  const options = settings.map((selection) => (Object.hasOwn(selection, name) ? selection[name]! : DEFAULTS));
  const results = prepareRule(rule, options, ajv, file.path);
  const prepared = results.map((result) => ('prepared' in result ? result.prepared : undefined));
  const mistakes = results.flatMap((result) => ('mistakes' in result ? result.mistakes : []));
  const report = {
    description: cut(rule.meta.description),
    mistakes: distinctMistakes(mistakes).map(cutMistake),
    placeless: false,
  };
  return { loaded: { rule, prepared }, report };
}

/** Most of it may be a rule's own words. */
function cutMistake(mistake: Mistake): Mistake {
  const { code, where, expected, found, remedy } = mistake;
  return { code, where: cut(where), expected: cut(expected), found: cut(found), remedy: cut(remedy) };
}
