/** Docker Hub's host in a normalized reference. */
export const DOCKER_HUB = 'docker.io';

/** The prefix of Docker Hub's official images, which may be omitted. */
export const OFFICIAL = 'library/';

/** Every host that serves Docker Hub's images. */
export const DOCKER_HUB_HOSTS: readonly string[] = [
  DOCKER_HUB,
  'index.docker.io',
  'registry-1.docker.io',
  'registry.hub.docker.com',
];

/** Whether the reference grammar, and so every container runtime, reads a registry as Docker Hub. */
export function isDockerHub(registry: string | undefined): boolean {
  return registry === undefined || registry === DOCKER_HUB || registry === 'index.docker.io';
}
