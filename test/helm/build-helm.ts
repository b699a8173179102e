import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { goBuild, goVersion } from '../go-build.ts';
import { projectRoot } from '../project-root.ts';

/** The Kubernetes that `helm template` and `helm lint` take a cluster to be. */
const kubernetes = { Major: '1', Minor: '37' };

/**
 * Builds helm, of the version in go.mod beside this file, into `.cluster/bin`; Go leaves it alone if it is up to date.
 * @returns its path, absolute; or undefined if there is no Go on the PATH.
 * @throws Error if there is Go, but the build fails.
 */
export async function buildHelm(): Promise<string | undefined> {
  if ((await goVersion()) === undefined) return undefined;
  const folder = join(projectRoot, '.cluster', 'bin');
  await mkdir(folder, { recursive: true });
  const output = join(folder, 'helm');
  const versions = ['pkg/chartutil', 'pkg/lint/rules'].flatMap((name) =>
    Object.entries(kubernetes).map(([part, number]) => `-X helm.sh/helm/v3/${name}.k8sVersion${part}=${number}`),
  );
  const linkerFlags = ['-s -w', ...versions].join(' ');
  await goBuild({
    module: join(projectRoot, 'test', 'helm'),
    package: 'helm.sh/helm/v3/cmd/helm',
    output,
    linkerFlags,
  });
  return output;
}
