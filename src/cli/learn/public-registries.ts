/** Registries on which anybody may have an account: what one trusts there is the account, not the host. */
const PUBLIC: ReadonlySet<string> = new Set([
  'cgr.dev',
  'codeberg.org',
  'docker.io',
  'docker.pkg.github.com',
  'gcr.io',
  'ghcr.io',
  'nvcr.io',
  'public.ecr.aws',
  'quay.io',
  'registry-1.docker.io',
  'registry.digitalocean.com',
  'registry.fly.io',
  'registry.gitlab.com',
  'registry.hub.docker.com',
  'registry.k8s.io',
  'ttl.sh',
  'xpkg.upbound.io',
]);

/** The same, by the end of the host: each region of them has its own. */
const PUBLIC_ENDS: readonly string[] = ['.gcr.io', '.ocir.io', '-docker.pkg.dev', '.scw.cloud'];

/** @param registry with its port, if it has one */
export function isPublicRegistry(registry: string): boolean {
  const host = registry.replace(/:\d+$/, '');
  return PUBLIC.has(host) || PUBLIC_ENDS.some((end) => host.endsWith(end));
}
