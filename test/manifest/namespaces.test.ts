import { expect } from 'chai';
import { Namespaces } from '../../src/manifest/namespaces.ts';

const namespace = (labels?: object, name: unknown = 'shop') => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels },
});

describe('Namespaces', () => {
  for (const [what, object, said] of [
    ['no labels', namespace(), { isExempt: false }],
    ['the label that exempts', namespace({ 'imagegate/disable-filtering': 'true' }), { isExempt: true }],
    [
      'the label that exempts, of another value',
      namespace({ 'imagegate/disable-filtering': 'yes' }),
      { isExempt: false },
    ],
    ['the label of a profile', namespace({ 'imagegate/profile': 'prod' }), { isExempt: false, profile: 'prod' }],
    [
      'both',
      namespace({ 'imagegate/profile': '', 'imagegate/disable-filtering': 'true' }),
      { isExempt: true, profile: '' },
    ],
    [
      'labels that are no text',
      namespace({ 'imagegate/profile': 1, 'imagegate/disable-filtering': true }),
      { isExempt: false },
    ],
    ['another name', namespace({ 'imagegate/disable-filtering': 'true' }, 'other'), { isExempt: false }],
    ['a name that is no text', namespace({ 'imagegate/disable-filtering': 'true' }, ['shop']), { isExempt: false }],
    ['another kind', { ...namespace({ 'imagegate/disable-filtering': 'true' }), kind: 'Tenant' }, { isExempt: false }],
    [
      'another group',
      { ...namespace({ 'imagegate/disable-filtering': 'true' }), apiVersion: 'a.b/v1' },
      { isExempt: false },
    ],
  ] as const) {
    it(`has of one with ${what} ${JSON.stringify(said)}`, () => {
      const namespaces = new Namespaces();
      expect(namespaces.add(object)).to.equal(false);
      expect(namespaces.labelsOf('shop')).to.deep.equal(said);
      expect(namespaces.add(object)).to.equal(false);
    });
  }

  it('has those exempt that the webhook is not asked about', () => {
    for (const name of ['imagegate', 'kube-system'])
      expect(new Namespaces().labelsOf(name)).to.deep.equal({ isExempt: true });
  });

  for (const label of ['profile', 'disable-filtering']) {
    it(`says that the label imagegate/${label} comes too late`, () => {
      const namespaces = new Namespaces();
      namespaces.labelsOf('shop');
      expect(namespaces.add(namespace({ [`imagegate/${label}`]: 'true' }))).to.equal(true);
      expect(namespaces.add(namespace({ [`imagegate/${label}`]: 'true' }))).to.equal(false);
    });
  }
});
