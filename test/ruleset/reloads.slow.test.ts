import { readdirSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { startLiveRuleset } from '../../src/ruleset/live-ruleset.ts';
import { createRulesetLoader } from '../../src/ruleset/load-ruleset.ts';
import { fakeCustomRules } from '../custom-rules.ts';
import { mountConfigMap } from '../mounted-config-map.ts';
import { BUILT_IN } from '../ruleset.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const RELOADS = 1000;
const MIB = 2 ** 20;

describe('a thousand reloads, half of them bad', () => {
  const folder = temporaryFolder();

  it('leave memory and file descriptors as they were', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    let loads = 0;
    let loaded = (): void => {};
    const loadCustomRules = async (files: readonly { readonly name: string }[]) => ({
      rules: fakeCustomRules(files.map(({ name }) => name)),
      mistakes: [],
    });
    const dirs = { policyDir: folder.path, rulesDir: folder.path };
    const loader = createRulesetLoader({ builtIn: BUILT_IN, environment: {}, loadCustomRules, ...dirs });
    const live = await startLiveRuleset({
      folders: [folder.path],
      pollMs: 0,
      load: async () => loader.load(await loader.read()),
      onLoaded: () => loaded(),
      onRejected: () => loaded(),
    });
    const tags = Array.from({ length: 1000 }, (_, index) => `tag-${index}`).join(',');
    const reload = async (times: number): Promise<void> => {
      for (let time = 0; time < times; time += 1) {
        const reloaded = new Promise<void>((resolve) => {
          loaded = resolve;
        });
        const action = time % 2 === 0 ? 'warn' : 'sometimes';
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        await mountConfigMap(folder.path, { BLOCKED_TAGS: `${tags},${time}`, RULE_MINE: action, 'mine.js': '' });
        // oxlint-disable-next-line no-await-in-loop
        await reloaded;
        loads += 1;
      }
    };
    await reload(100);
    const [heap, descriptors] = [heapUsed(collect), openDescriptors()];
    await reload(RELOADS);
    expect(heapUsed(collect) - heap).to.be.below(2 * MIB);
    expect(openDescriptors() - descriptors).to.be.at.most(2);
    live.stop();
    expect(loads).to.equal(100 + RELOADS);
  });
});

function heapUsed(collect: () => void): number {
  collect();
  return process.memoryUsage().heapUsed;
}

/** Of this process; 0 where no /proc tells. */
function openDescriptors(): number {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return 0;
  }
}
