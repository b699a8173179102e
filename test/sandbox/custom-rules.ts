import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Answer, CustomAnswer, CustomRule } from '../../src/engine/policy.ts';
import { parseReference } from '../../src/image/reference.ts';
import { type Mistake, MistakesError } from '../../src/mistake/mistake.ts';
import { findRuleFiles } from '../../src/rule-file/rule-files.ts';
import type { RuleContext } from '../../src/rule/rule.ts';
import { type CustomRulesOptions, loadCustomRules } from '../../src/sandbox/load-custom-rules.ts';

export type RuleTexts = Readonly<Record<string, string>>;

/** What rules printed, and how they were asked: a word for each. */
export interface Loaded {
  readonly rules: readonly CustomRule[];
  readonly printed: string[];
  readonly watched: string[];
}

/** The text of a rule file with this body of `check`, and anything else ahead of the rule. */
export const ruleText = (name: string, check: string, ahead = ''): string => `${ahead}
export default {
  meta: { name: '${name}', description: 'X.' },
  check(image, options, context) { ${check} },
};`;

/** A rule that objects to images with the tag `bad`. */
export const goodRule = (name: string): string =>
  ruleText(name, "return image.tag === 'bad' ? [{ problem: 'is bad', remedy: 'Mend it.' }] : [];");

export const CONTEXT: RuleContext = {
  operation: 'CREATE',
  now: '2026-11-29T06:50:00.000Z',
  profile: 'lab',
  namespace: 'default',
  userInfo: { username: 'jane', groups: ['a', 'b'] },
  workload: {
    apiVersion: 'v1',
    kind: 'Pod',
    name: 'x',
    labels: { app: 'web', 'pod-template-hash': '1' },
    annotations: { note: 'y' },
    serviceAccountName: 'default',
  },
  container: {
    name: 'web',
    type: 'container',
    fieldPath: 'spec.containers[0].image',
    imagePullPolicy: 'Always',
    oldImage: undefined,
  },
};

/** Loads the rules of a folder, into which these files are written first. @throws {MistakesError} */
export async function load(
  folder: string,
  texts: RuleTexts,
  options: Partial<CustomRulesOptions> = {},
): Promise<Loaded> {
  await Promise.all(Object.entries(texts).map(async ([name, text]) => writeFile(join(folder, name), text)));
  const [printed, watched]: [string[], string[]] = [[], []];
  const { rules, mistakes } = await loadCustomRules({
    files: await findRuleFiles(folder),
    takenNames: new Map(),
    options: new Map(),
    watch: {
      print: (rule, level, text) => printed.push(`${rule} ${level}: ${text}`),
      asked: (rule) => watched.push(`${rule} asked`),
      remembered: (rule) => watched.push(`${rule} remembered`),
    },
    ...options,
  });
  if (mistakes.length > 0) throw new MistakesError(mistakes);
  return { rules, printed, watched };
}

/** The mistakes that loading ends with; none if it does not. */
export async function mistakesOf(
  folder: string,
  texts: RuleTexts,
  options: Partial<CustomRulesOptions> = {},
): Promise<readonly Mistake[]> {
  try {
    await load(folder, texts, options);
    return [];
  } catch (error) {
    if (error instanceof MistakesError) return error.mistakes;
    throw error;
  }
}

/** What a rule says of an image, in a context of which only some parts differ. */
export function ask(
  rule: CustomRule | undefined,
  image: string,
  context: Partial<RuleContext> = {},
  place = 0,
): CustomAnswer {
  return rule!.ask(place, parseReference(image), { ...CONTEXT, ...context });
}

/** An answer in a line. */
export function inWords(answer: Answer): string {
  if ('failure' in answer) return `failed: ${answer.failure}`;
  return answer.violations.map(({ problem }) => problem).join('; ');
}
