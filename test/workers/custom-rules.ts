import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CustomJudgement, CustomRules, CustomTask } from '../../src/engine/evaluate-custom.ts';
import { parseReference } from '../../src/image/reference.ts';
import type { Mistake, MistakesError } from '../../src/mistake/mistake.ts';
import { findRuleFiles } from '../../src/rule/rule-files.ts';
import { startCustomRules, type CustomRulesOptions } from '../../src/workers/start-custom-rules.ts';

export type RuleTexts = Readonly<Record<string, string>>;

export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** Whether this Node reads TypeScript. */
export const readsTypeScript = Boolean(Reflect.get(process.features, 'typescript'));

/** The text of a rule file with this body of `check`, and anything else ahead of the rule. */
export const ruleText = (name: string, check: string, ahead = ''): string => `${ahead}
export default {
  meta: { name: '${name}', description: 'X.' },
  check(image, options, context) { ${check} },
};`;

/** A rule that objects to images with the tag `bad`. */
export const goodRule = (name: string): string =>
  ruleText(name, "return image.tag === 'bad' ? [{ problem: 'is bad', remedy: 'Mend it.' }] : [];");

/** Starts the rules of a folder, into which these files are written first. */
export async function start(
  folder: string,
  texts: RuleTexts,
  options: Partial<CustomRulesOptions> = {},
): Promise<{ readonly rules: CustomRules; readonly lines: LogLine[]; readonly ends: string[] }> {
  await Promise.all(Object.entries(texts).map(async ([name, text]) => writeFile(join(folder, name), text)));
  const lines: LogLine[] = [];
  const ends: string[] = [];
  const rules = await startCustomRules({
    files: await findRuleFiles(folder),
    takenNames: new Map(),
    settings: [new Map()],
    log: (level, message, fields) => void lines.push({ level, message, fields }),
    onWorkerEnd: (reason) => void ends.push(reason),
    ...options,
    // On a busy machine a start takes its time; that is not what these tests are about.
    limits: { loadMs: 20_000, validateMs: 25_000, ...options.limits },
  });
  return { rules, lines, ends };
}

/** The mistakes that a start ends with; none if it does not. */
export async function startMistakes(
  folder: string,
  texts: RuleTexts,
  options: Partial<CustomRulesOptions> = {},
): Promise<readonly Mistake[]> {
  try {
    const { rules } = await start(folder, texts, options);
    await rules.close();
    return [];
  } catch (error) {
    return (error as MistakesError).mistakes;
  }
}

export function taskOf(
  images: readonly string[],
  rules: readonly string[],
  { selection = 0, ms = 500 }: { readonly selection?: number; readonly ms?: number } = {},
): CustomTask {
  return {
    images: images.map((raw, index) => ({
      reference: parseReference(raw),
      container: { name: `c${index}`, type: 'container', fieldPath: `spec.containers[${index}].image` },
    })),
    request: {
      operation: 'CREATE',
      namespace: undefined,
      userInfo: { username: 'jane', groups: ['a'] },
      workload: { apiVersion: 'v1', kind: 'Pod', name: 'x', labels: { a: 'b' }, annotations: {} },
    },
    rules,
    selection,
    deadline: performance.now() + ms,
  };
}

/** Each judgement in a line: `rule 0: is bad` or `rule 0 failed: it threw`. */
export const told = (judgements: readonly CustomJudgement[]): readonly string[] =>
  judgements.flatMap((judgement) =>
    'failure' in judgement
      ? [`${judgement.rule} ${judgement.image} failed: ${judgement.failure}`]
      : judgement.violations.map(({ problem }) => `${judgement.rule} ${judgement.image}: ${problem}`),
  );
