import { expect } from 'chai';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Mistake } from '../../src/mistake/mistake.ts';
import { MistakesError } from '../../src/mistake/mistake.ts';
import { loadRuleset } from '../../src/policy/load-ruleset.ts';
import { projectRoot } from '../project-root.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const BUILT_IN = join(projectRoot, 'build', 'rules');

type Arguments = Parameters<typeof loadRuleset>;

async function mistakesOf(...given: Arguments): Promise<readonly Mistake[]> {
  try {
    await loadRuleset(...given);
    return [];
  } catch (error) {
    expect(error).to.be.instanceOf(MistakesError);
    return (error as MistakesError).mistakes;
  }
}

const told = (mistakes: readonly Mistake[]): readonly string[] =>
  mistakes.map(({ code, where }) => `${code}: ${where}`);

describe('loadRuleset', () => {
  const folder = temporaryFolder();

  it('has the built-in rules in their order, where nothing is set', async () => {
    const { rules } = await loadRuleset([BUILT_IN], {}, undefined);
    expect(rules.map(({ name, action }) => [name, action])).to.deep.equal([
      ['empty-tag', 'deny'],
      ['registry-allowlist', 'deny'],
      ['blocked-tags', 'deny'],
    ]);
  });

  it('follows the policy of both places', async () => {
    await writeFile(join(folder.path, 'DISABLE_EMPTY_TAG'), 'false\n');
    const { rules } = await loadRuleset([BUILT_IN], { BLOCKED_TAGS: 'dev' }, folder.path);
    expect(rules.map(({ name }) => name)).to.deep.equal(['registry-allowlist', 'blocked-tags']);
    expect(rules[1]?.prepared).to.deep.include({ remedy: 'These tags "dev" are prohibited.' });
  });

  it('refuses a policy of which only keys are wrong', async () => {
    expect(told(await mistakesOf([BUILT_IN], { DISABLE_EMPTY_TAG: 'yes' }, undefined))).to.deep.equal([
      'policy-boolean-invalid: DISABLE_EMPTY_TAG (environment)',
    ]);
  });

  it('tells the mistakes of keys and of entries at once', async () => {
    await writeFile(join(folder.path, 'BLOCKED_TAGS'), 'latest,.dev,');
    await writeFile(join(folder.path, 'OTHER'), '');
    const environment = { ALLOWED_REGISTRIES: 'docker.io,http://gcr.io,quay', DISABLE_EMPTY_TAG: 'yes' };
    const tags = `BLOCKED_TAGS (${join(folder.path, 'BLOCKED_TAGS')})`;
    expect(told(await mistakesOf([BUILT_IN], environment, folder.path))).to.deep.equal([
      `policy-key-unknown: OTHER (${join(folder.path, 'OTHER')})`,
      'policy-boolean-invalid: DISABLE_EMPTY_TAG (environment)',
      'option-invalid: ALLOWED_REGISTRIES (environment), entry 2',
      'option-invalid: ALLOWED_REGISTRIES (environment), entry 3',
      `option-invalid: ${tags}, entry 2`,
      `option-invalid: ${tags}, entry 3`,
    ]);
  });

  it('tells the mistakes of policy.yaml, of its options too, each with its line', async () => {
    const text = `rules:
  registry-allowlist: { options: { registries: [docker.io, quay], unqualified: x } }
  blocked-tags:
    options:
      tags: [.x]
      tag: [x]
exemptions: 7
`;
    await writeFile(join(folder.path, 'policy.yaml'), text);
    expect(told(await mistakesOf([BUILT_IN], {}, folder.path))).to.deep.equal([
      'policy-yaml-invalid: policy.yaml:7:1 exemptions',
      'option-invalid: policy.yaml:2:67 rules.registry-allowlist.options.unqualified',
      'option-invalid: policy.yaml:6:7 rules.blocked-tags.options.tag',
    ]);
  });

  it('tells the mistakes of rule files with those of keys', async () => {
    await writeFile(join(folder.path, 'a.js'), 'export default {};');
    const codes = (await mistakesOf([BUILT_IN, folder.path], { BLOCKED_TAGS: '' }, undefined)).map(({ code }) => code);
    expect(codes).to.deep.equal(['policy-list-empty', 'rule-file-invalid', 'rule-file-invalid']);
  });

  it('passes on what is no mistake of the operator', async () => {
    const text = `let reads = 0;
      const meta = { name: 'a', description: 'X.' };
      export default { get meta() { reads += 1; if (reads > 1) throw new RangeError('again'); return meta; }, check() {} };`;
    await writeFile(join(folder.path, 'a.js'), text);
    let thrown: unknown;
    await loadRuleset([folder.path], {}, undefined).catch((error: unknown) => (thrown = error));
    expect(thrown).to.be.instanceOf(RangeError);
  });
});
