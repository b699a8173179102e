import { parse } from 'yaml';
import { importPolicies } from '../../../src/cli/import/import.ts';

/** What an import of a text prints, and its exit code. */
export async function tryImport(text: string) {
  const [said, failed]: [string[], string[]] = [[], []];
  const code = await importPolicies({
    paths: ['-'],
    stdin: bytesOf(text),
    write: (part) => void said.push(part),
    writeError: (part) => void failed.push(part),
  });
  const stdout = said.join('');
  const stderr = failed.join('').replaceAll('standard input:', '');
  return { code, stdout, stderr, policy: parse(stdout) as ImportedPolicy | null, leftOut: leftOutOf(stderr) };
}

interface ImportedPolicy {
  readonly rules: Readonly<Record<string, unknown>>;
  readonly namespaces?: unknown;
  readonly exemptions?: unknown;
}

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text);
}

/** The places of what was left out, without line and column. */
function leftOutOf(stderr: string): readonly string[] {
  return [...stderr.matchAll(/^ {2}\d+:\d+ (\S+): expected .*\[import-left-out\]$/gm)].map(([, place]) => place!);
}

/** The rules of a policy that are on. */
export function rulesOn(policy: ImportedPolicy | null): Readonly<Record<string, unknown>> {
  const rules = Object.entries(policy?.rules ?? {});
  return Object.fromEntries(rules.filter(([, entry]) => (entry as { readonly action?: string }).action !== 'off'));
}

/** A ClusterPolicy of one rule for pods. */
export function clusterPolicy(rule: string, spec = 'validationFailureAction: Enforce'): string {
  const match = 'match: { any: [{ resources: { kinds: [Pod] } }] }';
  return `apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: { name: p }\nspec:\n  ${spec}\n  rules:\n    - name: r\n${indented(rule.includes('match:') ? rule : `${match}\n${rule}`, 6)}\n`;
}

/** A constraint for pods. */
export function constraint(kind: string, parameters: string, rest = 'enforcementAction: deny'): string {
  return `apiVersion: constraints.gatekeeper.sh/v1beta1\nkind: ${kind}\nmetadata: { name: c }\nspec:\n  ${rest}\n  parameters: ${parameters}\n`;
}

function indented(text: string, by: number): string {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => ' '.repeat(by) + line)
    .join('\n');
}
