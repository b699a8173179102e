import { expect } from 'chai';
import { syntaxLine } from '../../src/workers/syntax-line.ts';

describe('syntaxLine', () => {
  it('is the line at which the syntax of a module breaks', async () => {
    expect(await syntaxLine('export const a = 1;\n\nconst b = ;', 'module')).to.equal(3);
  });

  it('is not known of a module without a fault, however long it is', async () => {
    expect(await syntaxLine(`export const a = 1;\n${'// x\n'.repeat(1e5)}`, 'module')).to.equal(undefined);
  });
});
