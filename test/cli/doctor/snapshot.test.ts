import { expect } from 'chai';
import { isMatched } from '../../../src/cli/doctor/snapshot.ts';

const rule = (group: string, resource: string, operation: string, scope?: string) => ({
  apiGroups: [group],
  resources: [resource],
  operations: [operation],
  ...(scope !== undefined && { scope }),
});

/** As the API server matches. */
const ROWS: readonly (readonly [rule: object, asked: readonly [string, string, string], isMatched: boolean])[] = [
  [rule('', 'pods', 'CREATE'), ['', 'pods', 'CREATE'], true],
  [rule('', 'pods', 'CREATE', 'Namespaced'), ['', 'pods', 'CREATE'], true],
  [rule('', 'pods', 'CREATE', 'Cluster'), ['', 'pods', 'CREATE'], false],
  [rule('*', '*', '*', '*'), ['apps', 'deployments', 'UPDATE'], true],
  [rule('', 'pods', 'CREATE'), ['', 'pods', 'UPDATE'], false],
  [rule('apps', 'pods', 'CREATE'), ['', 'pods', 'CREATE'], false],
  [rule('', 'pods', 'UPDATE'), ['', 'pods/ephemeralcontainers', 'UPDATE'], false],
  [rule('', '*', 'UPDATE'), ['', 'pods/ephemeralcontainers', 'UPDATE'], false],
  [rule('', 'pods/ephemeralcontainers', 'UPDATE'), ['', 'pods/ephemeralcontainers', 'UPDATE'], true],
  [rule('', 'pods/*', 'UPDATE'), ['', 'pods/ephemeralcontainers', 'UPDATE'], true],
  [rule('', '*/ephemeralcontainers', 'UPDATE'), ['', 'pods/ephemeralcontainers', 'UPDATE'], true],
  [rule('', '*/*', 'UPDATE'), ['', 'pods/ephemeralcontainers', 'UPDATE'], true],
  [rule('', '*/*', 'UPDATE'), ['', 'pods', 'UPDATE'], true],
  [rule('', 'pods/*', 'UPDATE'), ['', 'pods', 'UPDATE'], false],
];

describe('isMatched', () => {
  for (const [one, asked, expected] of ROWS) {
    it(`is ${expected} of ${asked.join(' ')} by ${JSON.stringify(one)}`, () => {
      expect(isMatched([rule('x', 'y', 'CREATE'), one], ...asked)).to.equal(expected);
    });
  }
});
