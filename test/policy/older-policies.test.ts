import { Ajv } from 'ajv';
import { expect } from 'chai';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { loadRuleset } from '../../src/ruleset/load-ruleset.ts';
import { isObject } from '../../src/workload/json-object.ts';
import { podCreate } from '../admission-request.ts';
import { projectRoot } from '../project-root.ts';
import { reviewNow } from '../review-now.ts';
import { BUILT_IN } from '../ruleset.ts';
import { IMAGES, NAMESPACES, OLDER_POLICIES, type OlderPolicy } from './older-policies.ts';

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly $ref?: string;
  readonly enum?: readonly unknown[];
  readonly definitions?: { readonly rules: Schema };
}

/** The schema of policy.yaml at 951f9a1, before the first release. */
const SCHEMA = JSON.parse(
  await readFile(join(projectRoot, 'test/policy/policy-951f9a1.schema.json'), 'utf8'),
) as Schema;

const yamlOf = ({ keys }: OlderPolicy): unknown => parse(keys['policy.yaml'] ?? '{}');

/** The path to each property of the schema and to each value of a choice; of the rules, without those of a namespace. */
function pathsOf({ $ref, properties = {}, items, enum: choice = [] }: Schema, path = ''): readonly string[] {
  if ($ref !== undefined) return path === '/rules' ? pathsOf(SCHEMA.definitions!.rules, path) : [];
  return [
    ...choice.map((value) => `${path}=${String(value)}`),
    ...(items === undefined ? [] : pathsOf(items, `${path}/*`)),
    ...Object.entries(properties).flatMap(([name, its]) => [`${path}/${name}`, ...pathsOf(its, `${path}/${name}`)]),
  ];
}

/** The same of a value. */
function pathsIn(value: unknown, path = ''): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item) => pathsIn(item, `${path}/*`));
  if (!isObject(value)) return [`${path}=${String(value)}`];
  return Object.entries(value).flatMap(([name, its]) => [`${path}/${name}`, ...pathsIn(its, `${path}/${name}`)]);
}

/** The verdicts as `OlderPolicy` has them. */
async function verdictsUnder({ keys }: OlderPolicy): Promise<string> {
  const values = Object.entries(keys).map(([key, text]) => [key, { text, source: { name: key } }] as const);
  const loadCustomRules = async () => Promise.resolve({ rules: [], mistakes: [] });
  const ruleset = await loadRuleset(
    { builtIn: BUILT_IN, environment: {}, loadCustomRules },
    { policy: { keys: new Map(values), mistakes: [] }, ruleFiles: [] },
  );
  const letter = (image: string, namespace: string): string => {
    const userInfo = { username: 'jane', groups: ['billing'] };
    const object = { metadata: { name: 'p' }, spec: { serviceAccountName: 'deployer', containers: [{ image }] } };
    const request = podCreate({}, { namespace, userInfo, object });
    const { response } = reviewNow(request, ruleset, { now: Date.UTC(2026, 10, 29) });
    if (!response.allowed) return 'D';
    return response.warnings === undefined ? 'A' : 'W';
  };
  return NAMESPACES.map((namespace) => IMAGES.map((image) => letter(image, namespace)).join('')).join(' ');
}

describe('a policy of 951f9a1', () => {
  for (const [name, policy] of Object.entries(OLDER_POLICIES)) {
    it(`was one: ${name}`, () => {
      const ajv = new Ajv({ strict: false });
      expect(ajv.validate(SCHEMA, yamlOf(policy)), ajv.errorsText()).to.equal(true);
    });

    it(`has its verdicts still: ${name}`, async () => {
      expect(await verdictsUnder(policy)).to.equal(policy.verdicts);
    });
  }

  it('is tried with all that it could say', () => {
    const said = new Set(Object.values(OLDER_POLICIES).flatMap((policy) => pathsIn(yamlOf(policy))));
    const actions = /\/action=/;
    const unsaid = pathsOf(SCHEMA).filter((path) => !said.has(path));
    expect(unsaid.filter((path) => !actions.test(path))).to.deep.equal([]);
    const used = [...said].filter((path) => actions.test(path)).map((path) => path.split('=')[1]);
    expect([...new Set(used)]).to.have.members(['deny', 'warn', 'audit', 'off']);
  });
});
