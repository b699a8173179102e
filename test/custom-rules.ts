import type { CustomJudgement, CustomRules, CustomTask } from '../src/engine/evaluate-custom.ts';

/** Custom rules that are asked in this thread, and remember what they were asked. */
export interface FakeCustomRules extends CustomRules {
  readonly tasks: readonly CustomTask[];
}

/** Custom rules of these names, whose judgements are what a function says. */
export function fakeCustomRules(
  names: readonly string[],
  judge: (task: CustomTask) => readonly CustomJudgement[] | Promise<readonly CustomJudgement[]> = () => [],
): FakeCustomRules {
  const tasks: CustomTask[] = [];
  return {
    names,
    descriptions: new Map(),
    tasks,
    async judge(task) {
      tasks.push(task);
      return judge(task);
    },
    async close() {},
  };
}
