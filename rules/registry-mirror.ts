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
              registry: { type: 'string', description: 'The host of the registry, all of which is mirrored.' },
              mirror: { type: 'string', description: 'What to write in its place: host[:port], or host[:port]/path.' },
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
  check(image, { mirrored }) {
    const reference = mirrored(image);
    if (reference === undefined) return;
    return [{ problem: 'does not come from its mirror', remedy: `Write ${reference}.` }];
  },
});
