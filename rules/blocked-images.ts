import { defineRule, imagePatterns, sentenceList } from 'imagegate/rule';

export default defineRule({
  meta: {
    name: 'blocked-images',
    description: 'Deny images that are on a list.',
    action: 'off',
    schema: {
      type: 'object',
      additionalProperties: false,
      properties: {
        images: {
          type: 'array',
          items: { type: 'string' },
          default: [],
          description: 'Patterns of images to deny, such as gcr.io/evil/** or docker.io/acme/app:>=1.4.0 <1.4.3.',
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
    blocked: imagePatterns(images, { purpose: 'deny', unqualified }),
    remedy: `These images "${sentenceList(images)}" are prohibited.`,
  }),
  check(image, { blocked, remedy }) {
    if (!blocked.matches(image)) return;
    return [{ problem: 'has a non-allowed name', remedy }];
  },
});
