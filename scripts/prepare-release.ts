import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { gt } from 'semver';
import { VERSION_PLACES } from './version-places.ts';

// `npm run prepare-release -- VERSION`: all that a release changes in files. This file runs as
// build/scripts/prepare-release.js.

const UNRELEASED = /^## \[Unreleased\]\n(?<changes>[^]*?)(?=^## \[)/m;

/** The files with the new version, by path, and what stands in the way of it. */
async function release(version: string, date: string, root: string) {
  const read = async (file: string): Promise<string> => readFile(join(root, file), 'utf8');
  const { version: current } = JSON.parse(await read('package.json')) as { version: string };
  const mistakes: string[] = [];
  if (!/^(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*)){2}$/.test(version)) {
    mistakes.push(`VERSION: expected three numbers, as in 0.2.0, found ${JSON.stringify(version)}.`);
  } else if (!gt(version, current)) {
    mistakes.push(`VERSION: expected one after ${current}, found ${version}. See CONTRIBUTING.md, "Release".`);
  }
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) {
    mistakes.push(`--date: expected a day, as in 2026-01-31, found ${JSON.stringify(date)}.`);
  }
  const files = new Map<string, string>();
  for (const [file, pattern, times] of VERSION_PLACES) {
    const text = await read(file);
    const found = (text.match(pattern) ?? []).filter((one) => one === current).length;
    if (found !== times) {
      mistakes.push(`${file}: expected ${current} in ${times} places, found ${found}. See scripts/version-places.ts.`);
    }
    files.set(file, text.replaceAll(pattern, version));
  }
  const changelog = await read('CHANGELOG.md');
  if (!UNRELEASED.exec(changelog)?.groups?.['changes']?.trim()) {
    mistakes.push('CHANGELOG.md: expected changes under [Unreleased], found none. Write what users notice.');
  }
  const title = `## [Unreleased]\n\n## [${version}] - ${date}\n`;
  files.set(
    'CHANGELOG.md',
    changelog.replace('## [Unreleased]\n', () => title),
  );
  return { files, mistakes };
}

await new Command('prepare-release')
  .description('Sets a version everywhere, and dates what is not released in CHANGELOG.md.')
  .argument('<version>', 'three numbers, as in 0.2.0')
  .option('--date <day>', 'its day', new Date().toISOString().slice(0, 10))
  .option('--in <folder>', 'the checkout', join(import.meta.dirname, '..', '..'))
  .action(async (version: string, { date, in: folder }: { date: string; in: string }) => {
    const root = resolve(folder);
    const { files, mistakes } = await release(version, date, root);
    if (mistakes.length > 0) {
      console.error(mistakes.join('\n'));
      process.exitCode = 1;
      return;
    }
    for (const [file, text] of files) {
      await writeFile(join(root, file), text);
      console.log(`written: ${file}`);
    }
    console.log(`
Next, as CONTRIBUTING.md has it:
  .ci/run
  git commit --all --message 'Release ${version}'
  git tag v${version}`);
  })
  .parseAsync();
