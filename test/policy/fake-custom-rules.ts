import type { CustomJudgement, CustomRules, CustomTask } from '../../src/engine/custom-rules.ts';
import type { RuleSettings } from '../../src/engine/settings-by-selection.ts';
import type { RuleFile } from '../../src/rule/rule-files.ts';

/** Custom rules in this thread, and what became of them. */
export interface FakeCustomRules extends CustomRules {
  readonly files: readonly RuleFile[];
  readonly settings: readonly RuleSettings[];
  readonly tasks: readonly CustomTask[];
  closed: boolean;
}

/** Starts rules that are named after their files, and remembers all that were started. */
export function fakeCustomRules(judge: (task: CustomTask) => readonly CustomJudgement[] = () => []) {
  const started: FakeCustomRules[] = [];
  const start = async (files: readonly RuleFile[], settings: readonly RuleSettings[]): Promise<FakeCustomRules> => {
    const tasks: CustomTask[] = [];
    const rules: FakeCustomRules = {
      files,
      settings,
      tasks,
      closed: false,
      names: files.map(({ name }) => name),
      descriptions: new Map(),
      judge: async (task) => {
        tasks.push(task);
        return judge(task);
      },
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
