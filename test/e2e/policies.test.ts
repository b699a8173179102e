import { expect } from 'chai';
import { pod, podSpec } from './objects.ts';
import { type FlatPolicy, POLICY_ROWS } from './policy-rows.ts';
import { about, done, notCreated } from './sentences.ts';
import { behindTheGate } from './shared-installation.ts';

describe('a policy from the ConfigMap', () => {
  const suite = behindTheGate('policies');
  const imagegate = async (...args: string[]) => {
    const result = await suite().cluster.kubectl(['-n', 'imagegate', ...args], { cwd: suite().deploy });
    expect(result).to.include({ code: 0 });
  };
  const setPolicy = async (policy: FlatPolicy) => {
    await imagegate('apply', '-f', 'policy');
    await imagegate('patch', 'configmap', 'imagegate-webhook-config', '-p', JSON.stringify({ data: policy }));
  };

  for (const [name, { policy, images }] of Object.entries(POLICY_ROWS)) {
    describe(name, () => {
      before(async () => {
        await setPolicy(policy);
        await suite().gate.restart();
      });

      for (const [image, sentences] of Object.entries(images)) {
        it(`${image} ${sentences.length === 0 ? 'passes' : 'is denied'}`, async () => {
          const result = await suite().dryRun(pod('x', podSpec(image)));
          const created = done('pod/x created (server dry run)');
          expect(result).to.deep.equal(
            sentences.length === 0 ? created : notCreated(about('Pod policies/x', sentences)),
          );
        });
      }
    });
  }

  describe('with mistakes', () => {
    it('ends the start, and all of them are told', async () => {
      await suite().gate.stop(); // which would have refused it
      await setPolicy({
        ALLOWED_REGISTRIES: 'https://docker.io,GCR.io,gcr.io/,gcr',
        BLOCKED_TAGS: ' ',
        DISABLE_EMPTY_TAG: 'yes',
      });
      const error = await suite().gate.start().catch(String);
      expect(error).to.match(/^Error: gate-\d+ ended with code 1\. The end of its log:\n/);
      for (const mistake of [
        /ALLOWED_REGISTRIES \(.*\), entry 1: expected .*\[option-invalid\]/,
        /ALLOWED_REGISTRIES \(.*\), entry 2: expected .*\[option-invalid\]/,
        /ALLOWED_REGISTRIES \(.*\), entry 3: expected .*\[option-invalid\]/,
        /ALLOWED_REGISTRIES \(.*\), entry 4: expected .*\[option-invalid\]/,
        /BLOCKED_TAGS \(.*\): expected a list.*\[policy-list-empty\]/,
        /DISABLE_EMPTY_TAG \(.*\): expected true or false.*\[policy-boolean-invalid\]/,
      ]) {
        expect(error).to.match(mistake);
      }
    });
  });

  after(async () => {
    await imagegate('apply', '-f', 'policy');
    await suite().gate.restart();
  });
});

describe("a user's own rule that fails", () => {
  const suite = behindTheGate('own-rule');
  const rule = `export default {
    meta: { name: 'failing', description: 'Fails on one image.' },
    check(image) { if (image.repository === 'fails') throw new Error('no such\\nluck'); },
  };`;

  before(async () => {
    const { cluster, gate } = suite();
    const metadata = { name: 'imagegate-webhook-rules', namespace: 'imagegate' };
    await cluster.apply(
      JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'failing.mjs': rule } }),
    );
    await gate.restart();
  });

  after(async () => {
    const { cluster, gate } = suite();
    await cluster.kubectl(['-n', 'imagegate', 'delete', 'configmap', 'imagegate-webhook-rules']);
    await gate.restart();
  });

  it('denies what it failed on, and says so', async () => {
    const image = 'docker.io/fails:1';
    const sentence =
      `c0 image could not be judged! (${image}). The rule failing failed: failing.mjs:3: no such\\u{A}luck. ` +
      'Until it is mended or switched off, it lets nothing pass.';
    expect(await suite().dryRun(pod('x', podSpec(image)))).to.deep.equal(
      notCreated([sentence, 'Pod own-rule/x, by failing.']),
    );
  });

  it('passes what it did not fail on', async () => {
    const result = await suite().dryRun(pod('x', podSpec('docker.io/nginx:1')));
    expect(result).to.deep.equal(done('pod/x created (server dry run)'));
  });
});
