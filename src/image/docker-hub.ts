/** Docker Hub, as it is named in a normalized reference. */
export const DOCKER_HUB = 'docker.io';

/** The prefix of Docker Hub's own images, which may be left away. */
export const OFFICIAL = 'library/';

/** Every host that serves Docker Hub's images. */
export const DOCKER_HUB_HOSTS: readonly string[] = [
  DOCKER_HUB,
  'index.docker.io',
  'registry-1.docker.io',
  'registry.hub.docker.com',
];

/** Whether the grammar of references, and so every container runtime, reads a registry as Docker Hub: these two hosts, and none. */
export function isDockerHub(registry: string | undefined): boolean {
  return registry === undefined || registry === DOCKER_HUB || registry === 'index.docker.io';
}
