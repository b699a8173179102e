import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { at } from '../deploy/manifests.ts';
import { projectRoot } from '../project-root.ts';
import { codesIn, plain, readPage, rowsUnder } from './tables.ts';

interface Schema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: unknown;
}

const read = (file: string): unknown => parse(readFileSync(join(projectRoot, 'deploy', 'chart', file), 'utf8'));
const schema = read('values.schema.json') as Schema;

/** The paths of what can be said: what is an object of free form ends one. */
function paths({ properties, additionalProperties }: Schema, path: string): readonly string[] {
  if (properties === undefined || additionalProperties !== false) return [path];
  return Object.entries(properties).flatMap(([name, of]) => paths(of, path === '' ? name : `${path}.${name}`));
}

describe('the values of docs/helm.md', () => {
  const rows = rowsUnder(readPage('docs/helm.md'), 'value');
  const values = read('values.yaml');

  it('are those of the schema, in their order', () => {
    const known = paths(schema, '').filter((path) => path !== 'global');
    expect(rows.map(([name]) => plain(name))).to.deep.equal(known);
  });

  for (const [name, , byDefault] of rows) {
    const path = plain(name);
    it(`have the default of ${path}`, () => {
      const value = at(values, path.split('.'));
      const [code] = codesIn(byDefault);
      if (code !== undefined) expect(String(value)).to.equal(code);
      else if (path === 'resources') expect(value).to.be.an('object');
      else
        expect([null, '', '{}', '[]']).to.include(typeof value === 'object' && value ? JSON.stringify(value) : value);
    });
  }
});
