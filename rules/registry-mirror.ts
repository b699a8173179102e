import { defineRule, registryMirrors } from 'imagegate/rule';

export default defineRule({
  meta: {
    name: 'registry-mirror',
    description: 'Deny images that a mirror serves and that do not come from it.',
    action: 'off',
    schema: {
      type: 'object',
      additionalProperties: false,
      properties: {
        mirrors: {
          type: 'array',
          items: {
            type: 'object',
            additionalProperties: false,
            required: ['registry', 'mirror'],
            properties: {
              registry: {
                type: 'string',
                description:
                  'What is mirrored: a host, or a path on it. Of several that have an image the longest counts.',
              },
              mirror: { type: 'string', description: 'What to write in its place: host[:port], or host[:port]/path.' },
              except: {
                type: 'array',
                items: { type: 'string' },
                description: 'Patterns of images that have no mirror, such as docker.io/bitnamilegacy/**.',
              },
              digests: {
                type: 'string',
                enum: ['keep', 'refuse'],
                default: 'keep',
                description: 'Whether the mirror serves images by digest. If not, those with one are denied.',
              },
            },
          },
          default: [],
          description: 'Registries and their mirrors. Without any, no image is denied.',
        },
        // What must come from a mirror must not pass by leaving the registry away.
        unqualified: {
          type: 'string',
          enum: ['untrusted', 'docker.io'],
          default: 'docker.io',
          description: 'What an image without a registry is: one that no mirror serves, or one of Docker Hub.',
        },
      },
    },
  },
  prepare: ({ mirrors, unqualified }) => registryMirrors(mirrors, { unqualified }),
  check(image, { mirroring }) {
    const found = mirroring(image);
    if (found === undefined) return;
    const problem = 'does not come from its mirror';
    if (found.refusedBy === undefined) return [{ problem, remedy: `Write ${found.reference}.` }];
    const name = image.tag === undefined ? ', and a tag' : '';
    return [{ problem, remedy: `${found.refusedBy} serves no digests: write ${found.reference}${name}.` }];
  },
  rewrite(image, { mirroring }) {
    const found = mirroring(image);
    return found?.refusedBy === undefined ? found : undefined;
  },
});
