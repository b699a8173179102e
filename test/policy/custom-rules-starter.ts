import type { CustomJudgement, CustomTask } from '../../src/engine/evaluate-custom.ts';
import type { RuleSettings } from '../../src/engine/settings-by-selection.ts';
import type { RuleFile } from '../../src/rule/rule-files.ts';
import { fakeCustomRules, type FakeCustomRules } from '../custom-rules.ts';

/** Custom rules that were started, and what became of them. */
export interface StartedRules extends FakeCustomRules {
  readonly files: readonly RuleFile[];
  readonly settings: readonly RuleSettings[];
  closed: boolean;
}

/** Starts rules that are named after their files, and remembers all that were started. */
export function customRulesStarter(judge?: (task: CustomTask) => readonly CustomJudgement[]) {
  const started: StartedRules[] = [];
  const start = async (files: readonly RuleFile[], settings: readonly RuleSettings[]): Promise<StartedRules> => {
    const names = files.map(({ name }) => name);
    const rules: StartedRules = {
      ...fakeCustomRules(names, judge),
      files,
      settings,
      closed: false,
      close: async () => {
        rules.closed = true;
      },
    };
    started.push(rules);
    return rules;
  };
  return { start, started };
}

/** A rule file of that name. */
export function ruleFile(name: string): RuleFile {
  return { name, path: `/rules.d/${name}.js`, realpath: `/rules.d/..1/${name}.js` };
}
