import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { buildHelm } from '../helm/build-helm.ts';
import { projectRoot } from '../project-root.ts';
import { type Manifest, manifestsOf } from './manifests.ts';

export type Values = Readonly<Record<string, unknown>>;

/** How one run of helm ended. */
export interface HelmRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const chart = join(projectRoot, 'deploy', 'chart');

/** What helm makes of the chart and of values, which it reads as those of `--values -`. */
export class Chart {
  private readonly helm: string;

  private constructor(helm: string) {
    this.helm = helm;
  }

  /** `undefined` if there is no Go to build helm with. */
  static async open(): Promise<Chart | undefined> {
    const helm = await buildHelm();
    return helm === undefined ? undefined : new Chart(helm);
  }

  private run(args: readonly string[], values: Values, namespace = 'imagegate'): HelmRun {
    const all = [...args, '--namespace', namespace, '--values', '-'];
    const { status, stdout, stderr } = spawnSync(this.helm, all, { encoding: 'utf8', input: stringify(values) });
    return { code: status, stdout, stderr };
  }

  template(values: Values, namespace?: string): HelmRun {
    return this.run(['template', 'imagegate', chart], values, namespace);
  }

  /** What is in the release, by kind and name, and apart the hooks. @throws Error with helm's words. */
  objects(values: Values = {}): {
    readonly release: ReadonlyMap<string, Manifest>;
    readonly hooks: readonly Manifest[];
  } {
    const { code, stdout, stderr } = this.template(values);
    if (code !== 0) throw new Error(stderr);
    const all = manifestsOf(stdout);
    const isHook = ({ metadata }: Manifest): boolean => JSON.stringify(metadata).includes('helm.sh/hook"');
    const release = all.filter((object) => !isHook(object));
    return { release: new Map(release.map((object) => [keyOf(object), object])), hooks: all.filter(isHook) };
  }

  lint(): HelmRun {
    return this.run(['lint', '--strict', chart], {});
  }
}

/** `Deployment imagegate-webhook` */
export function keyOf({ kind, metadata }: Manifest): string {
  return `${kind} ${metadata.name}`;
}
