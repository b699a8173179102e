import { parse, parseDocument, stringify } from 'yaml';
import { blocksOf, commandsOfBlocks, type Command } from '../e2e/readme.ts';
import { isObject, type JsonObject } from '../../src/workload/json-object.ts';
import { readPage } from './tables.ts';

/** The section of docs/policy.md that leads from the policy as shipped to one of the operator's own. */
export const STEPS = 'From an empty file to a policy in force';

/** What deploy/policy/configmap.yaml is after a step, and what the operator runs then. */
export interface PolicyStep {
  readonly configMap: string;
  readonly commands: readonly Command[];
}

/** The steps of the page. The first block has the commands that follow each change; a change shows what it adds. */
export function policySteps(): readonly PolicyStep[] {
  const [afterEach, ...blocks] = blocksOf(readPage('docs/policy.md')).filter(({ section }) => section === STEPS);
  const steps: { configMap: string; commands: Command[] }[] = [];
  let policy: unknown = {};
  for (const block of blocks) {
    if (block.language === 'yaml') {
      const change = parse(block.lines.join('\n'));
      policy = laidOver(policy, parse(change.data?.['policy.yaml'] ?? '') ?? change);
      steps.push({ configMap: shippedWith(policy), commands: [...commandsOfBlocks([afterEach!])] });
    } else steps.at(-1)!.commands.push(...commandsOfBlocks([block]));
  }
  return steps;
}

function laidOver(below: unknown, above: unknown): unknown {
  if (!isObject(below) || !isObject(above)) return above;
  const entries = Object.entries(above).map(([key, value]) => [key, laidOver(below[key], value)]);
  return { ...below, ...(Object.fromEntries(entries) as JsonObject) };
}

/** The ConfigMap as shipped with a policy.yaml in place of its keys. */
function shippedWith(policy: unknown): string {
  const configMap = parseDocument(readPage('deploy/policy/configmap.yaml'));
  configMap.set('data', { 'policy.yaml': stringify(policy) });
  return String(configMap);
}
