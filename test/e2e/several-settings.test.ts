import { expect } from 'chai';
import { until } from '../until.ts';
import { pod, podSpec } from './objects.ts';
import { behindRules } from './rules-gate.ts';
import { about, blockedTag, done, noTag, notCreated } from './sentences.ts';

const contact = 'Ask images@example.com.';

// JSON is YAML.
const policy = JSON.stringify({
  contact,
  rules: {
    'blocked-tags': [
      { action: 'deny', options: { tags: ['latest'] }, message: 'Ask platform for a pinned tag.' },
      { action: 'warn', options: { tags: ['*-rc*', 'latest'] }, message: 'It is on its way out.' },
      { action: 'deny', options: { tags: ['lab'] }, namespaces: ['lab-*'] },
      { action: 'deny', options: { tags: ['old', 'latest'] }, images: ['docker.io/acme/**'] },
    ],
  },
});

describe('a rule with several settings', () => {
  const gate = behindRules('several-settings');
  before(async () => {
    // The key that is shipped does not go with a list.
    await gate().change({ BLOCKED_TAGS: null, 'policy.yaml': policy });
  });

  const created = (...warnings: string[]) => done('pod/x created (server dry run)', warnings);
  const rehearsed = (image: string) =>
    `${blockedTag('c0', image, '*-rc*,latest')} It is on its way out. [imagegate: blocked-tags]`;
  const latest = 'docker.io/acme/app:latest';
  const denied = notCreated([
    ...about('Pod several-settings/x', [
      `${blockedTag('c0', latest, 'latest')} Ask platform for a pinned tag.`,
      blockedTag('c0', latest, 'old,latest'),
    ]),
    contact,
  ]);
  for (const [image, expected] of [
    [latest, { ...denied, stderr: `Warning: ${rehearsed(latest)}\n${denied.stderr}` }],
    ['docker.io/acme/app:1-rc1', created(rehearsed('docker.io/acme/app:1-rc1'))],
    ['docker.io/acme/app:lab', created()],
    ['docker.io/other/app:old', created()],
    [
      'docker.io/acme/app:old',
      notCreated([
        ...about('Pod several-settings/x', [blockedTag('c0', 'docker.io/acme/app:old', 'old,latest')]),
        contact,
      ]),
    ],
  ] as const) {
    it(`judges ${image} by each of them`, async () => {
      expect(await gate().dryRun(pod('x', podSpec(image)))).to.deep.equal(expected);
    });
  }

  it('denies with the uid of the review once the policy says so', async () => {
    await gate().change({ 'policy.yaml': 'decisionId: true' });
    const { stderr } = await gate().run('docker.io/x');
    const [sentence, last = '', ...others] = stderr.trimEnd().split('\n');
    expect(sentence).to.match(/ denied the request: /);
    expect(sentence?.endsWith(noTag('x', 'docker.io/x'))).to.equal(true);
    expect(last).to.match(/^Pod several-settings\/x, by empty-tag\. [0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(others).to.deep.equal([]);
    const itsLine = () =>
      gate()
        .log()
        .find(({ uid }) => typeof uid === 'string' && last.endsWith(` ${uid}`));
    expect(await until(itsLine, 'its line in the log')).to.include({ verdict: 'denied' });
  });
});
