import { execFile } from 'node:child_process';
import { cp, mkdir } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { cleanEnvironment } from '../package/packed.ts';
import { isLetThrough, stages } from './dockerfile.ts';

const run = promisify(execFile);

/** What the Dockerfile makes, and how it says that it is started. */
export interface BuiltImage {
  /** The files of the image beside those of its base, in place of `/`. */
  readonly root: string;
  readonly workingDirectory: string;
  readonly env: Readonly<Record<string, string>>;
  readonly user: number;
  readonly group: number;
  readonly entrypoint: readonly string[];
}

/**
 * Does what the Dockerfile says, without a container engine: each stage in a folder of its own, below `folder`, instruction by
 * instruction. The base is this machine, so npm fetches the packages and the Node that runs this test builds.
 * @param context the clean checkout that is copied from, by what .dockerignore lets through.
 * @throws Error with what a command said that failed.
 */
export async function buildImage(context: string, folder: string): Promise<BuiltImage> {
  const roots = new Map<string | undefined, string>();
  const said = new Map<string, string>();
  let root = '';
  for (const { name, instructions } of stages()) {
    root = join(folder, name ?? 'image');
    roots.set(name, root);
    said.clear();
    await mkdir(root, { recursive: true });
    for (const { name: what, flags, words, text } of instructions) {
      const here = join(root, said.get('WORKDIR') ?? '/');
      if (what === 'RUN') await run('sh', ['-c', text], { cwd: here, env: cleanEnvironment(), maxBuffer: 2 ** 26 });
      else if (what === 'COPY') await copy(words, here, context, roots.get(flags[0]?.replace('--from=', '')));
      else said.set(what, text);
      if (what === 'WORKDIR') await mkdir(join(root, text), { recursive: true });
    }
  }
  const [user = 0, group = 0] = said.get('USER')?.split(':').map(Number) ?? [];
  const [key = '', value = ''] = said.get('ENV')?.split('=') ?? [];
  const entrypoint = JSON.parse(said.get('ENTRYPOINT') ?? '[]') as string[];
  return { root, workingDirectory: said.get('WORKDIR') ?? '/', env: { [key]: value }, user, group, entrypoint };
}

/** COPY, from the checkout or from another stage. */
async function copy(words: readonly string[], here: string, context: string, stage?: string): Promise<void> {
  const target = words.at(-1) ?? '';
  for (const source of words.slice(0, -1)) {
    await cp(join(stage ?? context, source), join(here, target, target.endsWith('/') ? basename(source) : ''), {
      recursive: true,
      verbatimSymlinks: true,
      filter: (from) => stage !== undefined || isLetThrough(relative(context, from).replaceAll('\\', '/')),
    });
  }
}
