import { defineRule, repositoryPatterns, sentenceList } from 'imagegate/rule';

export default defineRule({
  meta: {
    name: 'blocked-images',
    description: 'Deny images whose name is on a list.',
    action: 'off',
    schema: {
      type: 'object',
      additionalProperties: false,
      properties: {
        images: {
          type: 'array',
          items: { type: 'string' },
          default: [],
          description:
            'Images to deny, each with its registry, without tag and digest; * stands for any characters of a component, ** for one component or more.',
        },
        // A list of what is denied must not be passed by leaving the registry away.
        unqualified: {
          type: 'string',
          enum: ['untrusted', 'docker.io'],
          default: 'docker.io',
          description: 'What an image without a registry is: one that no entry names, or one of Docker Hub.',
        },
      },
    },
  },
  prepare: ({ images, unqualified }) => ({
    blocked: repositoryPatterns(images, { purpose: 'deny', unqualified }),
    remedy: `These images "${sentenceList(images)}" are prohibited.`,
  }),
  check(image, { blocked, remedy }) {
    if (!blocked.matches(image)) return;
    return [{ problem: 'has a non-allowed name', remedy }];
  },
});
