import { expect } from 'chai';
import { until } from '../until.ts';
import { auditAnnotations } from './audit-log.ts';
import { pod, podSpec } from './objects.ts';
import { behindRules } from './rules-gate.ts';
import { about, blockedTag, done, noTag, notCreated, notValid, refused, untrusted } from './sentences.ts';

const DAY = 24 * 60 * 60 * 1000;
/** A day so many days from now, in UTC. */
const day = (days: number): string => new Date(Date.now() + days * DAY).toISOString().slice(0, 10);

// Made once: by the end of the run it may be another day.
const yesterday = day(-1);
const soon = day(3);
const later = day(30);
const contact = 'Ask images@example.com, or read https://wiki.example.com/images';

const policy = `
contact: ${contact}
rules:
  require-digest: { action: audit }
  blocked-images: { action: deny, options: { images: [docker.io/library/hacked] } }
namespaces:
  - names: [policy-yaml-dev*]
    rules:
      blocked-tags: { action: warn, options: { tags: [never] } }
      registry-allowlist: { options: { registries: [dev.example.com] } }
      require-digest: { action: 'off' }
  - names: ['policy-yaml-*']
    rules:
      empty-tag: { action: 'off' }
exemptions:
  - name: old-shop
    reason: It moves to the new registry.
    owner: the shop team
    expires: ${later}
    rules: [registry-allowlist]
    namespaces: [policy-yaml]
    images: [old.example.com/shop/*]
  - { name: ends-soon, reason: A trial., owner: the trial team, expires: ${soon}, images: ['soon.example.com/**'] }
  - { name: has-ended, reason: A trial., owner: the trial team, expires: ${yesterday}, images: ['ended.example.com/**'] }
  - { name: for-developers, reason: A trial., owner: all, expires: never, users: [developer], images: ['*.example.org/**'] }
  - { name: of-the-hub, reason: A trial., owner: all, expires: never, namespaces: [policy-yaml-other], images: [docker.io/library/hacked] }
`;

