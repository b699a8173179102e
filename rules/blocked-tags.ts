import { defineRule, sentenceList, tagPatterns } from 'imagegate/rule';

export default defineRule({
  meta: {
    name: 'blocked-tags',
    description: 'Deny images whose tag is on a list.',
    order: 3,
    keys: { BLOCKED_TAGS: 'tags' },
    schema: {
      type: 'object',
      additionalProperties: false,
      properties: {
        tags: {
          type: 'array',
          items: { type: 'string' },
          minItems: 1,
          default: ['staging', 'latest'],
          description: 'Tags to deny; * stands for any run of characters.',
        },
        implicitLatest: {
          type: 'boolean',
          default: false,
          description: 'Whether an image with neither tag nor digest is judged as "latest".',
        },
        digest: {
          type: 'string',
          enum: ['judge', 'pass'],
          default: 'judge',
          description: 'What becomes of an image with a digest: its tag is judged all the same, or it passes.',
        },
      },
    },
  },
  prepare: ({ tags, implicitLatest, digest }) => ({
    blocked: tagPatterns(tags),
    implicitLatest,
    passesDigest: digest === 'pass',
    remedy: `These tags "${sentenceList(tags)}" are prohibited.`,
  }),
  // By default a tag beside a digest is judged too: the digest decides what runs, the tag is what people read.
  check(image, { blocked, implicitLatest, passesDigest, remedy }) {
    if (passesDigest && image.digest !== undefined) return;
    const isLatest = implicitLatest && image.digest === undefined;
    const tag = image.tag ?? (isLatest ? 'latest' : undefined);
    if (tag === undefined || !blocked.matches(tag)) return;
    return [{ problem: 'has a non-allowed tag', remedy }];
  },
});
