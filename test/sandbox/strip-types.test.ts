import { expect } from 'chai';
import { stripTypes } from '../../src/sandbox/strip-types.ts';
import type { Source } from '../../src/sandbox/strip-texts.ts';

const folderOf = (texts: Readonly<Record<string, string>>): Map<string, Source> =>
  new Map(Object.entries(texts).map(([name, text]) => [name, { text }]));

describe('stripTypes', () => {
  it('leaves lines and columns where they were, and everything else as it is', async () => {
    const folder = folderOf({
      'a.ts': 'const a: number = 1;\nexport type B = 1;\nb(a as any);',
      'c.js': 'const d: = 1',
      'e.json': '1',
    });
    await stripTypes([folder, folderOf({})]);
    expect(Object.fromEntries(folder)).to.deep.equal({
      'a.ts': { text: 'const a         = 1;\n                  \nb(a       );' },
      'c.js': { text: 'const d: = 1' },
      'e.json': { text: '1' },
    });
  });

  it('tells each text that cannot be read, and goes on behind one that ends the thread', async () => {
    const folder = folderOf({
      'a.ts': '('.repeat(100_000),
      'b.mts': 'enum A {}',
      'c.ts': 'a!',
      'd.ts': '['.repeat(50_000),
      'e.ts': 'let a: 1;',
    });
    await stripTypes([folder]);
    expect(Object.fromEntries(folder)).to.deep.equal({
      'a.ts': { problem: { message: 'it is nested too deeply' } },
      'b.mts': { problem: { message: 'TypeScript enum is not supported in strip-only mode', line: 1, column: 1 } },
      'c.ts': { text: 'a ' },
      'd.ts': { problem: { message: 'it is nested too deeply' } },
      'e.ts': { text: 'let a   ;' },
    });
  });

  for (const [what, script] of [
    ['says nothing', ''],
    ['fails', 'throw 1;'],
  ] as const) {
    it(`goes on where a thread ${what}`, async () => {
      const folder = folderOf({ 'a.ts': '1', 'b.ts': '2' });
      await stripTypes([folder], new URL(`data:text/javascript,${script}`));
      expect([...folder.values()]).to.deep.equal(
        Array.from({ length: 2 }, () => ({ problem: { message: 'its types cannot be taken out' } })),
      );
    });
  }
});