describe('policy.yaml', () => {
  const gate = behindRules('policy-yaml', { config: { 'policy.yaml': policy } });
  const others = ['policy-yaml-dev', 'policy-yaml-other'];
  const created = done('pod/x created (server dry run)');
  const verdict = async (image: string, namespace = 'policy-yaml') =>
    gate().dryRun(pod('x', podSpec(image)), namespace);
  const denied = (...sentences: string[]) => deniedIn('policy-yaml', ...sentences);
  const deniedIn = (namespace: string, ...sentences: string[]) =>
    notCreated([...about(`Pod ${namespace}/x`, sentences), contact]);

  before(async () => {
    await Promise.all(
      others.map(async (name) =>
        gate().cluster.apply(JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
      ),
    );
  });

  after(async () => {
    await gate().cluster.kubectl(['delete', 'namespace', ...others, '--wait=false']);
  });

  it('says in the last line of every denial whom to ask', async () => {
    expect(await verdict('nginx')).to.deep.equal(denied(noTag('c0', 'nginx'), untrusted('c0', 'nginx')));
    const unreadable = notValid('c0', 'Foo/bar:1', 'A registry must be in lower case.');
    expect(await verdict('Foo/bar:1')).to.deep.equal(denied(unreadable));
  });

  it('overrides actions and options where the first pattern matches a namespace', async () => {
    const tag = blockedTag('c0', 'dev.example.com/x:never', 'never');
    const warned = { ...created, stderr: `Warning: ${tag} [imagegate: blocked-tags]\n` };
    expect(await verdict('dev.example.com/x:never', 'policy-yaml-dev')).to.deep.equal(warned);
    const image = 'docker.io/x:latest';
    expect(await verdict(image, 'policy-yaml-dev')).to.deep.equal(
      deniedIn('policy-yaml-dev', untrusted('c0', image, 'dev.example.com')),
    );
    expect(await verdict('dev.example.com/x', 'policy-yaml-dev')).to.deep.equal(
      deniedIn('policy-yaml-dev', noTag('c0', 'dev.example.com/x')),
    );
  });

  it('overrides nothing else there, and nothing elsewhere', async () => {
    expect(await verdict('docker.io/x', 'policy-yaml-other')).to.deep.equal(created);
    const tag = blockedTag('c0', 'docker.io/x:latest');
    expect(await verdict('docker.io/x:latest', 'policy-yaml-other')).to.deep.equal(deniedIn('policy-yaml-other', tag));
    expect(await verdict('docker.io/x')).to.deep.equal(denied(noTag('c0', 'docker.io/x')));
  });

  it('knows Docker Hub by all its names, in what is denied and in what is exempt from that', async () => {
    const remedy = 'These images "docker.io/library/hacked" are prohibited.';
    for (const image of ['hacked:1', 'registry-1.docker.io/library/hacked:1', 'registry.hub.docker.com:443/hacked:1']) {
      const blocked = `c0 image has a non-allowed name! (${image}). ${remedy}`;
      expect(await verdict(image)).to.deep.equal(denied(untrusted('c0', image), blocked));
      expect(await verdict(image, 'policy-yaml-other')).to.deep.equal(
        deniedIn('policy-yaml-other', untrusted('c0', image)),
      );
    }
  });

  describe('exemptions', () => {
    const shop = 'old.example.com/shop/web:1';

    it('let pass what they cover, and no more', async () => {
      expect(await verdict(shop)).to.deep.equal(created);
      expect(await verdict(shop, 'policy-yaml-other')).to.deep.equal(
        deniedIn('policy-yaml-other', untrusted('c0', shop)),
      );
      const tag = 'old.example.com/shop/web:latest';
      expect(await verdict(tag)).to.deep.equal(denied(blockedTag('c0', tag)));
      const deeper = 'old.example.com/shop/web/x:1';
      expect(await verdict(deeper)).to.deep.equal(denied(untrusted('c0', deeper)));
    });

    it('are named in the audit log, in the log and in the metrics', async () => {
      const { cluster, dryRun, log, ops } = gate();
      expect(await dryRun(pod('exempted', podSpec(shop)))).to.include({ code: 0, stderr: '' });
      expect(await auditAnnotations(cluster, 'policy-yaml', 'exempted')).to.deep.equal({
        'com.imagegate.webhook/registry-allowlist': `[exempt: old-shop] ${untrusted('c0', shop)}`,
        'com.imagegate.webhook/require-digest': `c0 image has no digest! (${shop}). Only images with digests are allowed.`,
      });
      const line = await until(() => log().findLast(({ name }) => name === 'exempted'), 'its line in the log');
      expect(line).to.deep.include({ exempt: ['registry-allowlist by old-shop'], audited: ['require-digest'] });
      const { text } = await ops('/metrics');
      expect(text).to.match(
        /^imagegate_exempt_violations_total\{rule="registry-allowlist",exemption="old-shop",dry_run="true"\} [1-9]/m,
      );
    });

    it('warn whoever uses them in the last days', async () => {
      const words = `The exemption ends-soon ends after ${soon} (UTC) and covers nothing from then on. It is kept by the trial team. [imagegate]`;
      expect(await verdict('soon.example.com/a/b:latest')).to.deep.equal({ ...created, stderr: `Warning: ${words}\n` });
    });

    it('cover nothing once they have ended, of which the log tells', async () => {
      const image = 'ended.example.com/x:1';
      expect(await verdict(image)).to.deep.equal(denied(untrusted('c0', image)));
      const told = gate()
        .log()
        .filter(({ msg }) => msg === 'An exemption has ended.');
      expect(told).to.have.length(1);
      expect(told[0]).to.include({ exemption: 'has-ended', owner: 'the trial team' });
    });

    it('may be for those who ask', async () => {
      const image = 'a.example.org/x:1';
      expect(await gate().run(image, 'developer')).to.deep.equal(created);
      const words = `${untrusted('x', image)}\n${contact}`;
      expect(await gate().run(image)).to.deep.equal(
        refused(`Error from server: admission webhook "com.imagegate.webhook" denied the request: ${words}`),
      );
    });

    it('have their ends in the metrics', async () => {
      const { text } = await gate().ops('/metrics');
      const ends = [...text.matchAll(/^imagegate_exemption_expiry_timestamp_seconds\{exemption="(.*)"\} (\d+)$/gm)];
      expect(Object.fromEntries(ends.map(([, name, seconds]) => [name, Number(seconds)]))).to.deep.equal({
        'old-shop': (Date.parse(later) + DAY) / 1000,
        'ends-soon': (Date.parse(soon) + DAY) / 1000,
        'has-ended': (Date.parse(yesterday) + DAY) / 1000,
      });
    });
  });
});
