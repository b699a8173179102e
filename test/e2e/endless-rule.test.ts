import { expect } from 'chai';
import { until } from '../until.ts';
import { pod, podSpec } from './objects.ts';
import { behindRules } from './rules-gate.ts';
import { denial, done, refused } from './sentences.ts';
import { startLoad } from './steady-load.ts';

/** One that no sample pod meets where it has no end. */
const ENDLESS = `export default {
  meta: { name: 'endless', description: 'Denies nothing, some of it never.' },
  check({ repository }) {
    while (repository.endsWith('/endless'));
  },
};
`;

/** Rules that fail otherwise on one image each, and what their denial says. */
const FAILING: Readonly<Record<string, readonly [body: string, why: string]>> = {
  hoarding: [
    "if (image.repository.endsWith('/hoard')) return new ArrayBuffer(1 << 30);",
    'it used up its 16 MiB of memory',
  ],
  tagless: [
    "if (image.repository.endsWith('/tagless')) image.tag.startsWith('v');",
    "tagless.mjs:4: cannot read property 'startsWith' of undefined",
  ],
};
const failing = Object.entries(FAILING).map(([name, [body]]) => [
  `${name}.mjs`,
  `export default {
  meta: { name: '${name}', description: 'Fails on one image.' },
  check(image) {
    ${body}
  },
};
`,
]);

const sentence = (container: string, image: string): string =>
  `${container} image could not be judged! (${image}). The rule endless failed: it used up its budget of 100,000 steps. Until it is mended or switched off, it lets nothing pass.`;

let images = 0;
/** A pod of images that nobody has asked about: by the hundred and first all that there is for one object is used up. */
const endlessPod = () => {
  const names = Array.from({ length: 500 }, () => `docker.io/acme/endless:1.${images++}`);
  return pod('many', podSpec(...names));
};

describe('a rule that never ends', () => {
  const gate = behindRules('endless-rule', { rules: { 'endless.mjs': ENDLESS, ...Object.fromEntries(failing) } });
  const path = (): string => `/api/v1/namespaces/${gate().namespace}/pods?dryRun=All`;
  const value = async (pattern: RegExp): Promise<number> =>
    Number(pattern.exec((await gate().ops('/metrics')).text)?.[1]);

  it('denies, and says so', async () => {
    const image = 'docker.io/acme/endless:1';
    const denied = refused(`Error from server: ${denial([sentence('x', image)])}`);
    expect(await gate().run(image)).to.deep.equal(denied);
    // Remembered by now, and still the same.
    expect(await gate().run(image)).to.deep.equal(denied);
    expect(await gate().run('docker.io/acme/web:1')).to.deep.equal(done('pod/x created (server dry run)'));
  });

  for (const [name, [body, why]] of Object.entries(FAILING)) {
    it(`is not alone: ${why}`, async () => {
      const [, repository] = /endsWith\('\/(\w+)'/.exec(body)!;
      const image = `docker.io/acme/${repository}@sha256:${'a'.repeat(64)}`;
      const said = `x image could not be judged! (${image}). The rule ${name} failed: ${why}. Until it is mended or switched off, it lets nothing pass.`;
      expect(await gate().run(image)).to.deep.equal(refused(`Error from server: ${denial([said])}`));
    });
  }

  it('tells what it uses', async () => {
    const asked = /^imagegate_custom_rule_checks_total\{rule="endless",source="asked"\} (\d+)$/m;
    expect(await value(asked)).to.be.at.least(2);
    expect(
      await value(/^imagegate_custom_rule_checks_total\{rule="endless",source="remembered"\} (\d+)$/m),
    ).to.be.at.least(1);
    expect(await value(/^imagegate_custom_rule_check_steps_max\{rule="endless"\} (\d+)$/m)).to.equal(100_000);
    expect(await value(/^imagegate_rule_errors_total\{rule="endless",dry_run="true"\} (\d+)$/m)).to.equal(2);
  });

  it('denies objects that would take for ever, while others are answered', async () => {
    const { api } = gate().cluster;
    const load = startLoad(api, path(), pod('good', podSpec('docker.io/acme/web:1')), 20);
    // So few that all can be judged within the timeout of the API server where the machine is busy with something else.
    const answers = await Promise.all(Array.from({ length: 3 }, async () => api.send('POST', path(), endlessPod())));
    const now = performance.now();
    await until(() => load.verdicts.some(({ sent }) => sent > now), 'a request of the load');
    await load.stop();
    for (const { status, text } of answers) {
      expect(status, text).to.equal(403);
      expect(text).to.match(/The rule endless failed: it used up its budget of 100,000 steps\./);
      expect(text).to.match(/… and \d+ more violations\./);
    }
    expect([...new Set(load.verdicts.map(({ text }) => text))]).to.deep.equal(['201']);
    // Some of the load was answered while those were judged.
    expect(load.verdicts.filter(({ answered }) => answered < now)).to.not.deep.equal([]);
  });

  it('leaves the process as it was', () => {
    const lines = gate().log();
    expect(lines.filter(({ msg }) => msg === 'ImageGate is ready!')).to.have.length(1);
    expect(lines.filter(({ level }) => level === 'error' || level === 'fatal' || Number(level) >= 50)).to.deep.equal(
      [],
    );
  });
});
