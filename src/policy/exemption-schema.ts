/** kebab-case of at most 63 characters, which is what fits into the key of an audit annotation. */
export const KEBAB_CASE = '^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$';

const SOMEWHERE = 'It needs namespaces or images beside it.';

/** The JSON Schema of an exemption. */
export const EXEMPTION_SCHEMA = {
  title: 'exemption',
  description: 'Findings that are told, and from which nothing follows. What is absent covers all.',
  type: 'object',
  additionalProperties: false,
  required: ['name', 'reason', 'owner', 'expires'],
  anyOf: [{ required: ['namespaces'] }, { required: ['images'] }],
  properties: {
    name: {
      title: 'name',
      description: 'What the exemption is called in logs and audits: kebab-case, and used once.',
      type: 'string',
      maxLength: 63,
      pattern: KEBAB_CASE,
      patternErrorMessage: 'a name in kebab-case',
    },
    reason: text('reason', 'Why there is this exemption.', 1024),
    owner: text('owner', 'Who answers for it.', 256),
    expires: {
      title: 'expires',
      description: 'The last day on which it holds, to 24:00 UTC, such as 2027-03-31. Without an end, write never.',
      type: 'string',
      pattern: '^(?:[0-9]{4}-[0-9]{2}-[0-9]{2}|never)$',
      patternErrorMessage: 'a date, YYYY-MM-DD, or never',
    },
    rules: list('rules', 'Names of the rules that it exempts from. valid-reference cannot be among them.', {
      maxLength: 63,
      pattern: `^(?!valid-reference$)${KEBAB_CASE.slice(1)}`,
      patternErrorMessage: 'the name of a rule other than valid-reference',
    }),
    namespaces: list('namespaces', 'Patterns of namespaces; * stands for any run of characters.', {
      maxLength: 256,
      pattern: '^(?=.*[a-z0-9])[a-z0-9*](?:[a-z0-9*-]*[a-z0-9*])?$',
      patternErrorMessage: 'a pattern of namespaces that names some',
    }),
    images: list(
      'images',
      'Patterns over registry and repository, such as ghcr.io/acme/**; * stays within a component, ** crosses.',
      { maxLength: 1024 },
    ),
    users: list('users', `User names, to the letter, of who asks directly. ${SOMEWHERE}`, {
      maxLength: 1024,
      pattern: '^(?!system:serviceaccount:kube-system:)[^*]+$',
      patternErrorMessage: 'an exact user name, and of no service account of kube-system, which makes all pods',
    }),
    groups: list('groups', `Groups, to the letter, of who asks directly. ${SOMEWHERE}`, {
      maxLength: 1024,
      pattern: '^(?!system:(?:authenticated|unauthenticated|serviceaccounts|serviceaccounts:kube-system)$)[^*]+$',
      patternErrorMessage: 'an exact group, and none that everybody or every controller is in',
    }),
    serviceAccounts: list('serviceAccounts', `Service accounts, as namespace:name. ${SOMEWHERE}`, {
      maxLength: 317,
      pattern: '^(?!kube-system:)[a-z0-9-]+:[a-z0-9.-]+$',
      patternErrorMessage: 'namespace:name, and not of kube-system, which makes all pods',
    }),
  },
} as const;

// No minLength where a pattern, or what judges images, has something against empty text: it would be told twice.

function text<const Title extends string>(title: Title, description: string, maxLength: number) {
  return { title, description, type: 'string', maxLength, pattern: '\\S', patternErrorMessage: 'words' };
}

function list(title: string, description: string, items: object) {
  return {
    title,
    description,
    type: 'array',
    minItems: 1,
    items: { description, type: 'string', ...items },
  };
}
