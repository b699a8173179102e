import { Ajv } from 'ajv';
import { expect } from 'chai';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { policySchemaText } from '../../scripts/policy-schema-text.ts';
import { policySchema } from '../../src/policy/policy-schema.ts';
import { projectRoot } from '../project-root.ts';

type Node = Readonly<Record<string, unknown>>;

interface ActionNode {
  readonly properties: { readonly action: { readonly description: string } };
}

/** Every schema of a property within a schema, with its path. */
function properties(schema: unknown, path = ''): readonly (readonly [path: string, property: Node])[] {
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([key, value]) => {
    const own = key === 'properties' ? Object.entries(value as Record<string, Node>) : [];
    return [
      ...own.map(([name, property]) => [`${path}/${name}`, property] as const),
      ...properties(value, `${path}/${key}`),
    ];
  });
}

describe('schemas/policy.schema.json', () => {
  let text: string;
  let validate: (policy: unknown) => boolean;

  before(async () => {
    text = await readFile(join(projectRoot, 'schemas/policy.schema.json'), 'utf8');
    // An editor knows nothing of our keyword, and passes over it.
    const check = new Ajv({ strict: false }).compile(JSON.parse(text));
    validate = (policy) => check(policy);
  });

  it('is fresh (npm run policy-schema writes it)', async () => {
    expect(text).to.equal(await policySchemaText(projectRoot));
  });

  it('is of draft-07, which editors read', () => {
    expect(JSON.parse(text)).to.include({ $schema: 'http://json-schema.org/draft-07/schema#' });
  });

  it('has a title and a description of every property', () => {
    const found = properties(JSON.parse(text));
    expect(found.length).to.be.above(30);
    for (const [path, property] of found) {
      expect(property['title'], path).to.be.a('string').and.not.equal('');
      expect(property['description'], path).to.match(/^[A-Z].*\.$/);
    }
  });

  it('says what each rule does where no action is written', () => {
    const { definitions } = JSON.parse(text) as {
      definitions: { rules: { properties: Readonly<Record<string, ActionNode>>; additionalProperties: ActionNode } };
    };
    const { properties: builtIn, additionalProperties: custom } = definitions.rules;
    const said = ({ properties: { action } }: ActionNode): string => action.description.split('Where ')[1] ?? '';
    expect(said(builtIn['empty-tag']!)).to.equal('none is written anywhere, it is deny.');
    expect(said(builtIn['require-digest']!)).to.equal('none is written anywhere, it is off.');
    expect(said(builtIn['valid-reference']!)).to.equal('none is written anywhere, it is deny.');
    expect(said(custom)).to.equal('none is written anywhere, it is what the rule says of itself.');
  });

  for (const [policy, valid] of [
    [{}, true],
    [{ rules: { 'blocked-tags': { action: 'warn', options: { tags: ['x'], implicitLatest: true } } } }, true],
    [{ rules: { 'blocked-tags': [{ options: { tags: ['x'] } }, { action: 'warn', message: 'x' }] } }, true],
    [{ rules: { 'blocked-tags': [{ options: { tag: ['x'] } }] } }, false],
    [{ rules: { 'blocked-tags': [] } }, false],
    [{ rules: { mine: [{ options: { x: 1 }, images: ['**'] }] } }, true],
    [{ rules: { mine: [{ option: { x: 1 } }] } }, false],
    [{ profiles: { lab: { rules: { 'blocked-tags': [{ options: { tags: 'x' } }] } } } }, false],
    [{ rules: { 'blocked-tags': { options: { tag: ['x'] } } } }, false],
    [{ rules: { 'blocked-tags': { options: { tags: 'x' } } } }, false],
    [{ rules: { 'registry-allowlist': { options: { unqualified: 'quay.io' } } } }, false],
    [{ rules: { 'empty-tag': { options: { x: 1 } } } }, false],
    [{ rules: { mine: { options: { x: 1 } } } }, true],
    [{ rules: { mine: { option: { x: 1 } } } }, false],
    [{ rules: { 'valid-reference': { action: 'off' } } }, false],
    [{ namespaces: [{ names: ['a'], rules: { 'blocked-tags': { options: { tags: 'x' } } } }] }, false],
    [{ exemptions: [{ name: 'a', reason: 'b', owner: 'c', expires: 'never', users: ['u'] }] }, false],
  ] as const) {
    it(`${valid ? 'takes' : 'refuses'} ${JSON.stringify(policy)}`, () => {
      expect(validate(policy)).to.equal(valid);
    });
  }

  it('asks for no option: it may stand in a key of its own, or in the policy of everywhere', () => {
    const description = 'D.';
    const LIST = {
      type: 'array',
      description,
      items: { type: 'object', properties: { c: { type: 'string' } } },
    } as const;
    const schema = {
      type: 'object',
      additionalProperties: false,
      required: ['a'],
      properties: { a: { type: 'string', description, title: 'Its own' }, b: LIST },
    } as const;
    const [made] = properties(policySchema([{ name: 'x', description, schema }]))
      .filter(([path]) => path.endsWith('/x/properties/options') || path.endsWith('/options'))
      .map(([, property]) => property);
    expect(made).to.deep.equal({
      title: 'options',
      description: 'The options of x.',
      type: 'object',
      additionalProperties: false,
      properties: {
        a: { type: 'string', description, title: 'Its own' },
        b: { ...LIST, title: 'b', items: { type: 'object', properties: { c: { type: 'string', title: 'c' } } } },
      },
    });
  });
});
