import { defineRule, imagePatterns, sentenceList } from 'imagegate/rule';

export default defineRule({
  meta: {
    name: 'allowed-repositories',
    description: 'Deny images from repositories that are not on a list.',
    action: 'off',
    schema: {
      type: 'object',
      additionalProperties: false,
      properties: {
        repositories: {
          type: 'array',
          items: { type: 'string' },
          default: [],
          description:
            'Patterns of images to allow, such as docker.io/library/* or gcr.io/acme/app:1.2. Without any, no image is allowed.',
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
  prepare: ({ repositories, unqualified }) => ({
    allowed: imagePatterns(repositories, { unqualified }),
    remedy:
      repositories.length === 0
        ? 'No repositories are allowed yet.'
        : `Only images from ${sentenceList(repositories)} are allowed.`,
  }),
  check(image, { allowed, remedy }) {
    if (allowed.matches(image)) return;
    return [{ problem: 'comes from a non-allowed repository', remedy }];
  },
});
