import { defineRule, prepareEach, imagePatterns, tagsOrRange } from 'imagegate/rule';

export default defineRule({
  meta: {
    name: 'tag-pattern',
    description: 'Deny images whose tag is not as the patterns for their name ask.',
    action: 'off',
    schema: {
      type: 'object',
      additionalProperties: false,
      properties: {
        patterns: {
          type: 'array',
          items: {
            type: 'object',
            additionalProperties: false,
            required: ['images'],
            properties: {
              images: {
                type: 'array',
                items: { type: 'string' },
                minItems: 1,
                description:
                  'Patterns of images that this is about, such as docker.io/library/nginx or gcr.io/acme/**.',
              },
              tags: {
                type: 'array',
                items: { type: 'string' },
                minItems: 1,
                description: 'Tags to allow; * stands for any run of characters.',
              },
              semver: { type: 'string', description: 'In place of tags: a range of semantic versions to allow.' },
            },
          },
          default: [],
          description: 'What tags to allow for which images. The first that is about an image counts; the rest passes.',
        },
        // What is asked of an image must not be passed by leaving its registry away.
        unqualified: {
          type: 'string',
          enum: ['untrusted', 'docker.io'],
          default: 'docker.io',
          description: 'What an image without a registry is: one that no pattern is about, or one of Docker Hub.',
        },
      },
    },
  },
  prepare: ({ patterns, unqualified }) =>
    prepareEach(patterns, ({ images, tags, semver }) => ({
      isAbout: imagePatterns(images, { purpose: 'deny', unqualified }).matches,
      allowed: tagsOrRange(tags, semver),
    })),
  check(image, patterns) {
    const allowed = patterns.find(({ isAbout }) => isAbout(image))?.allowed;
    if (allowed === undefined || (image.tag !== undefined && allowed.matches(image.tag))) return;
    return [{ problem: 'has no allowed tag', remedy: `Only ${allowed.words} are allowed for this image.` }];
  },
});
