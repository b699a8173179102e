import { expect } from 'chai';
import { syntaxLine } from '../../src/workers/syntax-line.ts';
import { readsTypeScript } from './custom-rules.ts';

describe('syntaxLine', () => {
  for (const [language, what, source, line] of [
    ['js', 'a module', 'export const a = 1;\n\nconst b = ;', 3],
    ['js', 'a module that would end', 'import { a } from "./nope.js";\nprocess.exit();\nconst b = ;', 3],
    ['js', 'a module without a fault', "import './nope.js';\nawait 1;\nthrow 1;", undefined],
    ['js', 'a long module without a fault', `export const a = 1;\n${'// x\n'.repeat(1e5)}`, undefined],
    ['ts', 'its types', 'const a: string = 1;\n\nconst b: = 1;', 3],
    ['ts', 'what its types leave', "import './nope.ts';\nconst a: string = 1;\nlet a: number;", 3],
    ['ts', 'a module without a fault', "import './nope.ts';\nexport const a: string = 'a';", undefined],
  ] as const) {
    it(`is ${line ?? 'not known'} of ${what} (${language})`, async function () {
      if (language === 'ts' && !readsTypeScript) this.skip();
      expect(await syntaxLine(source, language, 10_000)).to.equal(line);
    });
  }
});
