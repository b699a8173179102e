import { expect } from 'chai';
import { readdirSync, readFileSync } from 'node:fs';
import { createLoader } from '../../src/cli/create-loader.ts';
import { startLiveRuleset, type LiveRuleset } from '../../src/policy/live-ruleset.ts';
import { mountConfigMap } from '../mounted-config-map.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { until } from '../until.ts';
import { goodRule, ruleText } from '../workers/custom-rules.ts';

const GOOD = { 'mine.js': goodRule('mine'), RULE_MINE: 'warn' };

/** Each ends in another place: before there is a worker, while one loads, when all are there, and when they are asked. */
const BAD: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'a key that cannot be understood': { ...GOOD, RULE_MINE: 'wran' },
  'a rule that is no code': { ...GOOD, 'mine.js': 'export default {' },
  'a rule that ends its process when it is loaded': { ...GOOD, 'mine.js': goodRule('mine') + '\nprocess.exit(1);' },
  'a rule that has another name': { ...GOOD, 'mine.js': goodRule('yours') },
  'a rule that the policy names and nobody has': { ...GOOD, RULE_YOURS: 'warn' },
  'a rule that throws when it is asked': { ...GOOD, 'mine.js': ruleText('mine', "throw new Error('never');") },
  'a rule that ends its process when it is asked': { ...GOOD, 'mine.js': ruleText('mine', 'process.exit(1);') },
};

const ROUNDS = 2;
const ACTIVE_WORKERS = 3;

/** What a process has open, and its children that live; a zombie would be one too. */
function held(): { readonly descriptors: number; readonly children: number } {
  const parents = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const children = parents.filter((pid) => parentOf(pid) === process.pid);
  return { descriptors: readdirSync('/proc/self/fd').length, children: children.length };
}

/** The process that started another one, if that is still there. */
function parentOf(pid: string): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // After the name in brackets, which may hold any character: the state, then the parent.
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
}

describe('reloads with real workers, most of them bad', () => {
  const folder = temporaryFolder();
  let live: LiveRuleset | undefined;

  afterEach(async () => live?.stop());

  it('leave descriptors and children as they were', async function () {
    if (process.platform !== 'linux') this.skip();
    this.timeout(120_000);
    const loader = await createLoader({
      environment: {},
      policyDir: folder.path,
      rulesDir: folder.path,
      log: () => {},
    });
    const before = held();
    let told: (how: 'loaded' | 'refused') => void = () => {};
    await mountConfigMap(folder.path, GOOD);
    live = await startLiveRuleset({
      folders: [folder.path],
      pollMs: 0,
      load: async () => loader.load(await loader.read()),
      onLoaded: () => told('loaded'),
      onRefused: () => told('refused'),
    });
    const reload = async (files: Readonly<Record<string, string>>): Promise<string> => {
      const reloaded = new Promise<string>((resolve) => (told = resolve));
      await mountConfigMap(folder.path, files);
      return reloaded;
    };
    // What tests before this one had left may go meanwhile.
    const settled = async (most: ReturnType<typeof held>): Promise<void> => {
      const isSo = (): boolean => held().descriptors <= most.descriptors && held().children <= most.children;
      await until(isSo, () => `${JSON.stringify(most)}; there is ${JSON.stringify(held())}`, 10_000);
    };
    // The first of them opens what stays open for all, such as the source of random numbers.
    expect(await reload({ ...GOOD, BLOCKED_TAGS: 'first' })).to.equal('loaded');
    await settled({ descriptors: Infinity, children: before.children + ACTIVE_WORKERS });
    const first = held();
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [what, files] of Object.entries(BAD)) {
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        expect(await reload({ ...files, BLOCKED_TAGS: `bad-${round}` }), what).to.equal('refused');
        // oxlint-disable-next-line no-await-in-loop
        if (round === 0) await settled(first);
      }
      for (const tag of ['x', 'y', 'z']) {
        // oxlint-disable-next-line no-await-in-loop
        expect(await reload({ ...GOOD, BLOCKED_TAGS: `${tag}-${round}` })).to.equal('loaded');
      }
    }
    await settled(first);
    await live.stop();
    await settled(before);
  });
});
