import { buildSync } from 'esbuild';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Engine } from '../src/sandbox/engine.ts';
import { packed, type Picture } from '../src/sandbox/picture.ts';

// The last step of the build: pictures of engines in which everything runs already but a rule. Without them each gate
// would have to read Ajv inside of an engine at its start, which takes a third of a second.

const BUILT = fileURLToPath(new URL('../src', import.meta.url));
const OURS = 'imagegate/';

/** What each picture has inside, by the entry whose functions the gate calls. */
const GUESTS = {
  rule: [join(BUILT, 'sandbox/guest/rule-guest.js'), join(BUILT, 'rule/index.js')],
  options: [join(BUILT, 'sandbox/guest/options-guest.js')],
};

const engine = new WebAssembly.Module(readFileSync(join(BUILT, 'sandbox/engine.wasm')));

for (const [name, entries] of Object.entries(GUESTS)) {
  writeFileSync(join(BUILT, `sandbox/${name}.picture`), packed(pictureOf(bundled(entries))));
}

/** The modules by their names: each entry is called by its file, and `imagegate/rule` by what rules import. */
function bundled(entryPoints: readonly string[]): ReadonlyMap<string, string> {
  const { outputFiles } = buildSync({
    entryPoints: [...entryPoints],
    bundle: true,
    splitting: true,
    format: 'esm',
    target: 'es2023',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    minifyWhitespace: true,
    legalComments: 'none',
    outdir: BUILT,
    entryNames: '[name]',
    chunkNames: 'shared',
    write: false,
  });
  return new Map(outputFiles.map(({ path, text }) => [moduleName(path), text]));
}

function moduleName(path: string): string {
  const name = basename(path, '.js');
  return OURS + (name === 'index' ? 'rule' : name);
}

function pictureOf(modules: ReadonlyMap<string, string>): Picture {
  const [entry] = modules.keys();
  const inside = new Engine(engine, {
    read: () => '',
    log: () => {},
    clock: () => 0,
    resolve: (specifier) => moduleName(specifier),
    load: (name) => modules.get(name)!,
  });
  inside.begin();
  const imports = [...modules.keys()].map((name) => `import ${JSON.stringify(name)};`).join('');
  const evaluated = inside.evaluate(`${OURS}begin`, imports);
  if (typeof evaluated === 'object') {
    const [words, stack] = [inside.text(evaluated.thrown), inside.text(inside.get('stack', evaluated.thrown))];
    throw new Error(`${entry} does not begin. ${words}\n${stack}`);
  }
  const guest = inside.get('guest');
  const names = ['describe', 'prepare', 'check', 'told', 'validate'];
  const functions = Object.fromEntries(names.map((name) => [name, inside.get(name, guest)]));
  // From now on nobody inside can call them.
  inside.evaluate(`${OURS}end`, 'delete globalThis.guest');
  return inside.picture({ functions });
}
