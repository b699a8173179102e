import { expect } from 'chai';
import { importsOf, isNodes } from './source-files.ts';

const SOURCE = `#!/usr/bin/env node
import { readFile } from 'node:fs/promises';
import path from 'path';
import type { Rule } from '../rule/rule.ts';
import { a, type B } from './b.ts';
import {
  c,
  type D,
} from '../c/d.ts';
import * as all from 'ajv';
import schema from '../../schemas/x.json' with { type: 'json' };
import './side-effect.ts';
export { e } from './e.ts';
export type { F } from './f.ts';
export * from './g.ts';
export const text = 'from "nowhere"';
const rule = defineRule('imagegate/rule');
const late = await import('../late.ts');
// import { no } from './no.ts';
/** import { no } from './no.ts'; */
`;

describe('importsOf', () => {
  const imports = importsOf(SOURCE, 'src/a/x.ts');

  it('finds every form of import', () => {
    expect(imports.map(({ specifier, typeOnly }) => (typeOnly ? `type ${specifier}` : specifier))).to.deep.equal([
      'node:fs/promises',
      'path',
      'type ../rule/rule.ts',
      './b.ts',
      '../c/d.ts',
      'ajv',
      '../../schemas/x.json',
      './side-effect.ts',
      './e.ts',
      'type ./f.ts',
      './g.ts',
      '../late.ts',
    ]);
  });

  it('knows where they lead', () => {
    expect(imports.map(({ path }) => path)).to.include.members(['src/rule/rule.ts', 'src/a/b.ts', 'schemas/x.json']);
    expect(importsOf("import { defineRule } from 'imagegate/rule';", 'rules/x.ts')[0]?.path).to.equal(
      'src/rule/index.ts',
    );
  });

  it('knows which come late', () => {
    expect(imports.filter(({ isLazy }) => isLazy).map(({ specifier }) => specifier)).to.deep.equal(['../late.ts']);
  });

  it("knows Node's own, with and without the prefix", () => {
    expect(imports.filter(isNodes).map(({ specifier }) => specifier)).to.deep.equal(['node:fs/promises', 'path']);
  });
});
