import { expect } from 'chai';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { testPolicy } from '../../src/cli/test-policy.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { type StandInAnswer, standInApi } from './stand-in-api.ts';

const CORE = '/api/v1/namespaces/imagegate/configmaps/imagegate-webhook';
const [CONFIG, RULES] = [`${CORE}-config`, `${CORE}-rules`];
const DEPLOYMENT = '/apis/apps/v1/namespaces/imagegate/deployments/imagegate-webhook';

const map = (data: object): StandInAnswer => ({ body: { kind: 'ConfigMap', data } });
const deployment = (container: object): StandInAnswer => ({
  body: { spec: { template: { spec: { containers: [container] } } } },
});
const rule = (problem: string): string =>
  `import { word } from './_word.mjs';
export default { meta: { name: 'a-b', description: 'X.' }, check: () => [{ problem: '${problem}', remedy: word }] };
`;

const ALLOWED = 'quay.io/a:1 in the namespace default: allowed.\n';
const QUAY = 'app image comes from an untrusted registry! (quay.io/a:1). Only images from';
const DENIED = 'quay.io/a:1 in the namespace default: denied.\n  ';
/** What the cluster has, and what is said of quay.io/a:1, or why nothing, with the exit code. */
const POLICIES: readonly (readonly [
  what: string,
  answers: Readonly<Record<string, StandInAnswer>>,
  code: number,
  said: string,
])[] = [
  ['an empty one', { [CONFIG]: map({}) }, 0, `${DENIED}${QUAY} docker.io,gcr.io are allowed.\n`],
  ['one that has keys', { [CONFIG]: map({ ALLOWED_REGISTRIES: 'quay.io' }) }, 0, ALLOWED],
  ['policy.yaml', { [CONFIG]: map({ 'policy.yaml': 'rules: { registry-allowlist: { action: off } }' }) }, 0, ALLOWED],
  [
    'variables of the Deployment',
    {
      [CONFIG]: map({}),
      [DEPLOYMENT]: deployment({
        env: [
          { name: 'RULE_REGISTRY_ALLOWLIST', value: 'off' },
          { name: 'NODE', valueFrom: { fieldRef: {} } },
        ],
      }),
    },
    0,
    ALLOWED,
  ],
  [
    'rules, and what both ConfigMaps have, of which the second counts',
    {
      [CONFIG]: map({ ALLOWED_REGISTRIES: 'docker.io', 'a-b.mjs': rule('is one') }),
      [RULES]: map({
        ALLOWED_REGISTRIES: 'quay.io',
        'a-b.mjs': rule('is two'),
        '_word.mjs': "export const word = 'W.';",
      }),
    },
    0,
    `${DENIED}app image is two! (quay.io/a:1). W.\n`,
  ],
  ['none', {}, 2, 'imagegate-webhook-config of the namespace imagegate, found HTTP 404'],
  ['one that the gate would not use', { [CONFIG]: map({ X: '' }) }, 1, 'X (ConfigMap): '],
  [
    'one that may not be read',
    { [CONFIG]: { status: 403, body: {} } },
    2,
    'resources: ["configmaps"], verbs: ["get"] }',
  ],
  [
    'rules that may not be read',
    { [CONFIG]: map({}), [RULES]: { status: 403, body: {} } },
    2,
    'expected imagegate-webhook-rules of the namespace imagegate, found HTTP 403. ',
  ],
  [
    'variables that are elsewhere',
    {
      [CONFIG]: map({}),
      [DEPLOYMENT]: deployment({
        env: [
          { name: 'HINTS', valueFrom: { configMapKeyRef: {} } },
          { name: 'X', valueFrom: { secretKeyRef: {} } },
        ],
        envFrom: [{}],
      }),
    },
    2,
    'expected values in the environment of imagegate-webhook, found HINTS, X, envFrom. ',
  ],
];

describe('clusterPolicy', () => {
  const api = standInApi();
  const folder = temporaryFolder();

  for (const [what, answers, code, said] of POLICIES) {
    it(`reads what the gate would load: ${what}`, async () => {
      api.answer = (url) => answers[url];
      const texts: string[] = [];
      const write = (text: string): void => void texts.push(text);
      const options = { path: 'cluster', kubeconfig: api.kubeconfig, images: ['quay.io/a:1'], now: 0 };
      expect(await testPolicy({ ...options, write, writeError: write })).to.equal(code);
      if (code === 0) expect(texts.join('')).to.equal(said);
      else expect(texts.join('')).to.include('the policy of the cluster').and.to.include(said);
      expect(api.asked.filter((one) => !one.startsWith('GET '))).to.deep.equal([]);
    });
  }

  it('is of the cluster even where a file is called so', async () => {
    await writeFile(join(folder.path, 'cluster'), '');
    api.answer = (url) => (url === CONFIG ? map({}) : undefined);
    const write = (): void => {};
    await testPolicy({ path: 'cluster', kubeconfig: api.kubeconfig, now: 0, write, writeError: write });
    expect(api.asked).to.include(`GET ${CONFIG}`);
  });
});
