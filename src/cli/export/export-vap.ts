import { Document } from 'yaml';
import { triedOrTold } from '../explain/explain.ts';
import type { Output } from '../mistakes-block.ts';
import { optionsInForce } from '../rules-in-force.ts';
import type { PolicyPaths, TriedPolicy } from '../tried-policy.ts';
import { VALID_REFERENCE } from '../../engine/policy.ts';
import { printable } from '../../mistake/printable.ts';
import { admissionPolicies, type Vap } from '../../vap/admission-policies.ts';

export interface ExportVapOptions extends Output, PolicyPaths {
  readonly isStatic: boolean;
  /** Names of namespaces; absent, wherever the gate judges, and its own. */
  readonly namespaces?: readonly string[] | undefined;
  /** In milliseconds since 1970. */
  readonly now: number;
}

/**
 * `imagegate export vap`: the policy in force as a ValidatingAdmissionPolicy, in YAML. What it lacks is printed on stderr,
 * too. Resolves with the exit code: 2 if the gate would not use the policy, or the API server could not evaluate it.
 */
export async function exportVap(options: ExportVapOptions): Promise<0 | 2> {
  const { writeError, write } = options;
  const tried = await triedOrTold(options);
  if (tried === undefined) return 2;
  const { objects, leftOut, tooCostly } = policiesOf(tried, options);
  if (tooCostly.length > 0) {
    writeError(
      linesText('Too large for the API server; let patterns stand for several entries, or switch off:', tooCostly),
    );
    return 2;
  }
  const left = leftOut.length === 0 ? '' : linesText('Left out, as CEL cannot say it:', leftOut);
  writeError(left);
  const head = `Made by imagegate export vap. Do not edit it: export it anew when the policy changes.\n${left}`;
  // No `---` after it: the API server takes a document of comments alone for a broken static manifest.
  write(`${head.trimEnd().replaceAll(/^/gm, '# ')}\n${objects.map(yamlOf).join('---\n')}`);
  return 0;
}

/** What it prints. */
export function policiesOf(
  { ruleset, rules: known }: TriedPolicy,
  options: Pick<ExportVapOptions, 'isStatic' | 'namespaces' | 'now'>,
): Vap {
  const rules = new Map(known.map((rule) => [rule.name, rule]));
  return admissionPolicies(ruleset, {
    ...options,
    order: [VALID_REFERENCE, ...rules.keys()],
    optionsOf: ({ rule, setting }) => optionsInForce(setting!, rules.get(rule)!),
  });
}

function linesText(title: string, lines: readonly string[]): string {
  return [title, ...lines.map((line) => `- ${printable(line, 1024)}`), ''].join('\n');
}

function yamlOf(object: object): string {
  return new Document(object, { aliasDuplicateObjects: false }).toString({ lineWidth: 0, singleQuote: true });
}
