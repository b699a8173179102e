import { expect } from 'chai';
import { readPage } from '../docs/tables.ts';
import { until } from '../until.ts';
import { blocksOf } from './readme.ts';
import { behindTheGate } from './shared-installation.ts';

const role = blocksOf(readPage('docs/rights.md'))
  .filter(({ language }) => language === 'yaml')
  .map(({ lines }) => lines.join('\n'))
  .join('\n---\n');

/** What kubectl auth can-i is asked in the gate's namespace, and whether a policy editor may. */
const asked: readonly (readonly [string, boolean])[] = [
  ['get configmap/imagegate-webhook-config', true],
  ['patch configmap/imagegate-webhook-config', true],
  ['update configmap/imagegate-webhook-rules', true],
  ['delete configmap/imagegate-webhook-config', false],
  ['create configmaps', false],
  ['patch configmap/another', false],
  ['get secret/imagegate-webhook-certificates', false],
  ['patch deployment/imagegate-webhook', false],
  ['create pods', false],
  ['patch validatingwebhookconfiguration/com.imagegate.webhook', false],
];

describe('docs/rights.md', () => {
  const suite = behindTheGate('rights');
  const mayEdit = async (what: string): Promise<boolean> => {
    const as = ['--as', 'alice', '--as-group', 'policy-editors', '--namespace', 'imagegate'];
    return (await suite().cluster.kubectl(['auth', 'can-i', ...what.split(' '), ...as])).code === 0;
  };

  before(async () => {
    expect(await mayEdit('patch configmap/imagegate-webhook-config')).to.equal(false);
    await suite().cluster.apply(role);
    await until(async () => mayEdit('patch configmap/imagegate-webhook-config'), 'the role to be in force');
  });
  after(async () => suite().cluster.kubectl(['delete', '-f', '-'], { input: role }));

  for (const [what, may] of asked) {
    it(`${may ? 'lets' : 'does not let'} a policy editor ${what}`, async () => {
      expect(await mayEdit(what)).to.equal(may);
    });
  }

  it('lets one change the policy, and the gate judge the change', async () => {
    const patch = async (value: string) => {
      const data = JSON.stringify({ data: { BLOCKED_TAGS: 'staging,latest', RULE_BLOCKED_TAGS: value } });
      const what = ['-n', 'imagegate', 'patch', 'configmap', 'imagegate-webhook-config', '--patch', data];
      return suite().cluster.kubectl([...what, '--dry-run=server', '--as', 'alice', '--as-group', 'policy-editors']);
    };
    expect(await patch('warn')).to.include({ code: 0, stderr: '' });
    expect((await patch('wran')).stderr).to.include('Did you mean warn?');
  });
});
