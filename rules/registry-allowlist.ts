import { defineRule, registryHint, registryPatterns, sentenceList } from 'imagegate/rule';

export default defineRule({
  meta: {
    name: 'registry-allowlist',
    description: 'Deny images from registries that are not on a list.',
    order: 2,
    keys: { ALLOWED_REGISTRIES: 'registries', HINTS: 'hints' },
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
        hints: {
          type: 'boolean',
          default: false,
          description: 'Whether to name the allowed reference that was probably meant, if there is one.',
        },
      },
    },
  },
  prepare: ({ registries, unqualified, hints }) => ({
    allowed: registryPatterns(registries),
    trustsUnqualified: unqualified === 'docker.io',
    remedy: `Only images from ${sentenceList(registries)} are allowed.`,
    hintFor: hints ? registryHint(registries) : () => undefined,
  }),
  check(image, { allowed, trustsUnqualified, remedy, hintFor }) {
    const isRead = image.registry !== undefined || trustsUnqualified || allowed.matchesAll;
    if (isRead && allowed.matches(image)) return;
    const hint = hintFor(image);
    return [
      {
        problem: 'comes from an untrusted registry',
        remedy: hint === undefined ? remedy : `${remedy} Did you mean ${hint}?`,
      },
    ];
  },
});
