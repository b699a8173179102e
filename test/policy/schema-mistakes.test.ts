import { expect } from 'chai';
import { MistakesError, mistakeText } from '../../src/mistake/mistake.ts';
import { loadRuleset } from '../../src/ruleset/load-ruleset.ts';
import { BUILT_IN } from '../ruleset.ts';

const NAMES =
  'allowed-repositories, blocked-images, blocked-tags, default-registry, empty-tag, registry-allowlist, registry-mirror, require-digest, required-pull-policy, tag-pattern';
const IMAGES =
  'expected a pattern of images, such as docker.io/library/*, *.gcr.io/acme/**, gcr.io/acme/app:1.* or **/*-debug';

const SETTINGS = 'expected a setting, such as { action: warn }, or a list of settings';

const NO_REWRITE =
  'found "rewrite". Only default-registry and registry-mirror can rewrite; any other rule judges. [policy-yaml-invalid]';

const exemption = (rest: string): string =>
  `exemptions: [{ name: a, reason: b, owner: c, expires: never, namespaces: [d], ${rest} }]`;

/** What a new user writes, and all that the gate says to it. */
const CASES: readonly (readonly [yaml: string, ...told: string[]])[] = [
  ...(['deny', 'warn', 'audit', 'off'] as const).map(
    (action) =>
      [
        `rules: { blocked-tags: ${action} }`,
        `1:10 rules.blocked-tags: ${SETTINGS}, found "${action}". Write blocked-tags: { action: ${action} }. [policy-yaml-invalid]`,
      ] as const,
  ),
  [
    'rules: { blocked-images: true, empty-tag: false, mine: yes, valid-reference: off }',
    `1:10 rules.blocked-images: ${SETTINGS}, found true. Write blocked-images: { action: deny }. [policy-yaml-invalid]`,
    `1:32 rules.empty-tag: ${SETTINGS}, found false. Write empty-tag: { action: off }. [policy-yaml-invalid]`,
    `1:50 rules.mine: ${SETTINGS}, found "yes". Write mine: { action: deny }. [policy-yaml-invalid]`,
    '1:61 rules.valid-reference: expected an object, found "off". Write valid-reference: { action: deny }. [policy-yaml-invalid]',
  ],
  [
    'namespaces: [{ names: [a], rules: { blocked-tags: warn } }]',
    `1:37 namespaces[0].rules.blocked-tags: ${SETTINGS}, found "warn". Write blocked-tags: { action: warn }. [policy-yaml-invalid]`,
  ],
  [
    'rules: { empty-tag: { action: rewrite }, tag-pattern: [{ action: rewrite }], valid-reference: { action: rewrite }, registry-mirror: { action: rewrite } }',
    `1:23 rules.empty-tag.action: expected one of deny, warn, audit, off, ${NO_REWRITE}`,
    `1:58 rules.tag-pattern[0].action: expected one of deny, warn, audit, off, ${NO_REWRITE}`,
    `1:97 rules.valid-reference.action: expected one of deny, warn, audit, ${NO_REWRITE}`,
  ],
  [
    'profiles: { lab: { rules: { empty-tag: { action: rewrite } } } }\nnamespaces: [{ names: [a], rules: { mine: { action: rewrite } } }]',
    `1:42 profiles.lab.rules.empty-tag.action: expected one of deny, warn, audit, off, ${NO_REWRITE}`,
    `2:45 namespaces[0].rules.mine.action: expected one of deny, warn, audit, off, ${NO_REWRITE}`,
    `2:37 namespaces[0].rules.mine: expected the name of a rule that is loaded, found "mine". Known: ${NAMES}. [rule-unknown]`,
  ],
  [
    'rules: { blocked-tags: { tags: [a] } }',
    '1:26 rules.blocked-tags.tags: expected a key that the policy has there, found "tags". Known: action, options, namespaces, images, message. What the rule takes stands below options. [policy-yaml-invalid]',
  ],
  [
    'rules: { blocked-tags: [warn, { tags: [a] }] }',
    '1:25 rules.blocked-tags[0]: expected an object, found "warn". Write { action: warn }. [policy-yaml-invalid]',
    '1:33 rules.blocked-tags[1].tags: expected a key that the policy has there, found "tags". Known: action, options, namespaces, images, message. What the rule takes stands below options. [policy-yaml-invalid]',
  ],
  [
    'rules: { blocked-tags: [], valid-reference: [] }',
    '1:10 rules.blocked-tags: expected a list that is not empty, found []. Write blocked-tags: { action: deny }. [policy-yaml-invalid]',
    '1:28 rules.valid-reference: expected an object, found []. Write valid-reference: { action: deny }. [policy-yaml-invalid]',
  ],
  [
    'rules: { empty-tag: [{}] }\nprofiles: { lab: { rules: { empty-tag: { action: warn, images: [x.io/a] } } } }',
    '2:29 profiles.lab.rules.empty-tag and policy.yaml:1:22 rules.empty-tag[0]: expected action and message alone over a list of settings, found images. It does not say which of the settings it means: write a list here too, which takes the place of that one. [policy-yaml-invalid]',
  ],
  [
    'rules: { blocked-tags: { option: { tags: [a] } } }',
    '1:26 rules.blocked-tags.option: expected a key that the policy has there, found "option". Did you mean options? [policy-yaml-invalid]',
  ],
  [
    'rules: { Blocked-tags: { action: warn }, BLOCKED_TAGS: { options: { tags: [a] } } }',
    '1:10 rules.Blocked-tags: expected a rule\'s name, in kebab-case, found "Blocked-tags". Did you mean blocked-tags? [policy-yaml-invalid]',
    '1:42 rules.BLOCKED_TAGS: expected a rule\'s name, in kebab-case, found "BLOCKED_TAGS". Did you mean blocked-tags? [policy-yaml-invalid]',
  ],
  [
    'rules: { -: {} }',
    '1:10 rules.-: expected a rule\'s name, in kebab-case, found "-". It is the name of the rule\'s file, in lower case, with dashes. [policy-yaml-invalid]',
  ],
  [
    exemption('rules: [blocked-tag, Blocked_Tags, mine]'),
    '1:100 exemptions[0].rules[1]: expected the name of a rule other than valid-reference, found "Blocked_Tags". Did you mean blocked-tags? [policy-yaml-invalid]',
    '1:87 exemptions[0].rules[0]: expected the name of a rule that is loaded, found "blocked-tag". Did you mean blocked-tags? [rule-unknown]',
    `1:114 exemptions[0].rules[2]: expected the name of a rule that is loaded, found "mine". Known: ${NAMES}. [rule-unknown]`,
  ],
  [
    exemption('rules: [valid-reference, Valid-Reference]'),
    '1:87 exemptions[0].rules[0]: expected the name of a rule other than valid-reference, found "valid-reference". Names of the rules that it exempts from. valid-reference cannot be among them. [policy-yaml-invalid]',
    '1:104 exemptions[0].rules[1]: expected the name of a rule other than valid-reference, found "Valid-Reference". Names of the rules that it exempts from. valid-reference cannot be among them. [policy-yaml-invalid]',
  ],
  [
    exemption('images: [nginx, acme/app:1, docker.io/nginx]'),
    `1:88 exemptions[0].images[0]: ${IMAGES}, found "nginx". Name the registry: for an image of Docker Hub write docker.io/library/nginx. [exemption-invalid]`,
    `1:95 exemptions[0].images[1]: ${IMAGES}, found "acme/app:1". Name the registry: for an image of Docker Hub write docker.io/acme/app:1. [exemption-invalid]`,
    `1:107 exemptions[0].images[2]: ${IMAGES}, found "docker.io/nginx". On Docker Hub a repository has an account, and that of the official images is library: write docker.io/library/nginx. [exemption-invalid]`,
  ],
  [
    'rules: { blocked-images: { action: deny, options: { images: [nginx] } } }',
    `1:53 rules.blocked-images.options.images, entry 1: ${IMAGES}, found "nginx". Name the registry: for an image of Docker Hub write docker.io/library/nginx. [option-invalid]`,
  ],
  [
    'rules: { blocked-tags: { options: { digest: 1 } } }',
    '1:37 rules.blocked-tags.options.digest: expected one of judge, pass, found 1. What becomes of an image with a digest: its tag is judged all the same, or it passes. [option-invalid]',
  ],
];

async function told(text: string): Promise<readonly string[]> {
  const keys = new Map([['policy.yaml', { text, source: { name: 'policy.yaml' } }]]);
  const loadCustomRules = async () => Promise.resolve({ rules: [], mistakes: [] });
  try {
    await loadRuleset(
      { builtIn: BUILT_IN, environment: {}, loadCustomRules },
      { policy: { keys, mistakes: [] }, ruleFiles: [] },
    );
    return [];
  } catch (error) {
    if (!(error instanceof MistakesError)) throw error;
    return error.mistakes.map((mistake) => mistakeText(mistake).replace(/^policy\.yaml:/, ''));
  }
}

describe('what is told of a policy.yaml', () => {
  for (const [yaml, ...mistakes] of CASES) {
    it(yaml, async () => {
      expect(await told(yaml)).to.deep.equal(mistakes);
    });
  }
});
