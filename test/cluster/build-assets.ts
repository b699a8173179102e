import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { goBuild, goBuildFlags, goVersion } from '../go-build.ts';
import { projectRoot } from '../project-root.ts';

/** The programs that a cluster is made of, each as a Go tool of test/cluster/go.mod. */
const packages = {
  etcd: 'go.etcd.io/etcd/server/v3',
  'kube-apiserver': 'k8s.io/kubernetes/cmd/kube-apiserver',
  kubectl: 'k8s.io/kubernetes/cmd/kubectl',
  'kube-controller-manager': 'k8s.io/kubernetes/cmd/kube-controller-manager',
} as const;

/** The name of one of them, which is its file's name too. */
export type Asset = keyof typeof packages;

// As Kubernetes' own build sets them: with the placeholders of the source, kubectl cannot parse the versions.
const linkerFlags = [
  '-s -w',
  '-X k8s.io/component-base/version.gitVersion=v1.37.2',
  '-X k8s.io/component-base/version.gitMajor=1',
  '-X k8s.io/component-base/version.gitMinor=37',
  '-X k8s.io/client-go/pkg/version.gitVersion=v1.37.2',
].join(' ');

const goModule = join(projectRoot, 'test', 'cluster');

/** Where to look, for the tests of this file. */
export interface AssetsOptions {
  /** Default: the process's own. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Where to build, absolute. Default: `.cluster/bin` at the project's root, which git ignores. */
  readonly folder?: string;
  /** Told what goes on, a line at a time. Default: to stderr. */
  readonly progress?: (line: string) => void;
}

/**
 * The folder with etcd, kube-apiserver, kubectl and kube-controller-manager.
 *
 * With KUBEBUILDER_ASSETS set (the convention of Kubernetes' envtest) it is that folder, and nothing is built;
 * kube-controller-manager may be missing there, as envtest's own downloads lack it. Otherwise they are built, once:
 * again only after go.mod, go.sum or the flags have changed. The first build takes five minutes, a later one with
 * Go's build cache seconds.
 * @throws Error that names what is missing: a program in KUBEBUILDER_ASSETS, or Go 1.26.
 */
export async function clusterAssets(options: AssetsOptions = {}): Promise<string> {
  const environment = options.environment ?? process.env;
  if (environment['KUBEBUILDER_ASSETS']) {
    const given = resolve(environment['KUBEBUILDER_ASSETS']);
    const needed: Asset[] = ['etcd', 'kube-apiserver', 'kubectl'];
    for (const asset of needed) assetPath(given, asset, 'without it there is no cluster');
    return given;
  }
  const folder = options.folder ?? join(projectRoot, '.cluster', 'bin');
  const stampFile = join(folder, 'stamp');
  const stamp = await buildStamp();
  if (!isBuilt(folder) || (await readFile(stampFile, 'utf8').catch(() => '')) !== stamp) {
    await requireGo(environment);
    await rm(stampFile, { force: true });
    await build(folder, environment, options.progress ?? ((line) => process.stderr.write(`${line}\n`)));
    await writeFile(stampFile, stamp);
  }
  return folder;
}

/**
 * The path of one program in the folder that `clusterAssets` returned.
 * @throws Error that says why it is needed, if it is not there.
 */
export function assetPath(folder: string, asset: Asset, why: string): string {
  const path = join(folder, asset);
  if (existsSync(path)) return path;
  throw new Error(`${folder} has no ${asset}, and ${why}. Unset KUBEBUILDER_ASSETS to have it built.`);
}

function isBuilt(folder: string): boolean {
  return Object.keys(packages).every((asset) => existsSync(join(folder, asset)));
}

/** Changes whenever the programs that come out of the build do. */
async function buildStamp(): Promise<string> {
  const hash = createHash('sha256').update([...goBuildFlags, linkerFlags, JSON.stringify(packages)].join('\n'));
  for (const file of await Promise.all(['go.mod', 'go.sum'].map((name) => readFile(join(goModule, name))))) {
    hash.update(file);
  }
  return hash.digest('hex');
}

async function requireGo(environment: Readonly<Record<string, string | undefined>>): Promise<void> {
  const version = await goVersion(environment);
  const [major, minor] = version ?? [0, 0];
  if (major > 1 || (major === 1 && minor >= 26)) return;
  throw new Error(
    `The API server of the end-to-end tests is built with Go 1.26 or newer, found ${
      version === undefined ? 'no go on the PATH' : `Go ${major}.${minor}`
    }. Install Go (https://go.dev/dl/), or set KUBEBUILDER_ASSETS to a folder with etcd, kube-apiserver and kubectl.`,
  );
}

/** One after another: each shares most packages with the one before, and Go uses all cores for each. */
async function build(
  folder: string,
  environment: Readonly<Record<string, string | undefined>>,
  progress: (line: string) => void,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  progress('Building the API server of the end-to-end tests: about five minutes the first time, then seconds.');
  const all = Object.entries(packages);
  for (const [index, [asset, path]] of all.entries()) {
    const start = performance.now();
    // oxlint-disable-next-line no-await-in-loop -- see above
    await goBuild({ module: goModule, package: path, output: join(folder, asset), linkerFlags }, environment);
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    progress(`  ${index + 1} of ${all.length}: ${asset} built in ${seconds} s`);
  }
}
