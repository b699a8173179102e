import { extname } from 'node:path';
import { isRuleName, type RuleFile } from '../rule-file/rule-files.ts';
import type { PolicyConfigMap } from './config-map.ts';

/**
 * The rule files of a ConfigMap as `findRuleFiles` would find them, were it mounted.
 *
 * @param folder what to call the place where they would be
 */
export function ruleFilesOf({ data }: PolicyConfigMap, folder: string): readonly RuleFile[] {
  const texts = data ?? {};
  return Object.keys(texts)
    .filter(isRuleName)
    .toSorted()
    .map((key) => {
      const path = `${folder}/${key}`;
      return { name: key.slice(0, -extname(key).length), path, realpath: path, beside: texts };
    });
}
