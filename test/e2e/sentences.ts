import type { KubectlResult } from '../cluster/kubectl.ts';

/** The sentences of the three rules, with the policy as shipped: to the letter, as the seed had them. */
export const noTag = (container: string, image: string): string =>
  `${container} image has no tag! (${image}). Only images with tags are allowed.`;
export const untrusted = (container: string, image: string, registries = 'docker.io,gcr.io'): string =>
  `${container} image comes from an untrusted registry! (${image}). Only images from ${registries} are allowed.`;
export const blockedTag = (container: string, image: string, tags = 'staging,latest'): string =>
  `${container} image has a non-allowed tag! (${image}). These tags "${tags}" are prohibited.`;
/** What the engine itself says about a text that is no reference. */
export const notValid = (container: string, image: string, reason: string): string =>
  `${container} image is not a valid reference! (${image}). ${reason}`;

const PROBLEMS: readonly (readonly [problem: string, rule: string])[] = [
  ['is not a valid reference', 'valid-reference'],
  ['has no tag', 'empty-tag'],
  ['comes from an untrusted registry', 'registry-allowlist'],
  ['has a non-allowed tag', 'blocked-tags'],
  ['comes from a non-allowed repository', 'allowed-repositories'],
  ['has a non-allowed name', 'blocked-images'],
];

/** The sentences about an object, and the line that says of which: `about('Pod shop/x', [noTag('c0', 'nginx')])`. */
export function about(object: string, sentences: readonly string[]): readonly string[] {
  const rules = sentences.map((text) => PROBLEMS.find(([problem]) => text.includes(` image ${problem}! (`))?.[1]);
  const [last = '', ...others] = [...new Set(rules)].toReversed();
  const words = others.length === 0 ? last : `${others.toReversed().join(', ')} and ${last}`;
  return [...sentences, `${object}, by ${words}.`];
}

/** The names of the webhook's entries that judge images. */
export const podWebhook = 'com.imagegate.webhook';
export const workloadWebhook = 'workloads.com.imagegate.webhook';

/** What the API server makes of a denial, one sentence a line. */
export const denial = (sentences: readonly string[], webhook = podWebhook): string =>
  `admission webhook "${webhook}" denied the request: ${sentences.join('\n')}`;

/** What kubectl prints of a denial: for `create -f -`, and for `replace -f -`. */
export const notCreated = (sentences: readonly string[], webhook = podWebhook): KubectlResult =>
  refused(`Error from server: error when creating "STDIN": ${denial(sentences, webhook)}`);
export const notReplaced = (sentences: readonly string[], webhook = podWebhook): KubectlResult =>
  refused(`Error from server: error when replacing "STDIN": ${denial(sentences, webhook)}`);

/** A kubectl that failed with this text, and one that did not. */
export const refused = (text: string): KubectlResult => ({ code: 1, stdout: '', stderr: `${text}\n` });
export const done = (text: string, warnings: readonly string[] = []): KubectlResult => ({
  code: 0,
  stdout: `${text}\n`,
  stderr: warnings.map((warning) => `Warning: ${warning}\n`).join(''),
});
