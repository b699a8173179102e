import { defineRule } from 'imagegate/rule';

/** A tag can be pushed anew; a digest names one image for ever. */
export default defineRule({
  meta: {
    name: 'require-digest',
    description: 'Deny images that have no digest.',
    action: 'off',
  },
  check(image) {
    if (image.digest !== undefined) return;
    return [{ problem: 'has no digest', remedy: 'Only images with digests are allowed.' }];
  },
});
