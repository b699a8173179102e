import { after, before } from 'mocha';
import { install, type Installation } from '../cluster/installation.ts';
import type { KubectlOptions, KubectlResult } from '../cluster/kubectl.ts';
import type { User } from '../cluster/users.ts';
import type { Manifest } from './objects.ts';
import { sharedCluster } from './shared-cluster.ts';

let installed: Promise<Installation> | undefined;

/** The one installation on the shared cluster: the first call makes it, and after the last test it is removed. */
export async function sharedInstallation(): Promise<Installation> {
  installed ??= sharedCluster().then(async (cluster) => install(cluster));
  return installed;
}

// At the top level of a file that mocha loads, this is a hook of the whole run.
after('end the gate', async () => {
  await (await installed)?.remove();
});

/** What a suite behind the gate works with. */
export interface Suite extends Installation {
  /** Made for the suite, and judged like any other. */
  readonly namespace: string;
  /** kubectl in the suite's namespace, as the admin if nothing else is said. */
  readonly kubectl: (
    args: readonly string[],
    options?: KubectlOptions & { readonly user?: User },
  ) => Promise<KubectlResult>;
  /** `kubectl create -f -` there. */
  readonly create: (manifest: Manifest, user?: User) => Promise<KubectlResult>;
  /** `kubectl create -f - --dry-run=server` there: the verdict, and nothing stays behind. */
  readonly dryRun: (manifest: Manifest, user?: User) => Promise<KubectlResult>;
  /** `kubectl replace -f - --dry-run=server` there. */
  readonly dryReplace: (manifest: Manifest, user?: User) => Promise<KubectlResult>;
}

/**
 * Puts the gate in front of the API server for the tests of a suite, in a namespace of its own, and takes it away after
 * them, so that suites that know nothing of it can share the cluster.
 *
 * ```ts
 * describe('x', () => {
 *   const suite = behindTheGate('x');
 *   it('y', async () => { await suite().kubectl(['run', 'nginx', '--image=nginx']); });
 * });
 * ```
 * @param prior what to do in the namespace before the gate comes.
 */
export function behindTheGate(namespace: string, prior?: (suite: Suite) => Promise<void>): () => Suite {
  let suite: Suite | undefined;
  before('close the gate', async () => {
    const installation = await sharedInstallation();
    const { cluster } = installation;
    const kubectl: Suite['kubectl'] = (args, options) => cluster.kubectl(['--namespace', namespace, ...args], options);
    const send = async (args: readonly string[], manifest: Manifest, user: User = 'admin'): Promise<KubectlResult> =>
      kubectl([...args, '-f', '-'], { user, input: JSON.stringify(manifest) });
    suite = {
      ...installation,
      namespace,
      kubectl,
      create: (manifest, user) => send(['create'], manifest, user),
      dryRun: (manifest, user) => send(['create', '--dry-run=server'], manifest, user),
      dryReplace: (manifest, user) => send(['replace', '--dry-run=server'], manifest, user),
    };
    await cluster.apply(`{ apiVersion: v1, kind: Namespace, metadata: { name: ${namespace} } }`);
    await prior?.(suite);
    await installation.closeGate();
  });
  after('open the gate', async () => {
    await suite?.openGate();
    await suite?.cluster.kubectl(['delete', 'namespace', namespace, '--wait=false']);
  });
  return () => {
    if (suite === undefined) throw new Error('The gate is not closed yet: use the suite in hooks and tests only.');
    return suite;
  };
}
