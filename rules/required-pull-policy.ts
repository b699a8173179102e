import { defineRule, imagePatterns, prepareEach } from 'imagegate/rule';

export default defineRule({
  meta: {
    name: 'required-pull-policy',
    description: 'Deny images whose pull policy is not the one that is asked for their name.',
    action: 'off',
    schema: {
      type: 'object',
      additionalProperties: false,
      properties: {
        policies: {
          type: 'array',
          items: {
            type: 'object',
            additionalProperties: false,
            required: ['images', 'policy'],
            properties: {
              images: {
                type: 'array',
                items: { type: 'string' },
                minItems: 1,
                description:
                  'Patterns of images that this is about, such as docker.io/library/nginx; ** is every image.',
              },
              policy: {
                type: 'string',
                enum: ['Always', 'IfNotPresent', 'Never'],
                description: 'The pull policy that they must have.',
              },
            },
          },
          default: [],
          description:
            'What pull policy to ask for which images. The first that is about an image counts; the rest passes.',
        },
      },
    },
  },
  prepare: ({ policies }) =>
    prepareEach(policies, ({ images, policy }) => ({
      isAbout: imagePatterns(images, { purpose: 'deny' }).matches,
      policy,
    })),
  check(image, policies, { container }) {
    const required = policies.find(({ isAbout }) => isAbout(image))?.policy;
    // Objects of custom kinds may have none: then it is what Kubernetes will fill in.
    const isLatest = image.tag === 'latest' || (image.tag === undefined && image.digest === undefined);
    const policy = container.imagePullPolicy || (isLatest ? 'Always' : 'IfNotPresent');
    if (required === undefined || policy === required) return;
    const field = container.type === 'imageVolume' ? 'pullPolicy' : 'imagePullPolicy';
    return [{ problem: `has the pull policy ${policy}`, remedy: `Set ${field} to ${required}.` }];
  },
});
