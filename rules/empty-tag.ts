import { defineRule } from 'imagegate/rule';

/** A digest pins an image more firmly than any tag, so a digest alone is enough. */
export default defineRule({
  meta: {
    name: 'empty-tag',
    description: 'Deny images that have neither a tag nor a digest.',
    order: 1,
    keys: { DISABLE_EMPTY_TAG: 'action' },
  },
  check(image) {
    if (image.tag !== undefined || image.digest !== undefined) return;
    return [{ problem: 'has no tag', remedy: 'Only images with tags are allowed.' }];
  },
});
