import { expect } from 'chai';
import { admissionRequestOf, type Sender } from '../../src/manifest/admission-request.ts';

const DIGEST = `sha256:${'0'.repeat(64)}`;

/** Pod specs, and what the API server makes of them: of each kind that has one, and of a Pod. */
const SPECS: readonly (readonly [what: string, spec: object, filledIn: object, ofPod?: object])[] = [
  ['no account', {}, {}, { serviceAccountName: 'default' }],
  ['an account', { serviceAccountName: 'a' }, { serviceAccountName: 'a' }],
  ['an account by its older name', { serviceAccount: 'a' }, { serviceAccount: 'a', serviceAccountName: 'a' }],
  ...['initContainers', 'containers', 'ephemeralContainers'].map(
    (list) =>
      [
        `${list} without pull policies`,
        {
          serviceAccountName: 'a',
          [list]: [{ image: 'a' }, { image: 'a:1', imagePullPolicy: '' }, { imagePullPolicy: 'Never' }, 1],
        },
        {
          serviceAccountName: 'a',
          [list]: [
            { image: 'a', imagePullPolicy: 'Always' },
            { image: 'a:1', imagePullPolicy: 'IfNotPresent' },
            { imagePullPolicy: 'Never' },
            1,
          ],
        },
      ] as const,
  ),
  [
    'image volumes, and others',
    { serviceAccountName: 'a', volumes: [{ image: { reference: `a:latest@${DIGEST}` } }, { emptyDir: {} }] },
    {
      serviceAccountName: 'a',
      volumes: [{ image: { reference: `a:latest@${DIGEST}`, pullPolicy: 'Always' } }, { emptyDir: {} }],
    },
  ],
];

/** Who sends what, and the namespace and the user of the request. */
const SENDERS: readonly (readonly [
  metadata: object,
  sender: Sender,
  namespace: string,
  user: string,
  groups?: string[],
])[] = [
  [{}, {}, 'default', 'check'],
  [{ namespace: '' }, { namespace: 'n' }, 'n', 'check'],
  [{ namespace: 'own' }, { namespace: 'n', user: 'ada' }, 'own', 'ada'],
  [
    {},
    { user: 'system:serviceaccount:ci:deployer' },
    'default',
    'system:serviceaccount:ci:deployer',
    ['system:serviceaccounts', 'system:serviceaccounts:ci'],
  ],
];

describe('admissionRequestOf', () => {
  for (const [what, spec, filledIn, ofPod = filledIn] of SPECS) {
    it(`fills in ${what}`, () => {
      const pod = { apiVersion: 'v1', kind: 'Pod', spec: structuredClone(spec) };
      expect(admissionRequestOf(pod, {}).object).to.deep.equal({ ...pod, spec: ofPod });
      const template = { spec: { template: { spec: structuredClone(spec) } } };
      const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', ...template };
      expect(admissionRequestOf(deployment, {}).object).to.deep.equal({
        ...deployment,
        spec: { template: { spec: filledIn } },
      });
      const rollout = {
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'Rollout',
        spec: { template: { spec: structuredClone(spec) } },
      };
      expect(admissionRequestOf(structuredClone(rollout), {}).object).to.deep.equal(rollout);
    });
  }

  for (const [metadata, sender, namespace, user, groups = []] of SENDERS) {
    it(`is by ${user} in ${namespace} for ${JSON.stringify(metadata)} and ${JSON.stringify(sender)}`, () => {
      const object = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'a', ...metadata } };
      expect(admissionRequestOf(object, sender)).to.deep.equal({
        uid: 'check',
        kind: { group: 'batch', version: 'v1', kind: 'Job' },
        operation: 'CREATE',
        namespace,
        name: 'a',
        userInfo: { username: user, groups: [...groups, 'system:authenticated'] },
        object,
      });
    });
  }

  it('leaves an object that cannot be read to the review', () => {
    const object = { apiVersion: 'v1', kind: 'Pod', spec: 1 };
    expect(admissionRequestOf(object, {}).object).to.deep.equal({ apiVersion: 'v1', kind: 'Pod', spec: 1 });
  });
});
