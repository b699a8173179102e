import { defineRule, type ImageReference, InvalidEntriesError, registryPatterns } from 'imagegate/rule';

export default defineRule({
  meta: {
    name: 'default-registry',
    description: 'Deny images without a registry, and say which is meant.',
    action: 'off',
    schema: {
      type: 'object',
      additionalProperties: false,
      properties: {
        registry: {
          type: 'string',
          default: 'docker.io',
          description: 'The registry of an image that names none: host[:port], or host[:port]/path.',
        },
      },
    },
  },
  prepare({ registry }) {
    if (registry.includes('*')) {
      const expected = 'a registry, such as docker.io, or a path on one';
      const remedy = 'References begin with it: write it without "*".';
      throw new InvalidEntriesError([registry], [{ index: 0, expected, found: JSON.stringify(registry), remedy }]);
    }
    registryPatterns([registry]);
    return { registry };
  },
  check(image, { registry }) {
    if (image.registry !== undefined) return;
    return [{ problem: 'names no registry', remedy: `Write ${writtenOut(image, registry)}.` }];
  },
  rewrite(image, { registry }) {
    if (image.registry !== undefined) return undefined;
    return { reference: writtenOut(image, registry), mapping: `no registry -> ${registry}` };
  },
});

/** With `library/` on Docker Hub, whose official images may be written without. */
function writtenOut({ raw, repository, normalized }: ImageReference, registry: string): string {
  const name = registry === normalized.registry ? normalized.repository : repository;
  return `${registry}/${name}${raw.slice(repository.length)}`;
}
