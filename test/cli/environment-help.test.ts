import { expect } from 'chai';
import { environmentHelp } from '../../src/cli/environment-help.ts';

describe('environmentHelp', () => {
  it('has a line for each variable, with what it means below what the others mean', () => {
    const [head, ...lines] = environmentHelp().trim().split('\n');
    expect(head).to.equal('Environment:');
    const columns = lines.map((line) => /^ {2}\S+ {2,}(?=\w)/.exec(line)?.[0].length);
    expect(new Set(columns)).to.have.property('size', 1);
    for (const line of lines)
      expect(line)
        .to.match(/ \(default: \S.*\)$/)
        .and.not.include('undefined');
  });
});
