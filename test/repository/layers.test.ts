import { expect } from 'chai';
import { importCircles, layerOf } from './layers.ts';
import { importsOf } from './source-files.ts';

/** Files of src/ that only import: of each its name, and what it imports. */
const files = (imports: Readonly<Record<string, readonly string[]>>) =>
  Object.entries(imports).map(([name, others]) => {
    const text = others.map((other) => `import type { T } from './${other}.ts';\n`).join('');
    return { path: `src/${name}.ts`, text, imports: importsOf(text, `src/${name}.ts`) };
  });

describe('layerOf', () => {
  it('is the folder, or the file in none', () => {
    expect(['src/gate/request/body.ts', 'src/rule/rule.ts', 'src/main.ts'].map(layerOf)).to.deep.equal([
      'gate/request',
      'rule',
      'main.ts',
    ]);
  });
});

describe('importCircles', () => {
  it('finds none where imports lead down, also to the same file', () => {
    expect(importCircles(files({ a: ['b', 'c'], b: ['d'], c: ['d'], d: [] }))).to.deep.equal([]);
  });

  it('finds each once, of types, of one file and of several', () => {
    const circles = importCircles(
      files({ a: ['b'], b: ['c', 'd'], c: ['a'], d: ['e'], e: ['d', 'f'], f: [], g: ['g'] }),
    );
    expect(circles).to.deep.equal([['src/a.ts', 'src/b.ts', 'src/c.ts'], ['src/d.ts', 'src/e.ts'], ['src/g.ts']]);
  });
});
