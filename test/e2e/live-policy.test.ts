import { expect } from 'chai';
import { join } from 'node:path';
import { mountConfigMap } from '../mounted-config-map.ts';
import { until } from '../until.ts';
import { auditAnnotations } from './audit-log.ts';
import { pod, podSpec } from './objects.ts';
import { behindRules, CONFIG } from './rules-gate.ts';
import { about, blockedTag, denial, done, noTag, notCreated, notValid, refused, untrusted } from './sentences.ts';

const created = (name: string, ...warnings: string[]) => done(`pod/${name} created (server dry run)`, warnings);

describe('a policy that changes while the gate runs', () => {
  const gate = behindRules('live-policy');
  const verdict = async (...images: string[]) => gate().dryRun(pod('x', podSpec(...images)));

  const denied = (sentences: readonly string[]) => notCreated(about('Pod live-policy/x', sentences));

  describe('ENFORCEMENT', () => {
    const images = ['nginx', 'Foo/bar:1', 'docker.io/x:latest'];
    const findings = [
      { rule: 'empty-tag', sentence: noTag('c0', 'nginx') },
      { rule: 'registry-allowlist', sentence: untrusted('c0', 'nginx') },
      { rule: 'valid-reference', sentence: notValid('c1', 'Foo/bar:1', 'A registry must be in lower case.') },
      { rule: 'blocked-tags', sentence: blockedTag('c2', 'docker.io/x:latest') },
    ];
    const violations = async (action: string): Promise<number> => {
      const { text } = await gate().ops('/metrics');
      const samples = text.matchAll(/^imagegate_violations_total\{(.*)\} (\d+)$/gm);
      return [...samples]
        .filter(([, labels]) => labels?.includes(`action="${action}"`) === true)
        .reduce((sum, [, , count]) => sum + Number(count), 0);
    };

    it('is deny if nothing is said', async () => {
      expect(await verdict(...images)).to.deep.equal(denied(findings.map(({ sentence }) => sentence)));
    });

    it('warn has every denial be a warning, what is no reference included', async () => {
      await gate().change({ ENFORCEMENT: 'warn' });
      const warnings = findings.map(({ rule, sentence }) => `${sentence} [imagegate: ${rule}]`);
      expect(await verdict(...images)).to.deep.equal(created('x', ...warnings));
      expect(await violations('warn')).to.equal(findings.length);
    });

    it('audit says nothing to anybody, but to the audit log, the log and the metrics', async () => {
      await gate().change({ ENFORCEMENT: 'audit', RULE_BLOCKED_TAGS: 'warn' });
      const { cluster, dryRun, log } = gate();
      expect(await dryRun(pod('rehearsed', podSpec(...images)))).to.deep.equal(created('rehearsed'));
      expect(await auditAnnotations(cluster, 'live-policy', 'rehearsed')).to.deep.equal(
        Object.fromEntries(findings.map(({ rule, sentence }) => [`com.imagegate.webhook/${rule}`, sentence])),
      );
      const line = await until(() => log().findLast(({ name }) => name === 'rehearsed'), 'its line in the log');
      expect(line).to.deep.include({ verdict: 'allowed', audited: findings.map(({ rule }) => rule) });
      expect(await violations('audit')).to.equal(findings.length);
    });
  });

  describe('HINTS', () => {
    it('has a denial say what was probably meant', async () => {
      await gate().change({ ENFORCEMENT: null, RULE_BLOCKED_TAGS: null, HINTS: 'true' });
      const hinted = (image: string, hint: string) =>
        refused(`Error from server: ${denial([`${untrusted('x', image)}${hint}`])}`);
      for (const image of ['redis:7', 'dokcer.io/redis:7']) {
        // oxlint-disable-next-line no-await-in-loop -- two of them
        expect(await gate().run(image)).to.deep.equal(hinted(image, ' Did you mean docker.io/redis:7?'));
      }
      await gate().change({ HINTS: 'false' });
      expect(await gate().run('redis:7')).to.deep.equal(hinted('redis:7', ''));
      await gate().change({ HINTS: null });
    });
  });

  describe('RULE_EMPTY_TAG', () => {
    const image = 'docker.io/nginx';

    it('is off where DISABLE_EMPTY_TAG is "false"', async () => {
      await gate().change({ ENFORCEMENT: null, RULE_BLOCKED_TAGS: null, DISABLE_EMPTY_TAG: 'false' });
      expect(await verdict(image)).to.deep.equal(created('x'));
    });

    it('wins over it if both are there', async () => {
      await gate().change({ RULE_EMPTY_TAG: 'warn' });
      expect(await verdict(image)).to.deep.equal(created('x', `${noTag('c0', image)} [imagegate: empty-tag]`));
      await gate().change({ RULE_EMPTY_TAG: 'off', DISABLE_EMPTY_TAG: 'true' });
      expect(await verdict(image)).to.deep.equal(created('x'));
    });
  });

  describe('that is bad, and came past the webhook', () => {
    const rule = `export default { meta: { name: 'good', description: 'Denies all.' }, check: () => { throw 1 } };`;
    const number = async (pattern: RegExp): Promise<number> =>
      Number(pattern.exec((await gate().ops('/metrics')).text)?.[1]);
    const failures = async () => number(/^imagegate_ruleset_loads_total\{result="failure"\} (\d+)$/m);
    const lastSuccess = async () => number(/^imagegate_ruleset_last_success_timestamp_seconds (\S+)$/m);
    const refusals = () =>
      gate()
        .log()
        .filter(({ msg }) => String(msg).startsWith('New policy rejected'));
    let mistakes: readonly string[];
    let loadedAt: number;

    before(async () => {
      const { folder } = gate();
      await gate().change({ RULE_EMPTY_TAG: null });
      loadedAt = await lastSuccess();
      mistakes = [
        `RULE_BLOCKED_TAGS (${join(folder, 'RULE_BLOCKED_TAGS')}): expected one of deny, warn, audit, off, found "wran". Did you mean warn? [policy-action-invalid]`,
        `${join(folder, 'good.js')}, default export: expected a rule: an object with meta and check, found nothing. Write \`export default defineRule({ ... })\`. [rule-file-invalid]`,
        'rule other: expected an answer about the image nginx of a sample pod, found none: The rule other failed: a thrown number. Until it is mended or switched off, it lets nothing pass. Mend the rule. `imagegate test-rules` tries it on the same pods. [rule-fails-on-sample]',
      ];
      await mountConfigMap(folder, {
        RULE_BLOCKED_TAGS: 'wran',
        'good.js': 'export const x = 1;',
        'other.mjs': rule.replace('good', 'other'),
      });
      await until(async () => (await failures()) > 0, 'a ruleset that is refused');
    });

    it('leaves the policy before it in force', async () => {
      expect(await verdict('docker.io/x:latest')).to.deep.equal(denied([blockedTag('c0', 'docker.io/x:latest')]));
      expect(await verdict('docker.io/nginx')).to.deep.equal(denied([noTag('c0', 'docker.io/nginx')]));
    });

    it('is told in the log with all of its mistakes, once', async () => {
      await until(() => refusals().length > 0, 'its line in the log');
      expect(refusals()).to.have.length(1);
      expect(refusals()[0]).to.deep.include({ mistakes });
    });

    it('is counted, and the time of the last success stays', async () => {
      expect(await failures()).to.equal(1);
      expect(await lastSuccess()).to.equal(loadedAt);
    });

    it('is told by /readyz?verbose, and the gate is ready all the same', async () => {
      expect(await gate().ops('/readyz')).to.deep.equal({ status: 200, text: 'ok\n' });
      const { status, text } = await gate().ops('/readyz?verbose');
      expect(status).to.equal(200);
      expect(text).to.contain(
        `: New policy rejected; the previous ruleset stays active.\n  ${mistakes.join('\n  ')}\n`,
      );
    });

    it('is over once it is mended', async () => {
      // What is wrong elsewhere is told, and does not keep anybody from mending this: else two bad ones could never be.
      const { code, stderr } = await gate().patch(CONFIG, { RULE_BLOCKED_TAGS: 'warn' });
      expect(code).to.equal(0);
      // The key is mounted, though not of this ConfigMap as the API server has it: it was put there past it.
      expect(stderr).to.match(
        /^Warning: RULE_BLOCKED_TAGS is mounted already: .*\nWarning: Not in use before this is mended too: .*good\.js, default export: .*\nWarning: Not in use before this is mended too: rule other: .*\n$/,
      );
      await gate().mountAndLoad();
      const tag = `${blockedTag('c0', 'docker.io/x:latest')} [imagegate: blocked-tags]`;
      expect(await verdict('docker.io/x:latest')).to.deep.equal(created('x', tag));
      expect((await gate().ops('/readyz?verbose')).text).not.to.contain('rejected');
      expect(await lastSuccess()).to.be.above(loadedAt);
    });
  });
});
