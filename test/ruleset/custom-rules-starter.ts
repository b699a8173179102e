import type { Answer, RuleOptions } from '../../src/engine/policy.ts';
import type { RuleFile } from '../../src/rule-file/rule-files.ts';
import type { LoadedRules } from '../../src/sandbox/load-custom-rules.ts';
import { type Asked, fakeCustomRules, type FakeCustomRules } from '../custom-rules.ts';

export type OptionsByRule = ReadonlyMap<string, readonly RuleOptions[]>;

/** Custom rules that were loaded, and of what. */
export interface StartedRules {
  readonly files: readonly RuleFile[];
  readonly options: OptionsByRule;
  readonly rules: FakeCustomRules;
}

/** Loads rules that are named after their files, and remembers all that were loaded. */
export function customRulesStarter(answer?: (asked: Asked) => Answer) {
  const started: StartedRules[] = [];
  const start = async (files: readonly RuleFile[], options: OptionsByRule): Promise<LoadedRules> => {
    const rules = fakeCustomRules(
      files.map(({ name }) => name),
      answer,
    );
    started.push({ files, options, rules });
    return { rules, mistakes: [] };
  };
  return { start, started };
}

/** A rule file of that name. */
export function ruleFile(name: string): RuleFile {
  return { name, path: `/rules.d/${name}.js`, realpath: `/rules.d/..1/${name}.js` };
}
