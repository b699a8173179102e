import { defineRule, registryPatterns, sentenceList } from 'imagegate/rule';

export default defineRule({
  meta: {
    name: 'registry-allowlist',
    description: 'Deny images from registries that are not on a list.',
    schema: {
      type: 'object',
      additionalProperties: false,
      properties: {
        registries: {
          type: 'array',
          items: { type: 'string' },
          minItems: 1,
          default: ['docker.io', 'gcr.io'],
          description:
            'Registries to allow: host[:port], or host[:port]/path; *.host allows every host below it, * alone all.',
        },
        unqualified: {
          type: 'string',
          enum: ['untrusted', 'docker.io'],
          default: 'untrusted',
          description: 'What an image without a registry is: from nowhere that is trusted, or from Docker Hub.',
        },
      },
    },
  },
  prepare: ({ registries, unqualified }) => ({
    allowed: registryPatterns(registries),
    trustsUnqualified: unqualified === 'docker.io',
    remedy: `Only images from ${sentenceList(registries)} are allowed.`,
  }),
  check(image, { allowed, trustsUnqualified, remedy }) {
    const isRead = image.registry !== undefined || trustsUnqualified || allowed.matchesAll;
    if (isRead && allowed.matches(image)) return;
    return [{ problem: 'comes from an untrusted registry', remedy }];
  },
});
