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
  settings: WorkerLoad['settings'],
  ajv: Ajv,
): Promise<{ readonly loaded?: LoadedRule; readonly report: FileReport }> {
  try {
    const module = (await import(pathToFileURL(file.path).href)) as Record<string, unknown>;
    const mistakes = ruleMistakes(module['default'], file);
    if (mistakes.length > 0) return { report: { mistakes: mistakes.map(cutMistake), placeless: false } };
    return prepareSelections(module['default'] as AnyRule, settings, ajv);
  } catch (error) {
    const line = lineOf(error);
    const mistakes = [cutMistake(unloadableRule(file, error, line))];
    return { report: { mistakes, placeless: error instanceof SyntaxError && line === undefined } };
  }
}

function prepareSelections(
  rule: AnyRule,
  settings: WorkerLoad['settings'],
  ajv: Ajv,
): { readonly loaded: LoadedRule; readonly report: FileReport } {
  const prepared: unknown[] = [];
  const mistakes: Mistake[] = [];
  for (const options of settings) {
    const result = prepareRule(rule, Object.hasOwn(options, rule.meta.name) ? options[rule.meta.name]! : DEFAULTS, ajv);
    if ('prepared' in result) prepared.push(result.prepared);
    else mistakes.push(...result.mistakes);
  }
  const report = {
    description: cut(rule.meta.description),
    mistakes: distinctMistakes(mistakes).map(cutMistake),
    placeless: false,
  };
  return { loaded: { rule, prepared }, report };
}

/** The first line of the stack names the place where it is known: `file:///rules.d/a.js:3`. TypeScript has `:3`. */
function lineOf(error: unknown): number | undefined {
  const stack = error instanceof SyntaxError ? String(error.stack) : '';
  const [, line] = /^[^\n]*:(\d+)\n/.exec(stack) ?? [];
  return line === undefined ? undefined : Number(line);
}

function cutMistake(mistake: Mistake): Mistake {
  return { ...mistake, found: cut(mistake.found), where: cut(mistake.where) };
}
