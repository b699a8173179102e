import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { policySchema } from '../src/policy/policy-schema.ts';
import { loadRules } from '../src/rule-file/load-rules.ts';

/**
 * The JSON Schema of policy.yaml with the options of the built-in rules, as it stands in schemas/.
 *
 * @param root the project's folder, with what is built
 */
export async function policySchemaText(root: string): Promise<string> {
  const rules = await loadRules(join(root, 'build', 'rules'));
  const path = join(root, 'schemas', 'policy.schema.json');
  return format(JSON.stringify(policySchema(rules.map(({ meta }) => meta))), {
    ...(await resolveConfig(path)),
    parser: 'json',
  });
}
