import type { Finding } from '../../engine/finding.ts';
import type { Policy } from '../../engine/policy.ts';
import { plural } from '../../mistake/plural.ts';
import { printable } from '../../mistake/printable.ts';
import { allowlist, type AllowlistEntry, type SeenImage } from './allowlist.ts';

/** An image as it was seen, readable or not, and who needs it. */
export interface SeenText extends Pick<Finding['image'], 'raw' | 'reference'> {
  /** Whether the policy makes it of another one, be it for one of those who need it. */
  readonly isRewritten: boolean;
  readonly owners: ReadonlySet<string>;
}

/** As by default. */
const BLOCKED_TAGS: readonly string[] = ['staging', 'latest'];

/**
 * A policy.yaml that admits all images, but for those that no policy admits; its comments say what was counted.
 *
 * @param podSpecPaths the kinds that it must know beside the built-in ones
 * @param unread how many documents could not be read
 */
export function learntPolicy(
  images: readonly SeenText[],
  podSpecPaths: Policy['podSpecPaths'],
  unread: number,
): string {
  const readable = images.filter((image): image is SeenText & SeenImage => !(image.reference instanceof Error));
  const invalid = images.filter(({ reference }) => reference instanceof Error);
  const bare = readable.filter(({ reference: { tag, digest } }) => tag === undefined && digest === undefined);
  const blocked = readable.filter(({ reference: { tag } }) => tag !== undefined && BLOCKED_TAGS.includes(tag));
  const unqualified = readable.filter(({ reference: { registry } }) => registry === undefined);
  const rewritten = images.filter(({ isRewritten }) => isRewritten).length;
  const lines = [
    `# Learnt by imagegate learn from ${countsText(images.length, ownersOf(images))}.`,
    ...(unread === 0 ? [] : [`# It lacks what could not be read: ${plural(unread, 'document')}.`]),
    ...(rewritten === 0
      ? []
      : [
          `# It has ${plural(rewritten, 'image')} as the policy rewrites ${rewritten === 1 ? 'it' : 'them'}: keep the rules that rewrite.`,
        ]),
    '# It only warns. Once nobody is warned who should not be, write deny in place of warn.',
    'rules:',
    ...comment('  ', 'that no policy admits', invalid),
    '  valid-reference: { action: warn }',
    ...comment('  ', 'with neither tag nor digest', bare),
    '  empty-tag: { action: warn }',
    ...comment('  ', 'with one of these tags', blocked),
    `  blocked-tags: { action: warn, options: { tags: [${BLOCKED_TAGS.join(', ')}] } }`,
    '  # In its place: allowed-repositories.',
    '  registry-allowlist: { action: off }',
    '  allowed-repositories:',
    '    action: warn',
    '    options:',
    ...comment('      ', 'without a registry', unqualified),
    ...(unqualified.length === 0 ? [] : ['      unqualified: docker.io']),
    ...repositoriesLines(allowlist(readable)),
    ...podSpecLines(podSpecPaths),
  ];
  return `${lines.join('\n')}\n`;
}

function repositoriesLines(entries: readonly AllowlistEntry[]): readonly string[] {
  if (entries.length === 0) return ['      repositories: []'];
  const common = entries.filter(({ owners }) => owners.size > 1);
  const outliers = entries.filter(({ owners }) => owners.size === 1);
  const lone = '        # Each of these is for one workload alone: look whether it should run.';
  return [
    '      repositories:',
    ...common.map(({ pattern, images, owners }) => entryLine(pattern, countsText(images, owners))),
    ...(outliers.length === 0 ? [] : [lone]),
    ...outliers.map(({ pattern, owners: [owner] }) => entryLine(pattern, owner!)), // it has one
  ];
}

function podSpecLines(podSpecPaths: Policy['podSpecPaths']): readonly string[] {
  const lines = [...podSpecPaths].map(([name, path]) => {
    const [group, kind] = name.split('/');
    return `  - { group: '${group}', kind: '${kind}', path: '${path.join('.').replaceAll('.*', '[*]')}' }`;
  });
  return lines.length === 0 ? [] : ['podSpecs:', ...lines];
}

/** An address of IPv6 would begin a list. */
function entryLine(pattern: string, counted: string): string {
  return `        - ${pattern.startsWith('[') ? `'${pattern}'` : pattern} # ${counted}`;
}

/** How many examples a comment has. */
const EXAMPLES = 3;

function comment(indent: string, what: string, images: readonly SeenText[]): readonly string[] {
  if (images.length === 0) return [];
  const examples = images.slice(0, EXAMPLES).map(({ raw }) => printable(raw));
  const more = images.length > EXAMPLES ? ', …' : '';
  return [`${indent}# ${countsText(images.length, ownersOf(images))} ${what}: ${examples.join(', ')}${more}`];
}

function ownersOf(images: readonly SeenText[]): ReadonlySet<string> {
  return new Set(images.flatMap(({ owners }) => [...owners]));
}

/** `5 images of 3 workloads` */
function countsText(images: number, owners: ReadonlySet<string>): string {
  return `${plural(images, 'image')} of ${plural(owners.size, 'workload')}`;
}
